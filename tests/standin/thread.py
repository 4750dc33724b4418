"""The stand-in on a loop of its own in a thread, for tests whose main thread belongs to Qt."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from tests.standin.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.standin.recorder import RecordedRequest
    from tests.standin.state import State


class StandInThread:
    """`with StandInThread() as server:` takes the same keywords as `StandIn`."""

    def __init__(self, **state: Any) -> None:
        self.server = StandIn(**state)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standin", daemon=True)
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The address without a path."""
        return self.server.url

    @property
    def log(self) -> list[RecordedRequest]:
        """Every request so far."""
        return self.server.log

    @property
    def state(self) -> State:
        """The switches."""
        return self.server.state

    def play(self, name: str, *, on: str = "POST", times: int | None = None, **args: Any) -> None:
        """As `StandIn.play`."""

        async def play() -> None:
            self.server.play(name, on=on, times=times, **args)

        self.call(play())

    def go_down(self) -> None:
        """Stop listening and drop every connection."""
        self.call(self.server.go_down())

    def come_up(self) -> None:
        """Listen again on the same port."""
        self.call(self.server.come_up())

    def call(self, coroutine: Coroutine[Any, Any, Any], timeout_s: float = 10) -> Any:
        """Run something on the stand-in's loop and wait for it."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout_s)

    def wait_for(self, is_so: Callable[[], Any], timeout_s: float = 5.0) -> None:
        """Block until something the recorder shows is so; not in a Qt loop that must run on."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError("the stand-in waited in vain")
            time.sleep(0.005)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._ready.wait(10)
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Stop, and raise what failed inside the stand-in."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self.server:
            self._ready.set()
            await self._stop.wait()
