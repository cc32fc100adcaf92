"""What cannot be done here and now, and why: the same answer hides an action and is told where its key is pressed."""

READ_ONLY = "Read-only: nothing can be changed."


class Hindered:
    """A mixin, before Textual's own classes, of whatever offers actions of which some cannot be done at times.

    It is no node itself: Textual takes the styles of a node from the first of its bases that is one.
    """

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why the action cannot be done now, in a sentence; empty where it can."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what nothing hinders."""
        return not self.hindrance(action, parameters)
