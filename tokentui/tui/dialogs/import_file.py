"""Import: which file, guarded how; then how far it has come; then what came of it."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, ProgressBar, Static

from tokentui.tui.dialogs.dialog import Dialog
from tokentui.tui.widgets.choice import Choice
from tokentui.tui.widgets.entry import Entry
from tokentui.tui.widgets.field import Field
from tokentui.tui.widgets.tick import Tick

AS_DECLARED = "as-declared"

_FORMATS = """\
OpenAPI 3, Swagger 2.0, Kong, our JSON or CSV: the file shows which.
Authentication is for new endpoints of an API description."""
_GUARDS = {"token": "token", "internal": "internal", "none": "none", AS_DECLARED: "as declared"}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported: a path as the user typed it, and a kind of authentication or `as-declared`."""

    path: str = ""
    authentication: str = "token"
    dry_run: bool = False


class ImportDialog(Dialog[ImportRequest | None]):
    """Asks for the file; `error` is what was wrong with the last one."""

    AUTO_FOCUS = "#path"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="import.cancel", tooltip="Import nothing"),
    ]

    def __init__(self, request: ImportRequest, error: str = "") -> None:
        super().__init__()
        self._request = request
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = "Import a file"
            yield Static(_FORMATS, classes="quiet")
            path = Entry(self._request.path, id="path", placeholder="~/petstore.openapi.yaml")
            yield Field("File", path, name="path")
            yield Field("Authentication", Choice(_GUARDS, self._request.authentication), name="authentication")
            yield Field("Dry run", Tick("save nothing", self._request.dry_run), name="dry_run")
            with Horizontal(classes="buttons"):
                yield Button("Import (enter)", id="import", variant="primary", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query(Field).first().error = self._error

    @on(Input.Submitted)
    @on(Button.Pressed, "#import")
    def _import(self) -> None:
        path = self.query_one("#path", Input).value.strip()
        if not path:
            self.query(Field).first().error = "Name a file."
            return
        self.dismiss(ImportRequest(path, self.query_one(Choice).value, self.query_one(Tick).value))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)


#: How often the bar is drawn anew, in seconds.
DRAW_SECONDS = 0.1


class ImportProgress(Dialog[None]):
    """How far the import is; Esc asks it to stop.

    It looks by itself at what `reached` was told: the thread that imports never waits for the screen, which may be
    waiting for that thread to end.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Stop", id="import.stop", tooltip="Stop; nothing is changed"),
    ]

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._share = 0.0
        #: Whether the user wants it to stop.
        self.stopped = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Importing"
            yield Static(self._path, markup=False)
            yield ProgressBar(total=100, show_eta=False)
            yield Label("Esc stops it, and nothing is changed.", classes="quiet")

    def on_mount(self) -> None:
        self.set_interval(DRAW_SECONDS, self._draw)

    def _draw(self) -> None:
        self.query_one(ProgressBar).update(progress=self._share * 100)

    def reached(self, share: float) -> None:
        """`share` of the work, 0 to 1, is done; from any thread."""
        self._share = share

    def action_cancel(self) -> None:
        self.stopped = True


class ImportResult(Dialog[None]):
    """What came of it: the counts, and why something was skipped."""

    AUTO_FOCUS = "#close"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="import.close", tooltip="Back to the endpoints"),
    ]

    def __init__(self, title: str, lines: tuple[str, ...]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            with VerticalScroll(classes="lines"):
                yield Static("\n".join(self._lines), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Close (esc)", id="close", compact=True)

    @on(Button.Pressed)
    def action_close(self) -> None:
        self.dismiss(None)
