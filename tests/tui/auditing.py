"""What the stories of the audit begin with: its screen, and a world in which nothing is to be found."""

from pathlib import Path
from random import Random

from tests.conftest import Clock
from tests.services.audit_world import World
from tests.tui.conftest import KEY, NOW
from tests.tui.driving import Ui
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.services.auditing import audit
from tokentui.services.desk import Desk
from tokentui.services.tokens import add_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.screens.audit import AuditScreen


def new_world(store: Path) -> World:
    """The world at a desk of its own, whose clock ticks and can be set."""
    clock = Clock(NOW)
    desk = Desk(TinyDBStore(store), KeyVault(lambda: KEY), clock=clock, random=Random(1).randbytes)
    return World(desk, clock)


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
