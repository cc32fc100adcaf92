"""Makes the pictures of the README by running the application on its demo content: `python docs/make_pictures.py`."""

import asyncio
import os
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from tokentui.services.demo import fill
from tokentui.services.desk import Desk
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.app import TokenTuiApp

DOCS = Path(__file__).parent
#: Workers that look something up; the one that watches the store never ends.
BUSY = ("ask", "audit", "count", "findings", "primaries")
#: Picture → the keys that lead there from the list of endpoints.
PICTURES = {
    "tokens": ("slash", *"purchase", "enter", "enter", "right"),
    "endpoints": (),
    "endpoint-tokens": ("2",),
    "audit": ("4",),
    "assign": ("2", "down", "down", "s", "space", "down", "right", "space"),
}


#: What the terminal can show in which this is run has no say.
os.environ.pop("NO_COLOR", None)
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


async def picture(folder: Path, name: str, keys: tuple[str, ...]) -> None:
    """Open the demo, press the keys, save `docs/NAME.svg`."""
    then = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    desk = Desk(
        TinyDBStore(folder / name / "tokens.json"),
        KeyVault(lambda: b"a key for pictures, of 32 bytes."),
        clock=lambda: then,
        random=random.Random(name).randbytes,
    )
    fill(desk)
    app = TokenTuiApp(desk, demo=True)
    async with app.run_test(size=(100, 28)) as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        (DOCS / f"{name}.svg").write_text(app.export_screenshot(title="TokenTUI"), "utf-8")


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no worker is busy with the store and all is drawn."""
    for _ in range(3):
        while any(not worker.is_finished for worker in pilot.app.workers if worker.group in BUSY):
            await asyncio.sleep(0.01)
        await pilot.pause()


async def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, keys in PICTURES.items():
            await picture(Path(folder), name, keys)


if __name__ == "__main__":
    asyncio.run(main())
