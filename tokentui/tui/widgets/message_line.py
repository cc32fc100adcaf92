"""Says what just happened, mostly in one line; over a thin line it costs 100 bytes where a toast costs 20 kB."""

from textual import work
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from tokentui.tui.homely import homely
from tokentui.tui.stack import StackApp, covered_stack

#: Lines it takes at the most.
MOST_LINES = 5

#: How long a message stays, in seconds.
STAY = 12.0

_GLYPHS = {"done": "✓", "busy": "…", "warning": "!", "error": "✗"}


class MessageLine(Widget):
    """The last thing that happened, with a glyph for its kind: done, busy, warning or error."""

    DEFAULT_CSS = """
    MessageLine {
        height: 1;
        padding: 0 1;
        &.-done { color: $text-success; }
        &.-busy { color: $text-muted; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; text-style: bold; }
    }
    """

    class Said(Message):
        """Something was told: this text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    text: var[str] = var("")
    kind: var[str] = var("done")

    def say(self, text: str, kind: str = "done") -> None:
        """Show a message; errors stay until the next message, others go by themselves."""
        self.text, self.kind = text, kind
        self.set_classes(f"-{kind}")
        self._show()
        self.post_message(self.Said(text))
        if kind != "error":
            self.set_timer(STAY, lambda: self._fade(text))

    def add(self, text: str, kind: str = "done") -> None:
        """Show a message beside the one that stands, which nobody may have read yet; an error stays one."""
        self.say(f"{self.text} {text}".strip(), self.kind if self.text and self.kind == "error" else kind)

    def _fade(self, text: str) -> None:
        held = covered_stack(self)
        if held is not None:
            self._stay(held, text)
        else:
            self.unsay(text)

    def unsay(self, text: str) -> bool:
        """Take a message away, unless another one stands there by now; whether it stood there."""
        stood = self.text == text
        if stood:
            self.text = ""
            self._show()
        return stood

    @work
    async def _stay(self, held: StackApp, text: str) -> None:
        """Nobody can read it before the screen that lies over all is taken away."""
        await held.when_free()
        self.set_timer(STAY, lambda: self._fade(text))

    def on_resize(self) -> None:
        """In a narrower terminal a text takes more lines."""
        self._show()

    def _show(self) -> None:
        """As many lines as it takes: what helps often stands at the end."""
        height = len(self._lines())
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.refresh()

    def _lines(self) -> list[Content]:
        """What stands there, line by line; where there are too many, the last one says that more was said."""
        if not self.text:
            return [Content("")]
        width = self.content_size.width or max(1, self.app.size.width - 2)
        lines = Content(f"{_GLYPHS[self.kind]} {homely(self.text)}").wrap(width)
        shown, more = lines[:MOST_LINES], lines[MOST_LINES:]
        if more:
            shown[-1] = Content(f"{shown[-1].plain.rstrip()} {more[0].plain}").truncate(width, ellipsis=True)
        return shown

    def render(self) -> Content:
        return Content("\n").join(self._lines())
