"""What the user should know of a change that is in place all the same, until a face takes it to tell it."""

from tokentui.store.protocol import Notice


class Notices:
    """Written in the thread of a change, taken in any other."""

    def __init__(self) -> None:
        self._waiting: list[Notice] = []
        self._lasting = ""

    def put(self, notice: Notice) -> None:
        """Take a notice that is told whenever it comes up."""
        self._waiting.append(notice)

    def lasting(self, trouble: str) -> None:
        """Take a trouble that comes with every change: told once until it is another; empty when it is over."""
        if trouble and trouble != self._lasting:
            self.put(Notice(trouble))
        self._lasting = trouble

    def take(self) -> Notice | None:
        """All that nobody took yet, as one; None where there is nothing."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return None
        return Notice(" ".join(each.text for each in waiting), any(each.grave for each in waiting))
