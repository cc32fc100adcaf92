"""What the screens do with an endpoint token, key by key: the same from the token list and from an endpoint."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from tokentui.domain.errors import Conflict, Invalid, Taken, TokenTuiError
from tokentui.domain.fields import TokenFields, rebased
from tokentui.domain.periods import local_text
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.reach import reach_of
from tokentui.services.tokens import add_token, edit_token, new_value, reveal_now, token_hint
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.conflict import ConflictDialog, Difference
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.token_settings import TokenDesk, TokenForm, TokenSettings
from tokentui.tui.drafts import Patience
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.sliding import changed_by
from tokentui.tui.values_seen import grace_note
from tokentui.tui.words import amount, enabled, some
from tokentui.tui.workplace import Workplace

Errors = dict[str, str]
#: What the form of a new token is kept as.
_NEW = "new token"


async def show_value(screen: AnyPage, token: EndpointToken) -> None:
    """Reveal a token's value in a dialog of its own, and copy it from there."""
    shown = await _revealing(screen, token)
    if shown is not None and await shown:
        await copy_value(screen, token)


async def _revealing(screen: AnyPage, token: EndpointToken) -> Awaitable[bool] | None:
    """Open the dialog, which alone has the value from then on."""
    try:
        value = await screen.workplace.perform(partial(reveal_now, screen.workplace.desk, token), then_shown=True)
    except TokenTuiError as error:
        screen.say(str(error), "error")
        return None
    if isinstance(screen.app.screen, Reveal):  # the key came twice
        return None
    answer: Awaitable[bool] = screen.app.push_screen(Reveal(token.name, value), wait_for_dismiss=True)
    return answer


async def copy_value(screen: AnyPage, token: EndpointToken) -> None:
    """Put a token's value on the clipboard without showing it."""
    try:
        value = await screen.workplace.perform(partial(reveal_now, screen.workplace.desk, token))
    except TokenTuiError as error:
        screen.say(str(error), "error")
    else:
        screen.copy(value, f"the token of {token.name}")


async def add_in_dialog(screen: AnyPage) -> EndpointToken | None:
    """Token settings for a new token, until it is saved or given up."""
    if isinstance(screen.app.screen, TokenSettings):  # the key came twice
        return None
    desk, drafts = screen.workplace.desk, screen.workplace.drafts
    empty = TokenForm(TokenFields(name=""), new_value(desk))
    form, errors = drafts.take(_NEW, lambda: (empty, Errors()))
    while True:
        answer = await _settings(screen, form, empty, None, Standing("new"), errors)
        if answer is None:
            return None
        form, patience = answer, Patience(screen)
        try:
            token = await screen.workplace.perform(partial(add_token, desk, form.fields, form.new_value))
        except TokenTuiError as error:
            errors = _beside(error)
            if patience.over:
                drafts.keep(_NEW, (form, errors), form.fields.name)
                screen.say(f"{form.fields.name} is not added: {error} a opens its form as it was.", "error")
                return None
        else:
            screen.say(f"Added {token.name}. c copies its token, s assigns it to endpoints.")
            return token


async def open_in_dialog(screen: AnyPage, token: EndpointToken) -> None:
    """Token settings of a token, until it is saved or given up."""
    if screen.workplace.read_only:
        screen.say("Read-only: nothing can be changed. c copies the token, v shows it.", "warning")
        return
    await _edit(screen, token)
    screen.store_changed()


async def _edit(screen: AnyPage, token: EndpointToken) -> None:
    drafts = screen.workplace.drafts
    attempt = drafts.take(token.id, lambda: Attempt(token, TokenForm(TokenFields.of(token))))
    standing = await _standing(screen.workplace, token)
    if isinstance(screen.app.screen, TokenSettings):  # the key came twice
        return
    while not attempt.done:
        saved = TokenForm(TokenFields.of(attempt.token))
        answer = await _settings(screen, attempt.form, saved, attempt.token, standing, attempt.errors)
        if answer is None:
            return
        attempt = await _save(screen, attempt.token, answer)
        if attempt.late:
            drafts.keep(token.id, replace(attempt, late=""), token.name)
            screen.say(f"{token.name} is not saved: {attempt.late} Enter on it opens the form as it was.", "error")
            return
        standing = await _standing(screen.workplace, attempt.token)


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to know of a value that stands: its last characters, and a grace time that runs."""

    hint: str = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far saving a form has come: what it is based on, what it holds, and what is wrong with it."""

    token: EndpointToken
    form: TokenForm
    errors: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    #: What went wrong so late that the user has gone on to something else; empty where that is not so.
    late: str = ""


async def _save(screen: AnyPage, token: EndpointToken, form: TokenForm) -> Attempt:
    desk, patience = screen.workplace.desk, Patience(screen)
    try:
        question = await screen.workplace.look(lambda reader: _save_question(desk, reader, token, form))
        if question is not None and not await screen.ask(question):
            return Attempt(token, form)
        patience = Patience(screen)
        saved = await screen.workplace.perform(lambda: edit_token(desk, token, form.fields, form.new_value))
    except TokenTuiError as error:
        if isinstance(error, Conflict) and not isinstance(error, Taken) and not patience.over:
            return await _settle(screen, token, form)
        return Attempt(token, form, _beside(error), late=str(error) if patience.over else "")
    screen.say(*_told_of_save(token, saved))
    return Attempt(saved, form, done=True)


def _told_of_save(before: EndpointToken, saved: EndpointToken) -> tuple[str, str]:
    """What came of a save, and its kind: where nothing was saved, `u` would take back what was done before."""
    if saved == before:
        return f"{saved.name} stays as it was.", "warning"
    renamed = f"Renamed {before.name} to" if saved.name != before.name else "Saved"
    return f"{renamed} {saved.name}. u takes it back.", "done"


def _save_question(desk: Desk, reader: Reader, token: EndpointToken, form: TokenForm) -> Question | None:
    """What saving this form would cut off: the token where it is disabled, else the value that stands."""
    if not token.enabled or (form.fields.enabled and form.new_value is None):
        return None
    what = "The value that stands is refused" if form.fields.enabled else "Refused"
    return reach_question(desk, reader, (token.id,), f"Save {token.name}?", "Save", what)


async def _settle(screen: AnyPage, token: EndpointToken, form: TokenForm) -> Attempt:
    """Somebody was faster: show both, and go on with what the user chooses."""
    try:
        theirs = await screen.workplace.look(lambda reader: reader.token(token.id))
        by = await screen.workplace.look(lambda _: changed_by(screen.workplace, token.id))
    except TokenTuiError as error:
        return Attempt(token, form, {"": str(error)})
    mine = replace(form, fields=rebased(form.fields, TokenFields.of(token), TokenFields.of(theirs)))
    answer = await screen.app.push_screen_wait(ConflictDialog(theirs.name, _differences(mine, token, theirs), by))
    if answer == "mine":
        return await _save(screen, theirs, mine)
    if answer == "theirs":
        screen.say(f"Kept what the other one saved of {theirs.name}.")
    return Attempt(theirs, mine, done=answer == "theirs")


_FIELDS = {"name": "Name", "description": "Description", "expires_at": "Expires", "enabled": "Enabled"}


def _differences(mine: TokenForm, base: EndpointToken, theirs: EndpointToken) -> tuple[Difference, ...]:
    now = TokenFields.of(theirs)
    rows = [
        Difference(label, _word(getattr(mine.fields, name)), _word(getattr(now, name)))
        for name, label in _FIELDS.items()
        if getattr(mine.fields, name) != getattr(now, name)
    ]
    if mine.new_value is not None:
        their_value = "another new value" if theirs.secret.digest != base.secret.digest else "the value as it was"
        rows.append(Difference("Token", "a new value", their_value))
    return tuple(rows)


def _word(value: object) -> str:
    match value:
        case bool():
            return enabled(value)
        case datetime():
            return local_text(value)
        case None:
            return "never"
    return str(value)


def _beside(error: TokenTuiError) -> Errors:
    """The error under the name of the field it belongs to; under no name where it belongs to none."""
    return {error.field if isinstance(error, Invalid | Taken) else "": str(error)}


async def _settings(
    screen: AnyPage,
    form: TokenForm,
    saved: TokenForm,
    token: EndpointToken | None,
    standing: Standing,
    errors: Mapping[str, str],
) -> TokenForm | None:
    desk, workplace = screen.workplace.desk, screen.workplace

    async def reveal() -> str:
        assert token is not None  # the form of a new token has its value
        return await workplace.perform(partial(reveal_now, desk, token))

    ask = TokenDesk(
        reveal=reveal,
        generate=lambda: new_value(desk),
        copy=lambda value: screen.copy(value, "the token"),
        now=workplace.now,
    )
    title = "Add endpoint token" if token is None else "Token settings"
    dialog = TokenSettings(title, form, ask, hint=standing.hint, note=standing.note, saved=saved, errors=errors)
    return await screen.app.push_screen_wait(dialog)


async def _standing(workplace: Workplace, token: EndpointToken) -> Standing:
    """What the form tells of the value; no characters where they cannot be opened: who asks for the value is told.

    It is a question: a form opens, and comes back, while a change waits for somebody else's lock.
    """
    if token.secret.lost:
        return Standing("", "✗ The key of this value is lost: nobody can show or check it. Give it a new one.")
    try:
        note = await workplace.look(lambda reader: grace_note(workplace, token))
        return Standing(await workplace.look(lambda reader: token_hint(workplace.desk, token)), note)
    except TokenTuiError:
        return Standing("")


def reach_question(
    desk: Desk, reader: Reader, ids: Iterable[str], title: str, verb: str, what: str = "Refused"
) -> Question | None:
    """What a cut of these tokens would hit, as a question; None where it hits nothing."""
    reach = reach_of(desk, reader, ids)
    if not reach.endpoints:
        return None
    hits = [f"{what} at once at {reach.where}:", *some(reach.endpoints), f"{reach.told}."]
    if len(reach.tokens) > 1:
        hits = [f"{amount(len(reach.tokens), 'token')}:", *some(reach.tokens), "", *hits]
    return Question(title, tuple(hits), verb)


#: `cut` or `switch`.
Way = Callable[[AnyPage, frozenset[str], str, "Deed", Callable[[], None]], Awaitable[bool]]

#: A service that switches tokens, all or none, and gives back the changed ones.
Deed = Callable[[Desk, frozenset[str]], tuple[EndpointToken, ...]]


async def cut(screen: AnyPage, ids: frozenset[str], verb: str, deed: Deed, ahead: Callable[[], None]) -> bool:
    """Ask, where somebody would be refused by it, then do it; `ahead` draws what will be."""
    workplace, desk = screen.workplace, screen.workplace.desk
    try:
        what = await workplace.look(lambda reader: _what(reader, ids))
        question = await workplace.look(lambda reader: reach_question(desk, reader, ids, f"{verb} {what}?", verb))
    except TokenTuiError as error:
        screen.say(str(error), "error")
        return False
    if question is not None and not await screen.ask(question):
        return False
    return await switch(screen, ids, verb, deed, ahead)


async def switch(screen: AnyPage, ids: frozenset[str], verb: str, deed: Deed, ahead: Callable[[], None]) -> bool:
    """Do it at once: it cuts nobody off. Whether anything is another than it was."""
    ahead()
    desk, past = screen.workplace.desk, f"{verb.lower()}d"
    done: list[EndpointToken] = []

    def carry_out() -> tuple[EndpointToken, ...]:
        done.extend(deed(desk, ids))
        return tuple(done)

    saved = await screen.perform(
        carry_out, lambda changed: _told(changed, past), lambda changed: "done" if changed else "warning"
    )
    return saved and bool(done)


def _what(reader: Reader, ids: frozenset[str]) -> str:
    return amount(len(ids), "token") if len(ids) > 1 else reader.token(next(iter(ids))).name


def _told(changed: tuple[EndpointToken, ...], past: str) -> str:
    if len(changed) == 1:
        return f"{changed[0].name} is {past}. u takes it back."
    return (
        f"{amount(len(changed), 'token')} {past}. u takes it back." if changed else f"Nothing to do: {past} already."
    )
