"""What the audit's screen does about findings: mends them, lets them be, or opens what they are about."""

from collections.abc import Iterable, Sequence

from tokentui.domain.audit.findings import Code, Deed, Finding, Subject
from tokentui.domain.records import Secret
from tokentui.domain.slots import Slot
from tokentui.services.auditing import acknowledge, withdraw
from tokentui.services.endpoints import generate_primaries
from tokentui.services.finding_lists import FindingRow
from tokentui.services.mending import unmap_dead
from tokentui.services.tokens import set_active, set_enabled
from tokentui.store.protocol import Reader
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.endpoint_list_deeds import deactivate
from tokentui.tui.endpoint_opening import open_endpoint
from tokentui.tui.rotate_deed import retire_after_question, rotate_in_dialogs
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.screens.shelf_screen import ShelfScreen
from tokentui.tui.token_deeds import cut, open_in_dialog
from tokentui.tui.words import amount, some

#: Where a finding about an endpoint is mended in its form.
_FIELDS = {Code.ENDPOINT_OPEN: "authentication", Code.ENDPOINT_ANY_ADDRESS: "ip_filter"}


async def settle(page: ShelfScreen[FindingRow], how: str, findings: Sequence[Finding]) -> None:
    """Do something about all of these findings, of which each can be settled so; what is done is marked no more."""
    if await _settled(page, how, findings):
        page.listing.table.marks -= {finding.id for finding in findings}


async def _settled(page: AnyPage, how: str, findings: Sequence[Finding]) -> bool:
    match how:
        case "acknowledge":
            return await _let_be(page, findings)
        case "withdraw":
            return await _tell_again(page, findings)
        case Deed.ASSIGN:
            return await _assign(page, findings[0])
        case Deed.DEACTIVATE:
            return await _deactivate(page, findings)
        case Deed.DISABLE:
            return await _disable(page, findings)
        case Deed.GENERATE:
            return await _generate(page, findings)
        case Deed.RETIRE:
            return await retire_after_question(page, _ids(findings))
        case Deed.ROTATE:
            return await rotate_in_dialogs(page, _ids(findings))
        case Deed.UNMAP:
            return await _unmap(page, findings)
    raise ValueError(how)


def _nothing() -> None:
    """What there is to draw ahead: the audit says itself what is left."""


def _done_or_not(changed: Sequence[object]) -> str:
    """The kind of what is told: somebody else may have done all of it meanwhile."""
    return "done" if changed else "warning"


def _ids(findings: Iterable[Finding], about: Subject = Subject.TOKEN) -> frozenset[str]:
    return frozenset(finding.subject_id for finding in findings if finding.about is about)


async def _disable(page: AnyPage, findings: Sequence[Finding]) -> bool:
    return await cut(page, _ids(findings), "Disable", lambda desk, ids: set_enabled(desk, ids, False), _nothing)


async def _deactivate(page: AnyPage, findings: Sequence[Finding]) -> bool:
    """Tokens, then endpoints: each asks for itself, where it cuts somebody off."""
    tokens, endpoints = _ids(findings), _ids(findings, Subject.ENDPOINT)
    done = True
    if tokens:
        done = await cut(page, tokens, "Deactivate", lambda desk, ids: set_active(desk, ids, False), _nothing)
    if done and endpoints:
        done = await deactivate(page, endpoints)
    return done


async def _generate(page: AnyPage, findings: Sequence[Finding]) -> bool:
    standing = await page.look(lambda reader: _primaries(reader, findings))
    if standing is None:
        return False
    one = len(findings) == 1
    what = f"a new primary for {findings[0].subject}" if one else f"{len(findings)} new primaries"
    names = [finding.subject for finding in findings]
    hits = ("The values that stand are refused at once, for whoever has them:", *some(names))
    if not await page.ask(Question(f"Generate {what}?", hits, "Generate")):
        return False
    desk, told = page.workplace.desk, f"Generated {what}. u takes it back."
    return await page.perform(lambda: generate_primaries(desk, standing), lambda _: told)


def _primaries(reader: Reader, findings: Iterable[Finding]) -> dict[str, dict[Slot, Secret]]:
    """Endpoint id → slot → the primary that stands: none that somebody generates meanwhile is to be replaced."""
    standing: dict[str, dict[Slot, Secret]] = {}
    for finding in findings:
        endpoint = reader.endpoint(finding.subject_id.partition(".")[0])
        found = {slot: endpoint.primaries[slot] for slot in finding.slots if slot in endpoint.primaries}
        standing.setdefault(endpoint.id, {}).update(found)
    return standing


async def _unmap(page: AnyPage, findings: Sequence[Finding]) -> bool:
    ids = [finding.subject_id for finding in findings]
    what = findings[0].subject if len(ids) == 1 else amount(len(ids), "mapping")
    names = [f"{each.subject} ({' '.join(each.slots)})" for each in findings]
    hits = ("Nobody is let in by it now, and nobody will be when that changes:", *some(names))
    if not await page.ask(Question(f"Unmap {what}?", hits, "Unmap")):
        return False
    desk = page.workplace.desk
    nothing = "Nothing to unmap: all of it lets somebody in by now, or is unmapped already."
    return await page.perform(
        lambda: unmap_dead(desk, ids),
        lambda changed: f"Unmapped {amount(len(changed), 'mapping')}. u takes it back." if changed else nothing,
        _done_or_not,
    )


# ------------------------------------------------------------------ letting be


async def _let_be(page: AnyPage, findings: Sequence[Finding]) -> bool:
    from tokentui.tui.dialogs.acknowledge import Acknowledge

    what = f"{findings[0].code} of {findings[0].subject}" if len(findings) == 1 else amount(len(findings), "finding")
    said = await page.app.push_screen_wait(Acknowledge(what, page.workplace.now))
    if said is None:
        return False
    desk = page.workplace.desk
    return await page.perform(
        lambda: acknowledge(desk, findings, said.reason, said.until),
        lambda done: f"{amount(len(done), 'finding')} acknowledged. i shows what is, u takes it back.",
    )


async def _tell_again(page: AnyPage, findings: Sequence[Finding]) -> bool:
    desk = page.workplace.desk
    return await page.perform(
        lambda: withdraw(desk, findings),
        lambda back: (
            f"{amount(len(back), 'finding')} told again. u takes it back." if back else "Nothing to do: told already."
        ),
        _done_or_not,
    )


# ------------------------------------------------------------------ to what a finding is about


async def open_subject(page: AnyPage, finding: Finding) -> None:
    """Open what the finding is about, at the place where it is mended."""
    if finding.about is Subject.TOKEN:
        token = await page.look(lambda reader: reader.token(finding.subject_id))
        if token is not None:
            await open_in_dialog(page, token)
        return
    first, _, second = finding.subject_id.partition(".")
    mapping = finding.about is Subject.ASSIGNMENT
    endpoint = await page.look(lambda reader: reader.endpoint(second if mapping else first))
    if endpoint is not None:
        await open_endpoint(page, endpoint, field=_FIELDS.get(finding.code, ""), token_id=first if mapping else "")


async def _assign(page: AnyPage, finding: Finding) -> bool:
    from tokentui.tui.screens.assign import assign_on_screen

    token = await page.look(lambda reader: reader.token(finding.subject_id))
    if token is not None:
        await assign_on_screen(page, token)
    return False
