"""No meaning hangs on a colour: with all colours taken away each state has its glyph and its word.

What is chosen, marked or has the focus is told by a glyph, by bold, by reverse or by underline.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE
from tests.tui.colours import strips, without_colours
from tests.tui.conftest import NOW, Open, desk_at
from tests.tui.driving import Ui
from tests.tui.rotating import DAY
from tests.tui.test_contrast import at_picture
from tokentui.domain.fields import TokenFields
from tokentui.services.desk import Desk
from tokentui.services.endpoints import set_endpoints_active
from tokentui.services.rotating import rotate
from tokentui.services.tokens import edit_token, set_enabled
from tokentui.store.queries import EVERYTHING, EndpointQuery


@pytest.fixture
def desk(store: Path) -> Desk:
    """A desk at a store in which every state of a token and an endpoint is met, and a change that never came."""
    desk = desk_at(store)
    reader = desk.reader()
    rotate(desk, [reader.token_by_name("chatbot").id], NOW + DAY)
    soon = reader.token_by_name("crm")
    edit_token(desk, soon, TokenFields(name=soon.name, expires_at=NOW + 3 * DAY))
    with desk.store.change(NOTE) as transaction:
        transaction.put(replace(transaction.reader.token_by_name("bank-import"), expires_at=NOW - DAY))
    set_endpoints_active(desk, [desk.reader().endpoint_by_ref("partners/customers").id], False)
    return desk


def plain(ui: Ui) -> str:
    """What is on top, as text."""
    return "\n".join("".join(segment.text for segment in line) for line in without_colours(strips(ui)))


def standing_out(ui: Ui, how: str) -> list[str]:
    """The texts on top that are `bold`, `reverse` or `underline`, line by line."""
    lines = without_colours(strips(ui))
    found = (
        "".join(segment.text for segment in line if segment.style and getattr(segment.style, how)) for line in lines
    )
    return [text.strip() for text in found if text.strip()]


#: Keys → what is to be read there with all colours taken away.
STATES = {
    "endpoints": ((), ("○ none", "▣ token", "◈ internal", "› Catalogue search", "Name ▲")),
    "inactive endpoints": (("i",), ("Endpoints › inactive", "› Customers")),
    "an inactive endpoint": (("i", "enter"), ("◌ inactive",)),
    "an endpoint": (("down", "enter", "t"), ("● active", "◉ token", "○ internal", "[■] POST", "[ ] DELETE")),
    "tokens": (("2",), ("● on", "○ off", "✗ expired", "◐ grace 24 h", "◔ ends 3 d", "↻ due", "› bank-import")),
    "marked tokens": (("2", "space", "space"), ("▌", "2 marked", "› bookkeeping")),
    "inactive tokens": (("2", "i"), ("Endpoint tokens › inactive", "› legacy-fax")),
    "a form with errors": (("2", "a", "enter"), ("✗ The name is empty", "••••")),
    "ticks": (("2", "s", "space", "right", "space"), ("[", "]", "+", "·", "Save changes +")),
    "rotation": (("2", "down", "r"), ("◉ 24 h", "○ 7 days", "○ none")),
    "audit": (("4",), ("▲ high", "◆ medium", "› ▲ high")),
    "the end of the audit": (("4", "end"), ("◇ low",)),
    "requests": (("3",), ("✓ allowed", "✗ refused: unknown", "◆ new addr", "▣ monitoring", "› 09:26:41")),
    "sums": (("3", "t"), ("By token", "✗ 2", "› monitoring")),
    "activity": (("5",), ("✓ done", "When ▼")),
    "a question": (("2", "down", "e"), ("Disable bi-dashboard?", "Cancel (n)", "Disable (y)")),
}


@pytest.mark.parametrize("name", STATES)
async def test_each_state_keeps_its_glyph_and_its_word(open_ui: Open, desk: Desk, name: str) -> None:
    keys, told = STATES[name]
    async with open_ui(desk) as ui:
        await ui.see("Catalogue search")
        for key in keys:
            await ui.press(key)
            await ui.pilot.pause()
        await ui.until(lambda: all(text in plain(ui) for text in told))


async def test_a_slot_is_mapped_by_a_tick_off_by_a_note_and_the_cursor_in_it_by_brackets(open_ui: Open) -> None:
    async with open_ui() as ui:
        await at_picture(ui, "endpoint-tokens")
        for text in ("[·]", " ✓ ", " · ", "● on", "[ ] Hide unassigned", "▣ token"):
            await ui.until(lambda: text in plain(ui))  # noqa: B023  # it is waited for
        await ui.press("h")
        await ui.until(lambda: "[■] Hide unassigned" in plain(ui))


async def test_a_change_that_never_came_says_so(open_ui: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    earlier = replace(desk, clock=lambda: NOW - DAY)
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        with pytest.raises(Exception, match="No space left"):
            set_enabled(earlier, [desk.reader().token_by_name("crm").id], False)
    async with open_ui(desk) as ui:
        await ui.press("5")
        await ui.until(lambda: "✗ never came" in plain(ui))


@pytest.mark.parametrize(("kind", "glyph"), [("done", "✓"), ("busy", "…"), ("warning", "!"), ("error", "✗")])
async def test_a_message_tells_its_kind_by_a_glyph(open_ui: Open, kind: str, glyph: str) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        ui.page.say("What there is to say.", kind)
        await ui.until(lambda: f"{glyph} What there is to say." in plain(ui))


async def test_read_only_is_a_word(open_ui: Open, store: Path) -> None:
    async with open_ui(desk_at(store, read_only=True)) as ui:
        await ui.until(lambda: "read-only" in plain(ui).split("\n")[0])
        await ui.press("enter")
        await ui.until(lambda: "read-only: fields can be copied" in plain(ui))


async def test_the_section_and_the_tab_are_told_without_colour(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.see("Catalogue search")
        assert standing_out(ui, "reverse") == ["1 Endpoints"]
        await at_picture(ui, "endpoint-general")
        assert "General" in standing_out(ui, "reverse")
        await ui.press("down")
        await ui.until(lambda: "General" in standing_out(ui, "underline"))
        assert "Tokens" not in standing_out(ui, "underline")


async def test_the_cursor_is_told_without_colour_and_whether_the_list_has_the_focus(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("2")
        await ui.see("bank-import")
        await ui.until(lambda: any("bank-import" in text for text in standing_out(ui, "bold")))
        await ui.press("slash")
        await ui.until(lambda: not any("bank-import" in text for text in standing_out(ui, "bold")))
        assert ui.cursor_line.startswith("› bank-import")


LABELS = ("Name", "Slug", "Group", "Path", "Methods", "Authentication", "IP filter", "Allow deleting", "Active")


async def test_the_focus_of_each_field_of_a_form_is_told_without_colour(open_ui: Open) -> None:
    """Its label is bold; a tick and a button are reversed."""
    async with open_ui() as ui:
        await at_picture(ui, "endpoint-general")
        await ui.press("down")
        for label in ("Name", "Slug", "Slug", "Group", "Path", "Methods", "Methods", "Authentication", "IP filter"):
            await ui.until(lambda: label in labels(ui))  # noqa: B023  # it is waited for
            assert len(labels(ui)) == 1
            await ui.press("tab")
        await ui.until(lambda: labels(ui) == ["Allow deleting"])
        assert any("DELETE" in text for text in standing_out(ui, "reverse"))


def labels(ui: Ui) -> list[str]:
    """Those of the form that are bold."""
    return [label for text in standing_out(ui, "bold") for label in LABELS if text.startswith(label)]


async def test_the_button_that_has_the_focus_is_told_without_colour(open_ui: Open) -> None:
    async with open_ui() as ui:
        await at_picture(ui, "confirm")
        assert standing_out(ui, "reverse") == ["Cancel (n)"]
        await ui.press("tab")
        await ui.until(lambda: standing_out(ui, "reverse") == ["Disable (y)"])


async def test_every_endpoint_that_is_not_active_is_on_a_shelf_of_its_own(desk: Desk) -> None:
    """So at 80 columns, where the column Active has no room, nothing is lost."""
    shown = desk.reader().endpoint_page(EndpointQuery(), EVERYTHING)
    assert all(row.endpoint.active for row in shown.rows)
