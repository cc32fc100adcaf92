"""Taking in what a file says, without undoing what an admin has decided here: a plan, then one change, all or none.

A foreign file (an API description, Kong) says what there is to be guarded, and who may call it is decided here: of an
endpoint that is known its methods and Allow deleting become what the file says, and nothing else is touched; a token
that is known stays as it is, and gains what the file maps it to. What the file does not have stays.

Our own files (JSON, CSV) say what the records are: one that is known becomes what the file says of it, and the
assignments of a token that is listed become exactly those in the file. What the file does not list stays.

No value that is here is ever replaced. To import a file again changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tokentui.domain.slots import Authentication
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import ApiDescription, KongConfiguration, Listing
from tokentui.exchange.opening import Format, Opened, open_file
from tokentui.exchange.wording import one_line
from tokentui.services.calls import calls_by, calls_through
from tokentui.services.desk import Desk
from tokentui.services.intake.assignments import AssignmentPlanner
from tokentui.services.intake.known_by_path import plan_by_path
from tokentui.services.intake.listed import plan_acknowledgements, plan_listed
from tokentui.services.intake.places import Place
from tokentui.services.intake.plan import Plan
from tokentui.services.intake.report import Imported, ImportReport, Section, WouldCutOff
from tokentui.services.intake.tokens import Bearer, plan_keys, plan_listed_tokens
from tokentui.services.intake.values import KnownValues
from tokentui.services.intake.wording import some_of
from tokentui.store.protocol import Reader

#: The shares of the work: parsing the file, finding out what it says; the rest is taking that in.
_PARSED, _READ = 0.4, 0.5

_Contents = ApiDescription | KongConfiguration | Listing


def _nobody_looks(_share: float) -> None:
    """The progress that nobody asked for."""


def _never() -> bool:
    return False


def import_file(
    desk: Desk,
    file: Path,
    *,
    format: Format | None = None,
    authentication: Authentication | None = Authentication.TOKEN,
    environ: Mapping[str, str] | None = None,
    dry_run: bool = False,
    may_cut: bool = True,
    progress: Callable[[float], None] = _nobody_looks,
    cancelled: Callable[[], bool] = _never,
) -> ImportReport:
    """Import a file, as `format` or as what it shows itself to be.

    New endpoints of an API description get `authentication`; None: what it declares. Keys of Kong that refer to the
    environment are taken from `environ` where it is given. `progress` is told 0 to 1; `cancelled` is asked often.
    With `dry_run` nothing is changed, and no key is needed but to compare values of the file with those here.
    Raises `ImportRefused` (also where it was cancelled), `Taken`, `StoreError`, `SealError`, and without `may_cut`
    `WouldCutOff`; nothing is changed then.
    """
    watch = Watch(one_line(file.name) or ".", progress, cancelled)
    opened = open_file(file, watch.within(0.0, _PARSED), format)
    return import_opened(
        desk,
        opened,
        watch.within(_PARSED, 1.0),
        authentication=authentication,
        environ=environ,
        dry_run=dry_run,
        may_cut=may_cut,
    )


def import_opened(
    desk: Desk,
    opened: Opened,
    watch: Watch,
    *,
    authentication: Authentication | None = Authentication.TOKEN,
    environ: Mapping[str, str] | None = None,
    dry_run: bool = False,
    may_cut: bool = True,
) -> ImportReport:
    """Import a file that was opened already; else as `import_file`."""
    contents = _read(opened, watch.within(0.0, _READ - _PARSED), authentication, environ)
    reached = watch.within(_READ - _PARSED, 1.0).reached

    def check(plan: Plan) -> None:
        if not may_cut and (plan.cut or plan.switched_off):
            raise WouldCutOff(_report(desk, plan, opened.format))

    only_look = dry_run or _is_empty(contents)
    plan = _planned(desk, contents) if only_look else _carried_out(desk, contents, reached, check)
    return _report(desk, plan, opened.format)


def import_endpoints(
    desk: Desk,
    api: ApiDescription,
    *,
    dry_run: bool = False,
    reached: Callable[[float], None] = _nobody_looks,
) -> Section[Imported]:
    """Take in an API description: one change, all or none. `reached` is told 0 to 1, and may raise to stop it.

    Raises `StoreError`, `SealError`.
    """
    plan = _planned(desk, api) if dry_run or _is_empty(api) else _carried_out(desk, api, reached)
    return plan.told_endpoints.section()


def _read(
    opened: Opened, watch: Watch, authentication: Authentication | None, environ: Mapping[str, str] | None
) -> _Contents:
    """What the file says; the readers are loaded when they are wanted."""
    match opened.format:
        case Format.KONG:
            from tokentui.exchange.kong import kong_in

            return kong_in(opened, watch, environ)
        case Format.CSV:
            from tokentui.exchange.csv_reading import csv_in

            return csv_in(opened, watch)
        case Format.JSON:
            from tokentui.exchange.json_reading import json_in

            return json_in(opened, watch)
    from tokentui.exchange.openapi import openapi_in

    api = openapi_in(opened, watch, as_declared=authentication is None)
    if authentication is None:
        return api
    return replace(api, drafts=tuple(replace(draft, authentication=authentication) for draft in api.drafts))


def _is_empty(contents: _Contents) -> bool:
    """Whether there is nothing to take in: then no store is made for it."""
    match contents:
        case ApiDescription():
            return not contents.drafts
        case KongConfiguration():
            return not (contents.api.drafts or contents.tokens)
    return not (contents.endpoints or contents.tokens or contents.acknowledgements)


def _planned(desk: Desk, contents: _Contents) -> Plan:
    """What would be done; raises what would be raised."""
    reader = desk.reader()
    plan = _plan(desk, reader, contents)
    plan.check(desk, reader)
    return plan


def _carried_out(
    desk: Desk,
    contents: _Contents,
    reached: Callable[[float], None],
    check: Callable[[Plan], None] = lambda _plan: None,
) -> Plan:
    """What was done; `check` may raise to stop it before."""
    title = contents.api.title if isinstance(contents, KongConfiguration) else contents.title
    if desk.vault.needs_passphrase:
        desk.fetch_key()
    with desk.change(f"imported {title}") as transaction:
        plan = _plan(desk, transaction.reader, contents)
        check(plan)
        plan.carry_out(desk, transaction, reached)
    return plan


def _plan(desk: Desk, reader: Reader, contents: _Contents) -> Plan:
    plan = Plan()
    values = KnownValues(reader, desk.vault)
    match contents:
        case ApiDescription():
            plan_by_path(plan, desk, reader, contents)
        case KongConfiguration():
            plan.told_assignments.skipped.extend(contents.skipped_assignments)
            places = plan_by_path(plan, desk, reader, contents.api)
            bearers = plan_keys(plan, desk, reader, contents, values)
            AssignmentPlanner(plan, reader, places, desk.clock()).add(bearers)
        case Listing():
            places = plan_listed(plan, desk, reader, contents, values)
            bearers = plan_listed_tokens(plan, desk, reader, contents, values)
            AssignmentPlanner(plan, reader, places, desk.clock()).settle(bearers)
            plan_acknowledgements(plan, reader, contents, _other_ids(contents, places, bearers))
    return plan


def _other_ids(listing: Listing, places: Mapping[str, Place], bearers: Iterable[Bearer]) -> dict[str, str]:
    """The ids of the file's records that have another id here, being known by their names."""
    endpoints = {each.id: places[each.ref].id for each in listing.endpoints if each.id}
    return {**endpoints, **{each.draft.id: each.id for each in bearers if each.draft.id}}


def _report(desk: Desk, plan: Plan, format: Format) -> ImportReport:
    with_tokens = format is not Format.OPENAPI
    return ImportReport(
        format=format,
        endpoints=plan.told_endpoints.section(),
        tokens=plan.told_tokens.section() if with_tokens else None,
        assignments=plan.told_assignments.section() if with_tokens else None,
        acknowledgements=plan.told_acknowledgements.section() if format is Format.JSON else None,
        notes=tuple(_notes(desk, plan, format)),
    )


def _notes(desk: Desk, plan: Plan, format: Format) -> Iterator[str]:
    if plan.cut:
        yield calls_through(desk, plan.cut).sentence("through what is cut off")
    if plan.switched_off:
        yield calls_by(desk, plan.switched_off).sentence("by tokens that are switched off")
    made = [each.fields.name for each in plan.tokens if each.before is None and each.draft.value is None]
    if made:
        yield f"The file has no value for {some_of(made)}: new ones are generated."
    if format is Format.KONG and any(each.path.endswith("/*") for each in plan.told_endpoints.added):
        yield (
            "A path of Kong is a prefix and takes itself too, /r1 as well as /r1/a; the endpoint /r1/* takes what is "
            "below. Add an endpoint where somebody calls the path itself."
        )
