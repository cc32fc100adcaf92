"""Explain: a request as somebody might send it, and below it what is decided about it, rule by rule."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tokentui.domain.errors import Invalid, TokenTuiError
from tokentui.domain.slots import SLOT_OF_METHOD
from tokentui.services.explaining import Call, Explanation, Kept
from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.cell_text import fit
from tokentui.tui.widgets.choice import Choice
from tokentui.tui.widgets.entry import Entry, QuietEntry
from tokentui.tui.widgets.field import Field
from tokentui.tui.words import on_local_clock

NO_TOKEN, HELD, TYPED = "none", "held", "typed"

#: Cells that a token's name may take beside the other two choices.
_NAME_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Held:
    """A token that may be sent: what people call it, and where its value is kept."""

    name: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Subject:
    """What the form begins with."""

    method: str
    target: str
    held: Held | None
    #: The client's address; empty where it is not known.
    client: str = ""


class ExplainDialog(Dialog[None]):
    """Method, target, token and address in, verdict and steps out; `ask` gives them."""

    AUTO_FOCUS = "#target"
    CSS_PATH = "explain.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "explain", "Explain", id="explain.ask", tooltip="Tell what is decided about the request"),
        Binding("escape,q", "close", "Close", id="explain.close", tooltip="Back to where you were"),
        Binding("up", "scroll(-1)", "Up", show=False, id="explain.up", tooltip="Scroll the answer"),
        Binding("down", "scroll(1)", "Down", show=False, id="explain.down", tooltip="Scroll the answer"),
    ]

    def __init__(self, subject: Subject, ask: Callable[[Call], Awaitable[Explanation]]) -> None:
        super().__init__()
        self._subject = subject
        self._ask = ask

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Explain"
            yield Static("", id="problem", classes="error", markup=False)
            methods = {method: method for method in SLOT_OF_METHOD}
            yield Field("Method", Choice(methods, self._subject.method, id="method"), name="method")
            yield Field(
                "Target", QuietEntry(self._subject.target, id="target", placeholder="e.g. /pets/7"), name="target"
            )
            tokens = self._tokens()
            yield Field("Token", Choice(tokens, HELD if HELD in tokens else NO_TOKEN, id="token"), name="token")
            yield Field("", QuietEntry(id="value", placeholder="the token", password=True), name="value")
            yield Field(
                "From", Entry(self._subject.client, id="client", placeholder="the client's address"), name="client"
            )
            yield VerticalScroll(id="answer", can_focus=False)
            with Horizontal(classes="buttons"):
                yield Button("Explain (enter)", id="explain", variant="primary", compact=True)
                yield Button("Close (esc)", id="close", compact=True)

    def _tokens(self) -> dict[str, str]:
        held = self._subject.held
        name = {HELD: fit(held.name, _NAME_WIDTH).rstrip()} if held is not None else {}
        return {NO_TOKEN: "none", **name, TYPED: "typed"}

    def on_mount(self) -> None:
        self._show({})
        self._offer_value()

    # ------------------------------------------------------------------ the request

    @property
    def _sent(self) -> str:
        return self.query_one("#token", Choice).value

    def _text(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()

    def call(self) -> Call:
        """The request that stands in the form."""
        held = self._subject.held
        kept = held.kept if held is not None and self._sent == HELD else None
        token = self._text("value") if self._sent == TYPED else kept
        return Call(self.query_one("#method", Choice).value, self._text("target"), token, self._text("client"))

    @on(Input.Changed)
    @on(Choice.Changed)
    def _another_request(self) -> None:
        """What was told was told of another request."""
        self._show({})
        self._offer_value()

    def _offer_value(self) -> None:
        for line in self.query(Field):
            line.display = line.name != "value" or self._sent == TYPED

    # ------------------------------------------------------------------ the answer

    @on(Input.Submitted)
    @on(Button.Pressed, "#explain")
    @work(exclusive=True, group="explain")
    async def action_explain(self) -> None:
        """Ask about the request that stands in the form; what comes for one that stands there no more is dropped."""
        call = self.call()
        if not call.target:
            self._show({"target": "Type a target."})
            return
        try:
            explanation = await self._ask(call)
        except TokenTuiError as error:
            self._show({error.field if isinstance(error, Invalid) else "": str(error)})
            return
        if call == self.call():
            self._show({})
            await self._tell(explanation)

    def _show(self, errors: Mapping[str, str]) -> None:
        """Errors beside their fields, above them where they belong to none, and no answer."""
        for line in self.query(Field):
            line.error = errors.get(line.name or "", "")
        problem = self.query_one("#problem", Static)
        problem.update(f"✗ {errors.get('', '')}")
        problem.display = "" in errors
        self.query_one("#answer").display = False

    async def _tell(self, explanation: Explanation) -> None:
        answer = self.query_one("#answer")
        await answer.remove_children()
        await answer.mount_all(_lines(explanation))
        answer.scroll_home(animate=False)
        answer.display = True

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#answer").scroll_relative(y=lines, animate=False)


def _lines(explanation: Explanation) -> Iterator[Widget]:
    """The verdict, the reason in full, and a line for each rule that was looked at."""
    decision = explanation.decision
    verdict, state = ("✓ allowed", "-passed") if decision.allowed else ("✗ denied", "-refused")
    missing = " Give it in From." if explanation.address_unknown else ""
    yield Static(f"{verdict}  {decision.status} {decision.reason}", classes=f"verdict {state}", markup=False)
    yield Static(f"{on_local_clock(explanation.sentence)}{missing}", markup=False)
    for step in explanation.steps:
        mark = Static(f"{step.mark} {step.rule}", classes="mark", markup=False)
        told = Static(on_local_clock(step.text), classes="told", markup=False)
        yield Horizontal(mark, told, classes="-passed" if step.passed else "-refused")
