"""One recorded request in full: why it was decided so, whether it would pass now, and keys to what would let it."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from tokentui.services.retelling import Place, Story, Way
from tokentui.tui.actions import CHANGE, LOOK
from tokentui.tui.dialogs.lines_dialog import LinesDialog
from tokentui.tui.request_rows import duration, whose
from tokentui.tui.widgets.cell_text import printable
from tokentui.tui.widgets.hanging_lines import HangingLines, Line
from tokentui.tui.words import local_second, on_local_clock

#: What is given back where the request is to be explained.
EXPLAIN = "explain"

#: What changes the store at once, or begins with nothing but a form for that.
_CHANGES = frozenset(
    {Place.ENABLE, Place.DISABLE, Place.ACTIVATE, Place.ACTIVATE_ENDPOINT, Place.ADD_ENDPOINT, Place.ASSIGN}
)


_BLANK = Line(Content(""), Content(""))


def _place_key(key: str, place: Place, words: str, tooltip: str) -> Binding:
    group = CHANGE if place in _CHANGES else LOOK
    return Binding(key, f"go('{place}')", words, id=f"request.{place}", group=group, tooltip=tooltip)


class RequestDetails(LinesDialog[str | None]):
    """Shows a story; gives back the `Place` to go to, `EXPLAIN`, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _place_key("t", Place.TOKEN, "Token settings", "To the token's settings"),
        _place_key("e", Place.DISABLE, "Disable", "Refuse the token everywhere"),
        _place_key("e", Place.ENABLE, "Enable", "Let the token pass again"),
        _place_key("d", Place.ACTIVATE, "Activate", "Bring the token back from the shelf"),
        _place_key("c", Place.COPY, "Copy", "Copy the token's new value"),
        _place_key("m", Place.MAPPING, "Mapping", "To the token in the endpoint's Tokens tab"),
        _place_key("s", Place.ASSIGN, "Assign", "Map the token to endpoints"),
        _place_key("i", Place.IP_FILTER, "IP filter", "To the endpoint's IP filter"),
        _place_key("g", Place.ENDPOINT, "General", "To the endpoint's General tab"),
        _place_key("d", Place.ACTIVATE_ENDPOINT, "Activate", "Bring the endpoint back from the shelf"),
        _place_key("a", Place.ADD_ENDPOINT, "Add", "Add an endpoint with this path"),
        Binding("E", "explain", "Explain", id="request.explain", group=LOOK, tooltip="What is decided about it now"),
        Binding("escape,q,enter", "close", "Close", id="request.close", tooltip="Back to the list"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="request.down", tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="request.up", tooltip="Scroll up"),
    ]

    KEYS = "E explain now   esc close"

    def __init__(self, story: Story, *, read_only: bool = False) -> None:
        super().__init__()
        self._story = story
        ways = (*story.ways, *_with_token(story))
        self._places = {way.place for way in ways if way.place} - (_CHANGES if read_only else frozenset())

    @property
    def title_text(self) -> str:
        one = self._story.row.request
        return printable(f"{one.method} {one.path}")

    @property
    def keys_text(self) -> str:
        """With those of the token, which stand below the lines that are seen first."""
        words = {Place.DISABLE: "disable", Place.ENABLE: "enable", Place.TOKEN: "token"}
        keys = [f"{self._key(place)} {word}   " for place, word in words.items() if place in self._places]
        return f"{''.join(keys)}{self.KEYS}"

    # ------------------------------------------------------------------ what it says

    def body(self) -> Widget:
        return HangingLines(self._told())

    def _told(self) -> Iterator[Line]:
        story = self._story
        yield from self._facts()
        yield _BLANK
        yield _line("", story.sentence)
        yield _BLANK
        now = "for the same reason." if story.now == story.sentence else story.now
        yield _line(f"{_verdict(story.passes)}  ", now, "bold")
        yield from self._led("What would let it pass", story.ways)
        known = {way.place for way in story.ways}
        yield from self._led("Its token", [way for way in _with_token(story) if way.place in self._places - known])
        if story.steps:
            yield _BLANK
        for step in story.steps:
            yield _line(f"  {step.mark} {step.rule}  ", step.text)

    def _led(self, heading: str, ways: Sequence[Way]) -> Iterator[Line]:
        if ways:
            yield _BLANK
            yield _line(heading, "", "bold $text-accent")
        for way in ways:
            yield _line(f"  {self._key(way.place):<3}", way.text, "bold $text-accent")

    def _facts(self) -> Iterator[Line]:
        row, one = self._story.row, self._story.row.request
        new = "  ◆ new: the token came from elsewhere before" if row.new_address else ""
        for label, text in (
            ("When", f"{local_second(one.at)}, decided in {duration(one.duration)}"),
            ("Where", f"{row.endpoint or 'no endpoint'}{f', slot {one.slot}' if one.slot else ''}"),
            ("Token", whose(row).removeprefix("token ")),
            ("From", f"{one.address or 'an unknown address'}{new}"),
            ("Outcome", f"{'✓ allowed' if one.let_in else '✗ refused'}  {one.status} {one.reason}"),
        ):
            yield _line(f"{label:<9}", text, "bold")

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
        return parameters[0] in self._places if action == "go" else True

    def action_go(self, place: str) -> None:
        self.dismiss(place)

    def action_explain(self) -> None:
        self.dismiss(EXPLAIN)


def _with_token(story: Story) -> tuple[Way, ...]:
    """What can be done with the token whatever became of the request."""
    if story.token is None:
        return ()
    name = story.token.name
    if story.token.enabled:
        turned = Way(f"Disable {name}: it is refused everywhere.", Place.DISABLE)
    else:
        turned = Way(f"Enable {name}.", Place.ENABLE)
    return turned, Way(f"Settings of {name}.", Place.TOKEN)


def _line(head: str, text: str, style: str = "") -> Line:
    return Line(Content.styled(head, style), Content(printable(on_local_clock(text))))


def _verdict(passes: bool | None) -> str:
    return {True: "Now ✓ allowed", False: "Now ✗ refused", None: "Now ? unknown"}[passes]
