"""What widgets that can show a token value have in common: they hide it in time, or at once when they are told to."""

from textual.dom import DOMNode
from textual.geometry import Region
from textual.widget import Widget

from tokentui.tui.elapsed import Deadline
from tokentui.tui.words import REVEAL_SECONDS


class Reveals:
    """A mixin for whatever may show a token value."""

    _hides: Deadline | None = None

    def conceal(self) -> None:
        """Take the value off the screen, and forget it."""
        raise NotImplementedError

    def hide_in_time(self) -> None:
        """Conceal in 30 seconds what is shown from now on; at once where nobody can see it."""
        from tokentui.tui.stack import covered_stack  # which knows what reveals

        assert isinstance(self, DOMNode)
        if covered_stack(self) is not None:
            self.conceal()
            return
        if self._hides is None:
            self._hides = Deadline(self, self.time_is_up)
        self._hides.set(REVEAL_SECONDS)

    def time_is_up(self) -> None:
        """It was shown for long enough."""
        self.conceal()

    def on_unmount(self) -> None:
        """It went with what it showed."""
        assert isinstance(self, DOMNode)
        self.app.call_after_refresh(forget)

    def hidden(self) -> None:
        """There is nothing to hide any more, nor to be remembered once the screen is drawn without it."""
        assert isinstance(self, DOMNode)
        if self._hides is not None:
            self._hides.clear()
            self.app.call_after_refresh(forget)


def conceal_all(within: DOMNode) -> None:
    """Take every value off a screen."""
    for node in within.walk_children(with_self=True):
        if isinstance(node, Reveals):
            node.conceal()


def draw_over(widget: Widget) -> None:
    """Draw it as it is now: it keeps the lines that it drew last for as long as it is covered, or not displayed."""
    if widget.is_attached:
        widget.render_lines(Region(0, 0, *widget.size))


def forget() -> None:
    """Let the libraries forget what they have drawn."""
    from tokentui.tui.drawn import forget_drawn

    forget_drawn()
