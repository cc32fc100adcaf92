"""What the user should know of a change that is saved all the same: told once, not after each change."""


class Notices:
    """At most one at a time. Written in the thread of a change, taken by a face whenever it likes."""

    def __init__(self) -> None:
        self._told = self._waiting = ""

    def put(self, notice: str) -> None:
        """Take a notice that is not told yet; an empty one says that the trouble is over."""
        if notice != self._told:
            self._told = self._waiting = notice

    def take(self) -> str:
        """The notice that nobody took yet; empty where there is none."""
        notice, self._waiting = self._waiting, ""
        return notice
