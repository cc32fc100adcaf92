"""`tokentui audit acknowledge|withdraw`: letting findings be for a reason and for a time, and no longer."""

from collections.abc import Iterable

import click

from tokentui.cli.audit import audited
from tokentui.cli.compose import Office
from tokentui.cli.output import counted, listed, talk, time_text
from tokentui.domain.audit.findings import ARROW, Code, Finding
from tokentui.domain.errors import NotFound
from tokentui.domain.names import name_key
from tokentui.services import auditing

_code = click.argument("code", type=click.Choice([code.value for code in Code]), metavar="CODE")
_subjects = click.argument("subjects", nargs=-1, required=True, metavar="SUBJECT...")


@click.command(
    epilog="""\b
Examples:
  tokentui audit acknowledge token-weak old-crm --reason "Replaced in summer" --until 2026-09-01
  tokentui audit acknowledge endpoint-open shop/pets shop/prices --reason "Public" --until never
  tokentui audit acknowledge mapping-dead "erp -> stock/goods-in" --reason "Comes back in May\""""
)
@_code
@_subjects
@click.option("--reason", required=True, metavar="TEXT", help="Why it may be so.")
@click.option(
    "--until",
    default="in 90 days",
    show_default=True,
    metavar="WHEN",
    help="When it is to be told again: 2026-12-31, '30 days', or never.",
)
@click.pass_obj
def acknowledge(office: Office, code: str, subjects: tuple[str, ...], reason: str, until: str) -> None:
    """Let findings be, for a reason and for a time: they are not told any more until it is over.

    CODE and SUBJECT are as `tokentui audit` prints them; an arrow may be typed as ->.
    """
    desk = office.desk_for_change()
    end = auditing.parse_end(until, desk.clock())
    audit = audited(office)
    found = _named(code, subjects, [*audit.findings, *(each.finding for each in audit.acknowledged)])
    auditing.acknowledge(desk, found, reason, end)
    talk(f"Acknowledged {_what(found)} {f'until {time_text(end)}' if end else 'for good'}.")


@click.command(epilog="""\b\nExample:\n  tokentui audit withdraw token-weak old-crm""")
@_code
@_subjects
@click.pass_obj
def withdraw(office: Office, code: str, subjects: tuple[str, ...]) -> None:
    """Take acknowledgements back: the findings are told again.

    CODE and SUBJECT are as `tokentui audit --all` prints them.
    """
    desk = office.desk_for_change()
    found = _named(code, subjects, [each.finding for each in audited(office).acknowledged])
    auditing.withdraw(desk, found)
    talk(f"{_what(found)} will be told again.")


def _named(code: str, subjects: Iterable[str], among: Iterable[Finding]) -> list[Finding]:
    """The findings about all these subjects, each once; raises `NotFound` naming every one that is missing."""
    known = {_spelled(finding.subject): finding for finding in among if finding.code == code}
    wanted = {_spelled(subject): subject for subject in subjects}
    missing = [repr(subject) for key, subject in wanted.items() if key not in known]
    if missing:
        raise NotFound(
            f"There is no finding {code} of {listed(missing)}. Nothing was done. See: tokentui audit --all"
        )
    return [known[key] for key in wanted]


def _spelled(subject: str) -> str:
    """Equal for what is meant to be the same subject, in whatever case and with whatever arrow."""
    return name_key(" ".join(subject.replace("->", ARROW).split()))


def _what(found: list[Finding]) -> str:
    return f"{found[0].code} of {found[0].subject}" if len(found) == 1 else counted(len(found), "finding")
