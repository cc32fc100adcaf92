"""Work in the loop that is begun when its turn comes: none is left behind where the application ends before."""

from collections.abc import Callable, Coroutine

from textual.dom import DOMNode
from textual.worker import Worker


def work_for(node: DOMNode, work: Callable[[], Coroutine[None, None, None]], group: str) -> Worker[None]:
    """A worker of `node`; a coroutine in the place of the function would be there already, and never awaited."""
    return node.run_worker(work, group=group)
