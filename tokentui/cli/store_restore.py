"""`tokentui store restore`: the store becomes what it was; the difference is told first, and it can be undone."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import file_named
from tokentui.cli.key_at_hand import key_at_hand
from tokentui.cli.options import as_json
from tokentui.cli.output import counted, listed, print_json, print_lines, talk, time_text
from tokentui.domain.activity import RecordChange
from tokentui.services.desk import utc_now
from tokentui.services.restoring import (
    Candidate,
    Difference,
    Standing,
    candidate_of,
    check_key,
    difference,
    restore,
    standing_of,
)
from tokentui.store.backup import Opened, open_backup
from tokentui.store.file_check import StoreFiles
from tokentui.store.generation_list import numbered
from tokentui.store.trail import TrailFile

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_KINDS = {"token": "endpoint token"}


@click.command(
    "restore",
    epilog="""\b
Examples:
  tokentui store generations
  tokentui store restore 1 --dry-run
  tokentui store restore tokens-20260314T092653Z.tokentui.tar""",
)
@click.argument("source", metavar="FILE|NUMBER")
@click.option(
    "--sealed-with",
    type=click.Path(path_type=Path),
    metavar="KEY",
    help="The key that FILE was sealed with: an older one.",
)
@click.option("--dry-run", is_flag=True, help="Change nothing; exit code 1 where something would become another.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
@holds_values
def restore_(
    ctx: click.Context, /, *, source: str, sealed_with: Path | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Make the store what it is in a backup, a copy of a store file, or a generation (its NUMBER).

    Prints what that adds (+), removes (-) and changes (~), by name and field and never by value, and asks. It is one
    change: the activity trail tells of it, and generation 1 is the store before it. A damaged store is kept beside.
    """
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk if dry_run else office.desk_for_change()
    files = StoreFiles.of(office.store_file, office.key_file)
    opened, name = _opened(files, source)
    standing = standing_of(files, office.store.stamp(), utc_now())
    candidate = _candidate(office, opened, name, standing, sealed_with)
    planned = difference(standing, candidate)
    _print(planned, as_json=as_json)
    _tell(files, opened, candidate, standing, planned)
    ...
