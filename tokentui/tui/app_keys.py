"""The keys that work everywhere, whatever is shown."""

from textual.binding import Binding, BindingType

from tokentui.tui.actions import GO, LOOK
from tokentui.tui.copying import clear_clipboard_key
from tokentui.tui.locking import lock_key

APP_KEYS: list[BindingType] = [
    Binding(
        "1",
        "section('endpoints')",
        "Endpoints",
        show=False,
        id="app.endpoints",
        group=GO,
        tooltip="Go to Endpoints",
    ),
    Binding(
        "2", "section('tokens')", "Tokens", show=False, id="app.tokens", group=GO, tooltip="Go to Endpoint tokens"
    ),
    Binding("4", "section('audit')", "Audit", show=False, id="app.audit", group=GO, tooltip="Go to Audit"),
    Binding(
        "5", "section('activity')", "Activity", show=False, id="app.activity", group=GO, tooltip="Go to Activity"
    ),
    Binding(
        "colon",
        "command_palette",
        "Commands",
        show=False,
        key_display=":",
        id="app.palette",
        group=LOOK,
        tooltip="Find any action by its words",
    ),
    Binding(
        "ctrl+p",
        "command_palette",
        "Commands",
        show=False,
        priority=True,
        id="app.palette_in_fields",
        group=LOOK,
        tooltip="Find any action by its words",
    ),
    Binding(
        "Z",
        "suspend_process",
        "Suspend",
        show=False,
        id="app.suspend",
        group=GO,
        tooltip="Back to the shell; fg leads here again",
    ),
    Binding(
        "ctrl+z",
        "suspend_process",
        "Suspend",
        show=False,
        priority=True,
        id="app.suspend_in_fields",
        group=GO,
        tooltip="Back to the shell; fg leads here again",
    ),
    Binding(
        "question_mark,f1",
        "help",
        "Help",
        id="app.help",
        group=LOOK,
        tooltip="The keys that work here",
    ),
    lock_key(),
    clear_clipboard_key(),
]
