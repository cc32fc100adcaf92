"""What cannot be done here and now, and why: the same answer hides an action and is told where its key is pressed."""

from textual.dom import DOMNode

READ_ONLY = "Read-only: nothing can be changed."


class Hindered(DOMNode):
    """A mixin of whatever offers actions of which some cannot be done at times."""

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why the action cannot be done now, in a sentence; empty where it can."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what nothing hinders."""
        return not self.hindrance(action, parameters)
