"""`tokentui requests`: who called which endpoint with which token, and what was decided."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tokentui.cli.activity import Past
from tokentui.cli.compose import Office
from tokentui.cli.naming import endpoints_named, tokens_named
from tokentui.cli.options import as_json, tell_of_no_store, text_filter
from tokentui.cli.output import Columns, columns, print_json, print_json_line, print_lines, talk, time_text
from tokentui.services.desk import utc_now
from tokentui.services.viewing import SeenRow, seen_page, short_reason
from tokentui.services.wording import amount
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery

if TYPE_CHECKING:
    from datetime import datetime

#: How often is looked for new ones where they are followed, in seconds.
LOOK_SECONDS = 0.5
#: More than come between two looks.
_ALL = 1_000_000

_HEAD = ("WHEN", "METHOD", "ENDPOINT", "TOKEN", "FROM", "OUTCOME")
#: Of the columns where there is no request yet to go by: most texts fit.
_WIDTHS = (20, 6, 26, 20, 15, 0)
#: Prints requests as they come.
_Print = Callable[[Iterable[SeenRow]], None]


@click.command(
    "requests",
    epilog="""\b
Examples:
  tokentui requests --endpoint orders/returns --since 24h
  tokentui requests --outcome refused --follow
  tokentui requests --token erp-nightly --json | jq -r '.[].address' | sort | uniq -c""",
)
@text_filter
@click.option("--endpoint", "ref", default="", metavar="GROUP/SLUG", help="Only to this endpoint.")
@click.option("--token", "name", default="", metavar="NAME", help="Only with this endpoint token.")
@click.option("--outcome", type=click.Choice(["allowed", "refused"]), help="Only those that passed, or did not.")
@click.option("--address", default="", metavar="IP", help="Only from this address.")
@click.option("--since", type=Past(), metavar="WHEN", help="Not before: 24h, '7 days', 2026-03-01.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, metavar="N", help="The newest N.")
@click.option("--follow", is_flag=True, help="Go on with those that come, the oldest first, until ctrl+c.")
@as_json
@click.pass_obj
def requests(
    office: Office,
    /,
    *,
    ref: str,
    name: str,
    outcome: str | None,
    address: str,
    since: "datetime | None",
    text: str,
    limit: int,
    follow: bool,
    as_json: bool,
) -> None:
    """List the requests that the verifier decided about, the newest first.

    Without --follow all at once; with it the newest N, the oldest of them first, and then each that is recorded: with
    --json one object a line. A token that nobody has is told by the fingerprint of its value, a path without its
    query, and no value ever.
    """
    query = RequestQuery(
        endpoint_ids=_ids(ref, lambda: endpoints_named(office.reader(), [ref])),
        token_ids=_ids(name, lambda: tokens_named(office.reader(), [name])),
        let_in=None if outcome is None else outcome == "allowed",
        address=address.strip(),
        since=since,
        text=text,
    )
    tell_of_no_store(office)
    if not follow:
        _print_all(office, _rows(office, query, limit), as_json=as_json)
        return
    last = office.store.requests.last_id()
    known = [row for row in _rows(office, query, limit) if int(row.id) <= int(last or 0)]
    _follow(office, query, last, _begun(known[::-1], as_json=as_json))


def _ids(named: str, find: Callable[[], Sequence[Any]]) -> frozenset[str] | None:
    return frozenset(record.id for record in find()) if named else None


def _rows(office: Office, query: RequestQuery, limit: int) -> tuple[SeenRow, ...]:
    return seen_page(office.store.requests, office.reader(), query, Window(0, limit)).rows


def _print_all(office: Office, rows: Sequence[SeenRow], *, as_json: bool) -> None:
    if as_json:
        print_json([_shape(row) for row in rows])
    else:
        print_lines(columns(_HEAD, map(_cells, rows)))
    _tell_lost(office, found=bool(rows))


def _tell_lost(office: Office, *, found: bool) -> None:
    """What the list does not say: which requests are not in it, and why it is empty."""
    from tokentui.services.calls import LATELY

    requests = office.store.requests
    lost = requests.lost(utc_now() - LATELY)
    if lost:
        talk(f"{amount(lost, 'request')} could not be recorded in the last 24 h.")
    if requests.began() is None:
        talk("Nothing is recorded yet: tokentui serve records what it decides.")
        return
    if not found:
        talk("No request matches.")


# ---------------------------------------------------------------------- those that come


def _follow(office: Office, query: RequestQuery, last: str, print_each: _Print) -> None:
    """Tell those that are recorded after that one, until somebody ends it."""
    requests = office.store.requests
    stamp: object = None
    while True:
        now = requests.stamp()
        if now == stamp:
            time.sleep(LOOK_SECONDS)
            continue
        stamp, newest = now, requests.last_id()
        if newest != last:
            come = _rows(office, replace(query, since=None, after=last or "0"), _ALL)
            print_each(reversed(come))
            last = max((newest, *(row.id for row in come)), key=int)


def _begun(known: Sequence[SeenRow], *, as_json: bool) -> _Print:
    """Print those that are there, under heads as the list has them; gives back what prints the others below."""
    if as_json:
        _print_json_lines(known)
        return _print_json_lines
    sheet = Columns([0] * len(_HEAD) if known else _WIDTHS)
    print_lines(sheet.lines([_HEAD, *map(_cells, known)]))
    return lambda rows: print_lines(sheet.lines(map(_cells, rows)))


def _print_json_lines(rows: Iterable[SeenRow]) -> None:
    for row in rows:
        print_json_line(_shape(row))


# ---------------------------------------------------------------------- how one looks


def _cells(row: SeenRow) -> tuple[str, ...]:
    one = row.request
    word = "allowed" if one.let_in else f"refused: {short_reason(one.reason)}"
    new = ", new address" if row.new_address else ""
    return time_text(one.at), one.method, row.endpoint or one.path, row.token or "-", one.address or "-", word + new


def _shape(row: SeenRow) -> dict[str, Any]:
    """What is not known is null."""
    one = row.request
    return {
        "id": row.id,
        "at": one.at,
        "method": one.method,
        "path": one.path,
        "endpoint": row.endpoint or None,
        "slot": one.slot or None,
        "token": None if one.fingerprint else row.token or None,
        "token_id": one.token_id or None,
        "kind": one.kind or None,
        "previous": one.previous,
        "fingerprint": one.fingerprint or None,
        "address": one.address or None,
        "new_address": row.new_address,
        "allowed": one.let_in,
        "status": one.status,
        "reason": one.reason,
        "duration_us": one.duration,
    }
