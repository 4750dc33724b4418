"""The embedded engine's life: started when needed, replaced for another model, ended when idle."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.errors import ModelUnloadedError
from desktop_chat.providers.embedded.failures import load_failure
from desktop_chat.providers.embedded.files import check_fits, check_whole, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop_chat.providers.embedded.options import LoadHistory
    from desktop_chat.providers.local.engine_order import EngineOrder
    from desktop_chat.providers.local.engine_process import EngineProcess, EngineStart
    from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider

logger = logging.getLogger(__name__)


class EngineState(StrEnum):
    """What the embedded engine does now; `CRASHED` until the next request starts it anew."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    CRASHED = "crashed"


class EngineRunner:
    """One process with one model at a time, and those who read from it.

    Args:
        command: Starts the process.
        history: Told how long each load took.

    Attributes:
        on_state_changed: Called on the event loop's thread with the new state.
        idle_s: After so many seconds without a reply the process ends; None for never. A change
            counts from the end of the next reply.
        gpu_bytes: Memory of the graphics cards, as the last start told it.
        last_failure: Why the last process ended by itself; "" if none did.
    """

    def __init__(
        self, command: Sequence[str], history: LoadHistory, *, idle_s: float | None = None
    ) -> None:
        self.on_state_changed: Callable[[EngineState], None] | None = None
        self.idle_s = idle_s
        self.gpu_bytes = 0
        self.last_failure = ""
        self._command = tuple(command)
        self._history = history
        self._state = EngineState.OFF
        self._process: EngineProcess | None = None
        # As asked for; the process may have got a shorter context.
        self._asked: EngineOrder | None = None
        self._size_bytes = 0
        self._client: OpenAICompatibleProvider | None = None
        self._turn = asyncio.Lock()
        self._replies = 0
        self._no_replies = asyncio.Event()
        self._no_replies.set()
        self._idle_timer: asyncio.TimerHandle | None = None

    @property
    def state(self) -> EngineState:
        """What the engine does now."""
        return self._state

    @property
    def process(self) -> EngineProcess | None:
        """The process that runs or starts now."""
        return self._process

    @property
    def client(self) -> OpenAICompatibleProvider | None:
        """What speaks with the process, since the first reply of it."""
        return self._client

    def is_ready(self, order: EngineOrder) -> bool:
        """Whether exactly this is in memory."""
        return self._state is EngineState.READY and self._asked == order

    def is_free(self, order: EngineOrder) -> bool:
        """Whether this would be answered at once: it is in memory, and no load is wanted."""
        return self.is_ready(order) and not self._turn.locked()

    def loading_s(self, order: EngineOrder) -> float:
        """Return for how many seconds this is being loaded already; 0 if it is not."""
        if self._state is not EngineState.LOADING or self._asked != order:
            return 0.0
        return self._process.age_s if self._process else 0.0

    async def begin_reply(
        self, order: EngineOrder, *, is_forced: bool = False
    ) -> tuple[EngineProcess, OpenAICompatibleProvider]:
        """Have the model in memory, and keep it there until `end_reply`.

        A request for another model waits for the replies that are being written; the lock is
        fair, so nobody overtakes it.

        Args:
            order: What to load.
            is_forced: Load it even if this machine seems to have too little memory for it.

        Raises:
            EngineError: The model could not be loaded.
        """
        async with self._turn:
            try:
                process, port = await self._ready(order, is_forced=is_forced)
                client = self._connect(process, port)
                self._replies += 1
                self._no_replies.clear()
                return process, client
            finally:
                # Also after a Stop or a failure: what is in memory then must not stay for ever.
                self._wait_until_idle()

    def end_reply(self) -> None:
        """Let go of what `begin_reply` kept."""
        self._replies -= 1
        if self._replies == 0:
            self._no_replies.set()
        self._wait_until_idle()

    async def load(self, order: EngineOrder) -> int:
        """Load a model even where memory looks too small for it; return its context length.

        Raises:
            EngineError: It could not be loaded.
        """
        async with self._turn:
            try:
                process, _ = await self._ready(order, is_forced=True)
                return process.order.context_length
            finally:
                self._wait_until_idle()

    async def aclose(self) -> None:
        """End the process; a load that is under way, and replies, end with it."""
        self._stop_timer()
        client, self._client = self._client, None
        process, self._process = self._process, None
        # Whoever waits here may be cancelled; nothing may be left half-closed.
        try:
            if process is not None:
                await process.end()
        finally:
            try:
                if client is not None:
                    await client.aclose()
            finally:
                # A request may have started the engine anew meanwhile.
                if self._process is None:
                    self._set_state(EngineState.OFF)

    async def _ready(self, order: EngineOrder, *, is_forced: bool) -> tuple[EngineProcess, int]:
        self._stop_timer()
        if self._process is None or self._asked != order:
            await self._no_replies.wait()
            await self._start(order, is_forced=is_forced)
        process = self._process
        assert process is not None
        # A load goes on when the request is stopped; the next one finds it further on.
        start = await asyncio.shield(process.started)
        if start.port is None:
            failure = load_failure(process, start)
            if process is self._process:
                await self.aclose()
            raise failure
        if process is not self._process:
            raise ModelUnloadedError(model=order.path.stem, detail="")
        return process, start.port

    async def _start(self, order: EngineOrder, *, is_forced: bool) -> None:
        given = await asyncio.to_thread(_checked, order, None if is_forced else self.gpu_bytes)
        await self.aclose()
        # Not needed before the first turn.
        from desktop_chat.providers.local.engine_process import EngineProcess

        self._size_bytes = await asyncio.to_thread(size_of, given.path)
        process = EngineProcess(self._command, given)
        self._process, self._asked = process, order
        self._set_state(EngineState.LOADING)
        process.started.add_done_callback(self._on_started)
        process.exited.add_done_callback(self._on_exited)
        process.start()

    def _connect(self, process: EngineProcess, port: int) -> OpenAICompatibleProvider:
        if self._client is None:
            # Imported late: it brings httpx, which the window can do without until a message.
            from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider

            self._client = OpenAICompatibleProvider(
                f"http://127.0.0.1:{port}", token=process.key, kind=AccountKind.LLAMA_SERVER
            )
        return self._client

    def _wait_until_idle(self) -> None:
        self._stop_timer()
        if self.idle_s is not None and self._process is not None and not self._replies:
            loop = asyncio.get_running_loop()
            self._idle_timer = loop.call_later(self.idle_s, self._on_idle)

    def _stop_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _on_idle(self) -> None:
        self._idle_timer = None
        # Whoever has the lock is about to need it, and waits for it to be idle again.
        process = self._process
        is_loading = self._state is EngineState.LOADING
        if process is None or is_loading or self._replies or self._turn.locked():
            return
        logger.info("engine %s was idle and ends", process.pid)
        self._process = None
        process.kill()
        self._set_state(EngineState.OFF)

    def _on_started(self, started: asyncio.Future[EngineStart]) -> None:
        process, start = self._process, started.result()
        if process is None or process.started is not started or not start.port:
            return
        self.gpu_bytes = start.gpu_bytes
        self._history.record(process.order.path, self._size_bytes, process.age_s)
        self._set_state(EngineState.READY)
        # Whoever wanted it may have been stopped while it was loaded.
        self._wait_until_idle()

    def _on_exited(self, exited: asyncio.Future[int]) -> None:
        process = self._process
        if process is None or process.exited is not exited:
            return
        if not process.is_ending:
            self.last_failure = process.failure_detail()
        was_ready = self._state is EngineState.READY
        # The client stays for those who still read from it; the next start closes it.
        self._process = None
        self._set_state(EngineState.CRASHED if was_ready else EngineState.OFF)

    def _set_state(self, state: EngineState) -> None:
        if state is self._state:
            return
        self._state = state
        if self.on_state_changed is not None:
            self.on_state_changed(state)


def _checked(order: EngineOrder, gpu_bytes: int | None) -> EngineOrder:
    """Return the order as it can be given to the engine; blocks.

    Args:
        order: As it was asked for.
        gpu_bytes: Memory of the graphics cards; None loads the model whatever it needs.
    """
    first, header = check_whole(order.path)
    length = min(order.context_length, header.context_length or order.context_length)
    if gpu_bytes is not None:
        check_fits(first, header, length, gpu_bytes)
    return replace(order, context_length=length)
