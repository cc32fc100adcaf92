"""What threads want done in the application: nothing where it ends before, and no thread waits for that for ever."""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from inspect import isawaitable
from threading import Lock
from typing import Any

from textual.app import App


class ThreadsApp(App[None]):
    """An application that is called by threads; whoever makes it calls `answer_nobody` when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: set[Future[Any]] = set()
        self._answers = True
        self._calls_turn = Lock()

    def call_from_thread(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As Textual does: what comes of it. None where the application has ended before it came to that."""
        call: Future[Any] = Future()
        with self._calls_turn:
            if not self._answers:
                return None
            self._calls.add(call)
        self.call_later(self._answer, call, partial(callback, *args, **kwargs))
        try:
            return call.result()
        except CancelledError:
            return None
        finally:
            self._calls.discard(call)

    async def _answer(self, call: Future[Any], callback: Callable[[], Any]) -> None:
        if not call.set_running_or_notify_cancel():
            return
        try:
            result = callback()
            call.set_result(await result if isawaitable(result) else result)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is for who called
            call.set_exception(error)

    def answer_nobody(self) -> None:
        """Let all threads go that wait, and those that come."""
        with self._calls_turn:
            self._answers = False
            waiting = tuple(self._calls)
        for call in waiting:
            call.cancel()
