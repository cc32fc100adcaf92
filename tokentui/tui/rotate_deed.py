"""Rotating and retiring from the screens: ask, do it, and hand the new values over."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from tokentui.domain.errors import Invalid, StoreError, Taken, TokenTuiError
from tokentui.domain.periods import local_text
from tokentui.domain.records import EndpointToken
from tokentui.services.handing_out import hand_out
from tokentui.services.rotating import retire, rotate
from tokentui.services.tokens import reveal_now, token_hint
from tokentui.store.protocol import Reader
from tokentui.tui.copy_as_deed import copied_of, copy_value_as
from tokentui.tui.dialogs.progress import Progress
from tokentui.tui.dialogs.rotate import Rotate, RotateForm
from tokentui.tui.dialogs.rotated import NewValue, Rotated, RotatedDesk
from tokentui.tui.drafts import Patience
from tokentui.tui.rotation_facts import Tokens, cut_question, retire_question, rotate_subject, what
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.words import ahead
from tokentui.tui.workplace import Workplace


async def rotate_in_dialogs(page: AnyPage, ids: frozenset[str]) -> bool:
    """Ask for the grace time, rotate, hand the new values over; whether anything was rotated."""
    tokens = await page.look(lambda reader: _tokens(reader, ids)) or ()
    subject = await page.look(lambda reader: rotate_subject(page.workplace, reader, tokens)) if tokens else None
    drafts, kept = page.workplace.drafts, ("rotate", ids)
    form = drafts.take(kept, lambda: RotateForm(path=_new_file(page.workplace.now()) if len(tokens) > 1 else ""))
    errors: Mapping[str, str] = {}
    while subject is not None:
        answer = await page.app.push_screen_wait(Rotate(subject, form, page.workplace.now, errors))
        if answer is None:
            return False
        form, errors, patience = answer, {}, Patience(page)
        try:
            if await _agreed(page, tokens, form):
                patience = Patience(page)
                return await _rotate(page, tokens, form)
        except (Invalid, Taken) as error:
            errors = {error.field: str(error)}
        except StoreError as error:  # nothing is saved: the form comes back, over what is wrong
            page.store_changed()
            if patience.over:
                drafts.keep(kept, form, f"the rotation of {what(tokens)}")
                page.say(f"{_named(tokens)} not rotated: {error} r opens its form as it was.", "error")
                return False
            page.say(str(error), "error")
        except TokenTuiError as error:  # not in the form: it may say that the values are replaced all the same
            page.store_changed()
            page.say(str(error), "error")
            return False
    return False


def _tokens(reader: Reader, ids: frozenset[str]) -> Tokens:
    return tuple(sorted(map(reader.token, ids), key=lambda token: token.name.casefold()))


def _new_file(now: datetime) -> str:
    return f"~/tokentui-rotated-{now.astimezone():%Y%m%d-%H%M%S}.csv"


async def _agreed(page: AnyPage, tokens: Tokens, form: RotateForm) -> bool:
    """Whether the user wants it, where somebody is cut off at once."""
    workplace = page.workplace
    now = workplace.now()
    until = form.until(now)
    question = await workplace.look(lambda reader: cut_question(workplace.desk, reader, tokens, until, now))
    return question is None or await page.ask(question)


async def _rotate(page: AnyPage, tokens: Tokens, form: RotateForm) -> bool:
    workplace = page.workplace
    until = form.until(workplace.now())
    if len(tokens) > 1:
        rotated = await _with_progress(page, tokens, until, form.path)
        page.store_changed()
        page.say(_told(rotated, form.path, workplace.now()))
    else:
        new = await workplace.perform(partial(_rotated, workplace, tokens, until), then_shown=True)
        page.store_changed()
        page.say(f"Rotated {new.token.name}. u takes it back.")
        await _hand_over(page, new)
    return True


def _rotated(workplace: Workplace, tokens: Tokens, until: datetime | None) -> NewValue:
    desk = workplace.desk
    (token,) = rotate(desk, [token.id for token in tokens], until, seen=tokens)
    fate = _fate(token, workplace.now())
    return NewValue(token=token, hint=token_hint(desk, token), fate=fate)


def _fate(token: EndpointToken, now: datetime) -> str:
    """What becomes of the old value."""
    if token.grace_until is None or not token.in_grace(now):
        return "refused from now on"
    return f"works until {local_text(token.grace_until)}, {ahead(token.grace_until, now)}"


async def _hand_over(page: AnyPage, new: NewValue) -> None:
    token, workplace = new.token, page.workplace

    async def reveal() -> str:
        return await workplace.perform(partial(reveal_now, workplace.desk, token))

    async def copy() -> str:
        return await copied_of(workplace, token, str, f"the token of {token.name}")

    desk = RotatedDesk(reveal=reveal, copy=copy, copy_as=lambda: copy_value_as(page, token))
    await page.app.push_screen_wait(Rotated(new, desk))


async def _with_progress(page: AnyPage, tokens: Tokens, until: datetime | None, path: str) -> Tokens:
    app, ids = page.app, [token.id for token in tokens]
    progress = Progress("Rotating", f"{what(tokens)}, all or none")
    await app.push_screen(progress)

    def reached(share: float) -> None:
        app.call_from_thread(progress.reached, share)

    deed = partial(rotate, page.workplace.desk, ids, until, reached, seen=tokens)
    if path:
        deed = partial(hand_out, page.workplace.desk, Path(path), deed)
    try:
        return await page.workplace.perform(deed)
    finally:
        await progress.dismiss()


def _told(rotated: Tokens, path: str, now: datetime) -> str:
    ends = [token.grace_until for token in rotated if token.grace_until is not None and token.in_grace(now)]
    fate = f"work until {local_text(max(ends))}" if ends else "are refused from now on"
    where = f" Names and new values are in {path}." if path else ""
    return f"Rotated {what(rotated)}; the old values {fate}.{where} u takes it back."


async def retire_after_question(page: AnyPage, ids: frozenset[str]) -> bool:
    """End grace times now, after a question that tells how quiet the old values are; whether any was ended."""
    workplace = page.workplace
    try:
        question = await workplace.look(lambda reader: retire_question(workplace, reader, _tokens(reader, ids)))
    except TokenTuiError as error:
        page.say(str(error), "error")
        return False
    if question is None:
        page.say("Nothing to retire: no grace time runs any more.", "warning")
        return False
    if not await page.ask(question):
        return False
    return await page.perform(lambda: retire(workplace.desk, ids), _retired)


def _retired(tokens: Tokens) -> str:
    if not tokens:
        return "Nothing to retire: no grace time runs any more."
    whose = f"The old value of {tokens[0].name} is" if len(tokens) == 1 else f"The old values of {what(tokens)} are"
    return f"{whose} refused from now on. u takes it back."


def _named(tokens: Tokens) -> str:
    return f"{tokens[0].name} is" if len(tokens) == 1 else f"{len(tokens)} tokens are"
