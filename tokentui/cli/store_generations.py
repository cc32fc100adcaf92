"""`tokentui store generations`: the last saves of the store, each of which can be restored."""

from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.options import as_json, tell_of_no_store
from tokentui.cli.output import columns, print_json, print_lines, time_text
from tokentui.services.desk import utc_now
from tokentui.store.file_check import StoreFiles
from tokentui.store.generation_list import Listed, listed

_HEAD = ("NUMBER", "SAVED", "BYTES", "BY", "LAST CHANGE IN IT")


@click.command(
    epilog="""\b
Examples:
  tokentui store generations
  tokentui store restore 1 --dry-run""",
)
@as_json
@click.pass_obj
def generations(office: Office, /, *, as_json: bool) -> None:
    """List the last ten saves of the store, the newest first: number 1 is the store before its last change.

    `tokentui store restore NUMBER` brings one back.
    """
    found = listed(StoreFiles.of(office.store_file, office.key_file), utc_now())
    if as_json:
        print_json([_shape(each) for each in found])
    else:
        print_lines(columns(_HEAD, map(_row, found)))
    tell_of_no_store(office)


def _row(each: Listed) -> tuple[str, ...]:
    by, what = (each.last.who.text, each.last.what) if each.last else ("", each.trouble)
    return str(each.number), time_text(each.generation.saved_at), f"{each.generation.size:,}", by, what


def _shape(each: Listed) -> dict[str, Any]:
    return {
        "number": each.number,
        "saved_at": each.generation.saved_at,
        "size": each.generation.size,
        "path": str(each.generation.path),
        "by": each.last and each.last.who.text,
        "last_change": each.last and each.last.what,
        "trouble": each.trouble or None,
    }
