"""`tokentui tokens rotate|retire`: new values with a grace time for the old ones, all or none, in one change."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.due import due_query, due_rows
from tokentui.cli.failures import holds_values
from tokentui.cli.files import output_named
from tokentui.cli.naming import names_in_file, tokens_named
from tokentui.cli.options import as_json, reveal
from tokentui.cli.output import counted, print_json, print_lines, talk
from tokentui.cli.reaching import tell_reach
from tokentui.cli.trial import dry_run
from tokentui.domain.periods import local_text, parse_grace
from tokentui.domain.records import EndpointToken
from tokentui.services import rotating
from tokentui.services.desk import Desk
from tokentui.services.reach import check_readable, reach_of, reach_of_old_values
from tokentui.services.tokens import reveal_token
from tokentui.store.queries import EVERYTHING, TokenQuery

_ONE_SOURCE = "Name the tokens, or say --marked-file FILE or --all-due: one of the three"


@click.command(
    epilog="""\b
Examples:
  VALUE=$(tokentui tokens rotate erp-nightly --grace 7d --reveal)
  tokentui tokens rotate old-crm --grace none
  tokentui tokens rotate --all-due --grace 24h --output new-values.csv"""
)
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all-due", is_flag=True, help="All whose value is older than the policy lets it be.")
@click.option("--marked-file", metavar="FILE", help="Those named in FILE, one a line, or on stdin where it is -.")
@click.option(
    "--grace",
    metavar="TIME",
    default="24h",
    show_default=True,
    help="How long the old values work: 24h, 7 days, until a date such as 2026-12-31, or none.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave names and new values in a new FILE that ends in .csv or .json.",
)
@reveal("the new values")
@as_json
@click.pass_obj
@holds_values
def rotate(
    office: Office,
    *,
    names: tuple[str, ...],
    all_due: bool,
    marked_file: str | None,
    grace: str,
    output: Path | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Give endpoint tokens new values, all or none.

    The old values work until the grace time is over, and never longer than their tokens. A value that is in a grace
    time already is refused at once. With --reveal, the value of one NAME is printed alone, others as NAME, a tab and
    the value, a line each.
    """
    if [bool(names), all_due, marked_file is not None].count(True) != 1:
        raise click.UsageError(_ONE_SOURCE, click.get_current_context())
    desk = office.desk_for_change()
    file = None if output is None else output_named(office, output)
    until = parse_grace(grace, desk.clock(), "grace")
    if all_due:
        page = desk.reader().token_page(due_query(office, TokenQuery()), EVERYTHING)
        tokens = [row.token for row in due_rows(office, page.rows)]
    else:
        tokens = tokens_named(desk.reader(), names if marked_file is None else names_in_file(marked_file))
    check_readable(desk.reader(), [token.id for token in tokens])
    rotated = _rotated(desk, tokens, until, file)
    _print(desk, rotated, reveal=reveal, as_json=as_json, alone=len(names) == 1)
    if not rotated:
        talk("Nothing to rotate: no value is due.")
        return
    _tell(tokens, rotated, desk.clock())
    if until is None:
        reach = reach_of(desk, desk.reader(), [token.id for token in rotated])
        tell_reach(reach, "rotated", dry_run=False, as_json=False)
    if file is not None:
        talk(f"Names and new values are in {output}.")
    elif not reveal:
        talk(f"tokens show --reveal prints the new value{'s' if len(rotated) > 1 else ''}.")


def _rotated(
    desk: Desk, tokens: Sequence[EndpointToken], until: datetime | None, output: Path | None
) -> tuple[EndpointToken, ...]:
    ids = [token.id for token in tokens]
    if not ids:
        return ()
    if output is None:
        return rotating.rotate(desk, ids, until)
    from tokentui.services.handing_out import hand_out

    return hand_out(desk, output, lambda: rotating.rotate(desk, ids, until))


def _print(desk: Desk, rotated: Sequence[EndpointToken], *, reveal: bool, as_json: bool, alone: bool) -> None:
    values = [reveal_token(desk, token) for token in rotated] if reveal else []
    if as_json:
        shapes = [{"name": each.name, "id": each.id, "grace_until": each.grace_until} for each in rotated]
        revealed = [{"value": value} for value in values] or [{}] * len(shapes)
        print_json([{**shape, **value} for shape, value in zip(shapes, revealed, strict=True)])
    elif alone:
        print_lines(values)
    else:
        print_lines(f"{token.name}\t{value}" for token, value in zip(rotated, values, strict=False))


def _tell(before: Sequence[EndpointToken], rotated: Sequence[EndpointToken], now: datetime) -> None:
    one = len(rotated) == 1
    what = rotated[0].name if one else counted(len(rotated), "token")
    ends = {each.grace_until for each in rotated if each.in_grace(now)}
    last = max((end for end in ends if end is not None), default=None)
    old, work = ("the old value", "works") if one else ("the old values", "work")
    earlier = ", or until their tokens expire before that" if len(ends) > 1 else ""
    fate = f"{work} until {local_text(last)}{earlier}" if last else f"{'is' if one else 'are'} refused from now on"
    talk(f"Rotated {what}; {old} {fate}.")
    older = [token.name for token in before if token.in_grace(now)]
    if older:
        talk(f"A grace time ran already for {_some(older)}: the value from before that is refused from now on.")
    expired = [token.name for token in rotated if token.expired(now)]
    if expired:
        talk(f"{_some(expired)} expired: refused until `tokens edit --expires` says another time.")


def _some(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else counted(len(names), "token")


@click.command(
    epilog="""\b
Examples:
  tokentui tokens retire erp-nightly --dry-run
  tokentui tokens retire erp-nightly shop-frontend"""
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@dry_run
@as_json
@click.pass_obj
def retire(office: Office, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """End the grace time of rotated tokens now: their old values are refused. What that hits is told."""
    desk = office.desk if dry_run else office.desk_for_change()
    reader = desk.reader()
    ids = [token.id for token in tokens_named(reader, names)]
    if not dry_run:
        check_readable(reader, ids)
        retired = rotating.retire(desk, ids)
        talk(_retired(retired, len(ids)))
        ids = [token.id for token in retired]
    tell_reach(reach_of_old_values(desk, reader, ids), "retired", dry_run=dry_run, as_json=as_json)


def _retired(tokens: Sequence[EndpointToken], asked: int) -> str:
    if not tokens:
        return "Nothing to retire: no grace time runs."
    what = f"old value of {tokens[0].name} is" if len(tokens) == 1 else f"old values of {len(tokens)} tokens are"
    others = asked - len(tokens)
    rest = f"; {counted(others, 'token')} had no grace time" if others else ""
    return f"The {what} refused from now on{rest}."
