"""The actions that more than one screen offers, each declared once: key, words and group.

One `Binding` feeds the key line, the `?` help, the command palette and a user's own keymap (by its `id`). The sets
below name actions by what they do to the store: the dangerous ones ask first, read-only mode hides all that change.
"""

from textual.binding import Binding

GO = Binding.Group("Go")
LOOK = Binding.Group("Look")
CHANGE = Binding.Group("Change")

#: Actions that cut off or destroy: each asks first, with Cancel focused.
DANGEROUS = frozenset({"disable", "deactivate", "generate", "retire", "rotate", "unmap"})

#: Actions that change the store: not offered where it is read-only.
CHANGES = DANGEROUS | {
    "acknowledge",
    "activate",
    "add",
    "assign",
    "clone",
    "enable",
    "import_file",
    "map",
    "save",
    "undo",
    "withdraw",
}


def shelf_keys(what: str) -> tuple[Binding, ...]:
    """Active and inactive: turn the list, and take a row from one shelf to the other."""
    return (
        Binding(
            "d",
            "deactivate",
            "Deactivate",
            id=f"{what}.deactivate",
            group=CHANGE,
            tooltip="Refuse it, keep all of it",
        ),
        Binding("d", "activate", "Activate", id=f"{what}.activate", group=CHANGE, tooltip="Bring it back"),
        Binding(
            "i", "show_inactive", "Inactive", id=f"{what}.inactive", group=LOOK, tooltip="Show the inactive ones"
        ),
        Binding("i", "show_active", "Active", id=f"{what}.active", group=LOOK, tooltip="Show the active ones"),
    )


def enabled_keys(what: str) -> tuple[Binding, ...]:
    """The everyday switch of endpoint tokens."""
    return (
        Binding("e", "disable", "Disable", id=f"{what}.disable", group=CHANGE, tooltip="Refuse the token everywhere"),
        Binding("e", "enable", "Enable", id=f"{what}.enable", group=CHANGE, tooltip="Let the token pass again"),
    )


def rotation_keys(what: str) -> tuple[Binding, ...]:
    """A new value for a token, and the end of the old one; see `RotationKeys`."""
    return (
        Binding("r", "rotate", "Rotate", id=f"{what}.rotate", group=CHANGE, tooltip="Give the token a new value"),
        Binding(
            "R",
            "retire",
            "Retire",
            id=f"{what}.retire",
            group=CHANGE,
            tooltip="Refuse the value from before the last rotation now",
        ),
        Binding(
            "C",
            "copy_as",
            "Copy as",
            show=False,
            id=f"{what}.copy_as",
            group=LOOK,
            tooltip="Copy as a header, an .env line or curl",
        ),
    )


def secret_keys(what: str) -> tuple[Binding, ...]:
    """Copy and reveal."""
    return (
        Binding("c", "copy", "Copy", id=f"{what}.copy", group=LOOK, tooltip="Copy the token's value"),
        Binding(
            "v",
            "reveal",
            "Reveal",
            id=f"{what}.reveal",
            group=LOOK,
            tooltip="Show the value for 30 seconds, or hide it",
        ),
    )


def history_key(what: str) -> Binding:
    """From a record to what became of it."""
    return Binding(
        "H", "history", "History", show=False, id=f"{what}.history", group=LOOK, tooltip="What was changed of it"
    )


def requests_key(what: str) -> Binding:
    """From a record to the requests that came with it, or to it."""
    return Binding(
        "x",
        "requests",
        "Requests",
        show=False,
        id=f"{what}.requests",
        group=LOOK,
        tooltip="The requests seen with it, in the data viewer",
    )


def mark_key() -> Binding:
    """Marks: a deed is then for all marked rows."""
    return Binding(
        "space", "mark", "Mark", show=False, id="list.mark", group=LOOK, tooltip="Mark the row, or take the mark away"
    )


def explain_key() -> Binding:
    """The dialog that tells why a request is let pass or refused."""
    return Binding(
        "E",
        "explain",
        "Explain",
        show=False,
        id="app.explain",
        group=LOOK,
        tooltip="Why a request is allowed or refused",
    )


def common_keys(leave: str = "Back", keys: str = "q,escape") -> tuple[Binding, ...]:
    """Undo and the way back, also by Esc where nothing is left to clear."""
    return (
        Binding(
            "u",
            "nothing_to_undo",
            "Undo",
            show=False,
            id="app.nothing_to_undo",
            group=CHANGE,
            tooltip="Nothing to undo in this session",
        ),
        Binding(
            "u", "undo", "Undo", id="app.undo", group=CHANGE, tooltip="Take back the last change of this session"
        ),
        Binding(keys, "back", leave, id="app.back", group=GO, tooltip="Back; from a section: quit"),
    )


def section_keys() -> tuple[Binding, ...]:
    """Undo and the way out: Esc does not lead out of a section, and says what does."""
    stay = Binding(
        "escape", "stay", "Stay", show=False, id="app.stay", group=GO, tooltip="Tells how to leave a section"
    )
    return (*common_keys("Quit", "q"), stay)
