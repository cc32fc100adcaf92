"""The order of deeds: a deed asks the store or the user, and the next key does not wait for that.

A deed is begun by the key itself: what it is about (a row, a slot) is taken then, not when a worker comes to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from textual.dom import DOMNode

from tokentui.tui.typed_ahead import hold
from tokentui.tui.working import work_for

ResultT = TypeVar("ResultT")
Deed = Callable[[], Awaitable[ResultT]]


class Once:
    """The deeds that a screen or widget has under way: each is a worker of it, and none is there twice."""

    def __init__(self, node: DOMNode) -> None:
        self._node = node
        self._begun: set[Hashable] = set()

    @property
    def busy(self) -> bool:
        """Whether a deed is under way, or waits for its turn."""
        return bool(self._begun)

    def begin(self, deed: Deed[object], what: Hashable | None = None) -> None:
        """Begin a deed, unless the same one (by `what`, or else the very same function) is under way."""
        known = deed if what is None else what
        if known not in self._begun:

            async def finish() -> None:
                try:
                    await self.do(deed)
                finally:
                    self._begun.discard(known)

            self._begun.add(known)
            hold(self._node, lambda: work_for(self._node, finish, "deeds"))

    async def do(self, deed: Deed[ResultT]) -> ResultT:
        """Do it now."""
        return await deed()


class Turns(Once):
    """Deeds that are done one after the other, in the order in which they were begun."""

    def __init__(self, node: DOMNode) -> None:
        super().__init__(node)
        self._turn = asyncio.Lock()

    async def do(self, deed: Deed[ResultT]) -> ResultT:
        """Do it after all that were begun before."""
        async with self._turn:
            return await deed()
