"""One recorded request in full: why it was decided so, whether it would pass now, and keys to what would let it."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tokentui.services.retelling import Place, Story
from tokentui.tui.actions import LOOK
from tokentui.tui.dialogs.lines_dialog import LinesDialog
from tokentui.tui.request_rows import duration, whose
from tokentui.tui.widgets.cell_text import printable
from tokentui.tui.words import local_second

#: What is given back where the request is to be explained.
EXPLAIN = "explain"


def _place_key(key: str, place: Place, words: str, tooltip: str) -> Binding:
    return Binding(key, f"go('{place}')", words, id=f"request.{place}", tooltip=tooltip)


class RequestDetails(LinesDialog[str | None]):
    """Shows a story; gives back the `Place` to go to, `EXPLAIN`, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _place_key("t", Place.TOKEN, "Token settings", "To the token's settings"),
        _place_key("m", Place.MAPPING, "Mapping", "To the token in the endpoint's Tokens tab"),
        _place_key("s", Place.ASSIGN, "Assign", "Map the token to endpoints"),
        _place_key("i", Place.IP_FILTER, "IP filter", "To the endpoint's IP filter"),
        _place_key("g", Place.ENDPOINT, "General", "To the endpoint's General tab"),
        Binding("E", "explain", "Explain", id="request.explain", group=LOOK, tooltip="What is decided about it now"),
        Binding("escape,q,enter", "close", "Close", id="request.close", tooltip="Back to the list"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="request.down", tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="request.up", tooltip="Scroll up"),
    ]

    KEYS = "E explain now   esc close"

    DEFAULT_CSS = """
    RequestDetails .lines Static { height: auto; }
    """

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story

    @property
    def title_text(self) -> str:
        one = self._story.row.request
        return printable(f"{one.method} {one.path}")

    # ------------------------------------------------------------------ what it says

    def lines(self) -> Iterator[Content]:
        story = self._story
        yield from self._facts()
        yield Content("")
        yield Content(printable(story.sentence))
        yield Content("")
        now = "for the same reason." if story.now == story.sentence else story.now
        yield Content.assemble((_verdict(story.passes), "bold"), "  ", printable(now))
        if story.ways:
            yield Content("")
            yield Content.styled("What would let it pass", "bold $text-accent")
        for way in story.ways:
            yield Content.assemble((f"  {self._key(way.place):<3}", "bold $text-accent"), printable(way.text))
        if story.steps:
            yield Content("")
        for step in story.steps:
            yield Content(printable(f"  {step.mark} {step.rule}  {step.text}"))

    def _facts(self) -> Iterator[Content]:
        row, one = self._story.row, self._story.row.request
        new = "  ◆ new: the token came from elsewhere before" if row.new_address else ""
        for label, text in (
            ("When", f"{local_second(one.at)}, decided in {duration(one.duration)}"),
            ("Where", f"{row.endpoint or 'no endpoint'}{f', slot {one.slot}' if one.slot else ''}"),
            ("Token", whose(row)),
            ("From", f"{one.address or 'an unknown address'}{new}"),
            ("Outcome", f"{'✓ allowed' if one.let_in else '✗ refused'}  {one.status} {one.reason}"),
        ):
            yield Content.assemble((f"{label:<9}", "bold"), printable(text))

    def _key(self, place: Place | None) -> str:
        """The key that leads there, as the user has it."""
        if place is None:
            return "·"
        active = (each.binding for each in self.active_bindings.values())
        keys = (self.app.get_key_display(binding) for binding in active if binding.id == f"request.{place}")
        return next(keys, "·")

    # ------------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only to where something can be done about it."""
        return parameters[0] in [way.place for way in self._story.ways] if action == "go" else True

    def action_go(self, place: str) -> None:
        self.dismiss(place)

    def action_explain(self) -> None:
        self.dismiss(EXPLAIN)


def _verdict(passes: bool | None) -> str:
    return {True: "Now ✓ allowed", False: "Now ✗ refused", None: "Now ? unknown"}[passes]
