"""The stand-in server: connections, the choice of an answer, the recorder."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tests.standin import plays, routes
from tests.standin.chunks import error_event
from tests.standin.exchange import Exchange, ModelUnloadedError
from tests.standin.http import BadRequestError, ClientGoneError, Wire
from tests.standin.recorder import RecordedRequest
from tests.standin.scenarios import EVENTS, SCENARIOS, Scenario, apply_switch, parse_spec
from tests.standin.state import ECHO, State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

# Its import has registered the scenarios.
assert plays.__all__


@dataclass(slots=True)
class Played:
    """A scenario that waits for its request."""

    scenario: Scenario
    args: dict[str, Any]
    on: str
    times: int

    def fits(self, record: RecordedRequest) -> bool:
        """Whether this request is one it waits for."""
        return self.on in ("*", record.method) or record.path.startswith(self.on)


class StandIn:
    """A played LM Studio on 127.0.0.1.

    `async with StandIn(token="sk-lm-…") as server:` takes the fields of `State` by keyword.

    Attributes:
        state: The switches; may be changed at any time.
        log: Every request so far, except those to `/__lab/`.
        connection_count: TCP connections accepted so far.
        failures: Exceptions of the stand-in itself; leaving the block raises the first.
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1", **state: Any) -> None:
        always, args = parse_spec(state.pop("always", ""))
        self.state = State(**state)
        if always and not apply_switch(always, self.state, args):
            self.state.always = always
        self._always_args = args
        self.host = host
        self.port = port
        self.log: list[RecordedRequest] = []
        self.connection_count = 0
        self.failures: list[BaseException] = []
        self._played: deque[Played] = deque()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.idle = asyncio.Event()
        self.idle.set()
        self._slots: dict[int, asyncio.Semaphore] = {}
        self._chores: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_listening(self) -> bool:
        """Whether connections are answered now."""
        return self._server is not None

    @property
    def is_busy(self) -> bool:
        """Whether any connection is open."""
        return bool(self._connections)

    @property
    def is_settled(self) -> bool:
        """Whether everything that was to befall the server has happened."""
        return not self._chores

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        for chore in list(self._chores):
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self.go_down()
        if self.failures:
            raise self.failures[0]

    async def come_up(self) -> None:
        """Listen; after `go_down` on the same port again."""
        self._server = await asyncio.start_server(self._on_connection, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def go_down(self) -> None:
        """Stop listening and drop every connection, as when the app quits."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

    def begin(self, chore: Coroutine[Any, Any, None]) -> None:
        """Do something beside the answers; what is left of it ends with the stand-in."""
        task = asyncio.create_task(chore)  # noqa: TID251 - cancelled and awaited at the end
        self._chores.add(task)
        task.add_done_callback(self._on_chore_done)

    def _on_chore_done(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(error)

    # What tests do

    def play(self, name: str, *, on: str = "POST", times: int | None = None, **args: Any) -> None:
        """Answer the next fitting request by this scenario, or throw its switch for good.

        What befalls the whole server, such as `refused`, happens at once.

        Args:
            name: Name in the registry; scenarios of the model lists are switches.
            on: Which request: a method, the beginning of a path, or "*".
            times: How many requests, by default as many as the scenario says (mostly 1).
            **args: The scenario's own, such as `tokens`, `rate`, `text`, `seconds`.
        """
        if apply_switch(name, self.state, args):
            return
        if name in EVENTS:
            self.begin(EVENTS[name](self, **args))
            return
        scenario = SCENARIOS[name]
        self._played.append(Played(scenario, args, on, times or scenario.times))

    async def wait_for(self, is_so: Callable[[], Any], timeout_s: float = 5.0) -> None:
        """Wait until something the recorder shows is so."""
        async with asyncio.timeout(timeout_s):
            while not is_so():
                await asyncio.sleep(0.005)

    async def wait_for_request(self, count: int = 1, timeout_s: float = 5.0) -> RecordedRequest:
        """Wait for the n-th request (from 1) and return it."""
        await self.wait_for(lambda: len(self.log) >= count, timeout_s)
        return self.log[count - 1]

    # Connections

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        connection = self._serve(Wire(reader, writer), self.connection_count)
        # go_down() cancels and awaits all of them.
        task = asyncio.create_task(connection)  # noqa: TID251
        self._connections.add(task)
        task.add_done_callback(self._on_connection_done)

    def _on_connection_done(self, task: asyncio.Task[None]) -> None:
        self._connections.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(error)

    async def _serve(self, wire: Wire, number: int) -> None:
        pump = asyncio.create_task(wire.pump())  # noqa: TID251 - ended right here
        try:
            await self._serve_requests(wire, number)
        except ClientGoneError:
            await wire.wait_until_gone()
        except BadRequestError:
            with contextlib.suppress(ClientGoneError):
                await wire.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        finally:
            try:
                await wire.aclose()
            finally:
                pump.cancel()
                await asyncio.wait([pump])

    async def _serve_requests(self, wire: Wire, number: int) -> None:
        is_reused = False
        while await wire.wait_for_bytes(self.state.idle_s if is_reused else None):
            if is_reused and self.state.stale_resets > 0:
                self.state.stale_resets -= 1
                wire.reset()
                return
            head = await wire.read_head()
            headers = head.headers
            body = await wire.read_body(headers)
            record = RecordedRequest(
                number=len(self.log) + 1,
                at=time.time(),
                started=time.monotonic(),
                method=head.method,
                target=head.target,
                headers=headers,
                body=body,
                connection=number,
                reused=is_reused,
                raw_headers=head.fields,
            )
            await self._serve_one(Exchange(record, wire, self.state, self))
            if wire.is_ended or wire.gone.is_set() or not record.complete:
                return
            is_reused = True

    async def _serve_one(self, exchange: Exchange) -> None:
        """Answer one request; the client's close ends the answer at once."""
        record = exchange.record
        exchange.wire.record = record
        if not record.path.startswith("/__lab/"):
            self.log.append(record)
        answer = asyncio.create_task(self._answer(exchange))  # noqa: TID251 - awaited below
        watch = asyncio.create_task(self._watch(exchange, answer))  # noqa: TID251 - so is this
        try:
            await asyncio.wait([answer])
        finally:
            answer.cancel()
            watch.cancel()
            await asyncio.wait([answer, watch])
            record.ended = True
        if not answer.cancelled() and (error := answer.exception()) is not None:
            raise error

    async def _watch(self, exchange: Exchange, answer: asyncio.Task[None]) -> None:
        await exchange.wire.gone.wait()
        if not exchange.survives_close and not exchange.wire.is_ended:
            answer.cancel()

    # The choice of an answer

    async def _answer(self, exchange: Exchange) -> None:
        record = exchange.record
        is_lab = record.path.startswith("/__lab/")
        played = next((p for p in self._played if not is_lab and p.fits(record)), None)
        if played is not None:
            played.times -= 1
            if played.times <= 0:
                self._played.remove(played)
            await self.perform(exchange, played.scenario, played.args)
        elif self.state.always and not is_lab:
            await self.perform(exchange, SCENARIOS[self.state.always], self._always_args)
        else:
            await routes.answer(exchange, self)

    async def perform(self, exchange: Exchange, scenario: Scenario, args: dict[str, Any]) -> None:
        """Let a scenario answer, in the name of the instance or of the model that was asked."""
        exchange.record.scenario = scenario.name
        exchange.survives_close = scenario.survives_close
        exchange.args = dict(args)
        instance = exchange.instance
        exchange.model = instance.id if instance else str(exchange.body.get("model") or ECHO)
        if exchange.record.method != "POST":
            await scenario.play(exchange)
            return
        await self.idle.wait()
        parallel = self.state.parallel
        async with self._slots.setdefault(parallel, asyncio.Semaphore(parallel)):
            try:
                await scenario.play(exchange)
            except ModelUnloadedError:
                await exchange.send_frame(error_event("Model unloaded"))
                await exchange.end_stream()
