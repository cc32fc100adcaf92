"""The Audit screen with findings of every kind, and the words that its stories share."""

from tests.services.audit_world import World
from tests.tui.driving import Ui
from tokentui.domain.audit.findings import Deed
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.domain.slots import Slot
from tokentui.services.auditing import audit
from tokentui.services.tokens import add_token
from tokentui.tui.screens.audit import AuditScreen

POST, GET, DELETE = Slot
#: What mends at once; the others lead to where it is mended.
LETTERS = {Deed.DEACTIVATE: "d", Deed.DISABLE: "e", Deed.GENERATE: "g", Deed.RETIRE: "R", Deed.UNMAP: "m"}


async def show_audit(ui: Ui) -> None:
    await ui.press("4")
    await ui.at(AuditScreen)
    await ui.until(lambda: "Looking at the whole store" not in ui.text and " of " in ui.lines[2])


def number(ui: Ui) -> int:
    """How many findings the store has."""
    return len(audit(ui.desk.reader(), ui.desk.store.requests, Policy(), ui.desk.clock()).findings)


def spare(world: World, *names: str) -> None:
    """Tokens that are mapped to nothing."""
    for name in names:
        add_token(world.desk, TokenFields(name=name))
