"""`tokentui activity list|verify`: what was changed, by whom and when, and whether the trail of it is whole."""

from datetime import datetime
from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.naming import endpoints_named, tokens_named
from tokentui.cli.options import as_json, tell_of_no_store, text_filter
from tokentui.cli.output import columns, counted, print_json, print_lines, talk, time_text
from tokentui.domain.activity import Entry, RecordChange
from tokentui.domain.errors import Invalid
from tokentui.domain.periods import parse_past
from tokentui.services.desk import utc_now
from tokentui.store.queries import Window
from tokentui.store.trail_queries import ActivityQuery

_HEAD = ("WHEN", "WHO", "WHAT", "STATE")
#: More entries than a trail has.
_ALL = 1_000_000_000


class Past(click.ParamType[datetime]):
    """A moment that is over: `24h` ago, a date, or a date and time."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return value if isinstance(value, datetime) else parse_past(str(value), utc_now(), self.name)
        except Invalid as error:
            self.fail(str(error), param, ctx)


@click.group(invoke_without_command=True, no_args_is_help=False)
@click.pass_context
def activity(ctx: click.Context) -> None:
    """What was changed, by whom and when; without a command, the whole list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_activity)


@activity.command(
    "list",
    epilog="""\b
Examples:
  tokentui activity list --since 24h
  tokentui activity list --token erp-nightly --json
  tokentui activity list --who jan --since 2026-03-01 --until 2026-04-01""",
)
@text_filter
@click.option("--who", default="", metavar="TEXT", help="Only by users, addresses or hosts that hold this.")
@click.option("--since", type=Past(), metavar="WHEN", help="Not before: 24h, '7 days', 2026-03-01.")
@click.option("--until", type=Past(), metavar="WHEN", help="Before: the same.")
@click.option("--token", "name", default="", metavar="NAME", help="Only what became of this endpoint token.")
@click.option("--endpoint", "ref", default="", metavar="GROUP/SLUG", help="Only what became of this endpoint.")
@click.option("--limit", type=click.IntRange(1), default=_ALL, metavar="N", help="The newest N.  [default: all]")
@as_json
@click.pass_obj
def list_activity(office: Office, /, *, as_json: bool, limit: int, name: str, ref: str, **filters: Any) -> None:
    """List the activity trail, the newest entry first.

    STATE is done; or never came, for a change that a crash or a full disk kept from being saved; or repair, for a
    line that tells what a crash left in the trail. Mappings count as activity of their token and their endpoint.
    """
    query = ActivityQuery(record_id=_record_id(office, name, ref), **filters)
    page = office.store.activity().page(query, Window(0, limit), utc_now())
    if as_json:
        print_json([_shape(entry) for entry in page.rows])
    else:
        print_lines(columns(_HEAD, map(_line, page.rows)))
    tell_of_no_store(office)


def _record_id(office: Office, name: str, ref: str) -> str:
    if name and ref:
        raise click.UsageError("--token and --endpoint exclude each other.", click.get_current_context())
    if not (name or ref):
        return ""
    reader = office.reader()
    found = [*(tokens_named(reader, [name]) if name else ()), *(endpoints_named(reader, [ref]) if ref else ())]
    return str(found[0].id)


def _line(entry: Entry) -> tuple[str, ...]:
    return time_text(entry.at), entry.who.text, entry.what, entry.state


def _shape(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "user": entry.who.user,
        "from": entry.who.address,
        "host": entry.who.host,
        "what": entry.what,
        "state": entry.state,
        "changes": [_change_shape(change) for change in entry.changes],
        "hash": entry.hash,
    }


def _change_shape(change: RecordChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "name": change.name,
        "rev": change.revs,
        "fields": {name: {"old": old, "new": new} for name, (old, new) in change.fields.items()},
    }


@activity.command(
    "verify",
    epilog="""\b
Examples:
  tokentui activity verify
  tokentui activity verify --head "$(cat head-noted-last-week)"
  tokentui activity verify --json | jq -r .head""",
)
@click.option("--head", "noted", metavar="HASH", help="A head that was noted earlier: is it still in the trail?")
@as_json
@click.pass_context
def verify(ctx: click.Context, noted: str | None, as_json: bool) -> None:
    """Look at every line of the activity trail: was one edited, removed, added or reordered?

    Prints the trail's head, the hash of its last line. Note it elsewhere: with --head, a trail that was cut, or made
    anew from some line on, is found too. Exit code 1 where the trail is not as it was written.
    """
    office = ctx.find_object(Office)
    assert office is not None
    found = office.store.activity().verify(noted, utc_now())
    if as_json:
        print_json({"lines": found.lines, "head": found.head, "problems": found.problems, "notes": found.notes})
    else:
        print_lines([found.head] if found.head else [])
    for note in found.notes:
        talk(note)
    for problem in found.problems:
        talk(problem)
    verdict = "The trail is as it was written" if not found.problems else "The trail was changed"
    talk(f"{verdict}: {counted(found.lines, 'line')}, {counted(len(found.problems), 'problem')}.")
    if found.problems:
        ctx.exit(1)
