"""What a row tells of a token at 80 columns: a running grace time, an end that is near, a value that is too old."""

from tests.tui.conftest import NOW, Open
from tests.tui.rotating import DAY, HOUR, show_tokens
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.services.settings import Settings
from tokentui.services.tokens import edit_token


async def test_shows_grace_age_and_ends_by_glyph_and_word_at_80_columns(open_ui: Open, desk: Desk) -> None:
    reader = desk.reader()
    rotate(desk, [reader.token_by_name("bank-import").id], NOW + 23.5 * HOUR)
    rotate(desk, [reader.token_by_name("chatbot").id], NOW + 6.5 * DAY)
    soon = reader.token_by_name("crm")
    edit_token(desk, soon, TokenFields(name=soon.name, expires_at=NOW + 3 * DAY))
    async with open_ui() as ui:
        await show_tokens(ui)
        assert "◐ grace 23 h" in ui.row("bank-import")
        assert "◐ grace 6 d" in ui.row("chatbot")
        assert "◔ ends 3 d" in ui.row("crm ")
        assert "140 d ↻ due" in ui.row("bookkeeping")
        assert "due" not in ui.row("load-test")  # it is off: refused anyway


async def test_the_policy_in_the_settings_says_what_is_due(open_ui: Open) -> None:
    async with open_ui(settings=Settings(policy=Policy(rotate_after_days=77))) as ui:
        await show_tokens(ui)
        assert "77 d ↻ due" in ui.row("bank-import")
    async with open_ui(settings=Settings(policy=Policy(rotate_after_days=0))) as ui:
        await show_tokens(ui)
        assert "due" not in ui.text
