"""`tokentui store info`: where everything is, and how it stands with it. No value, and no key is needed."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.key_at_hand import key_at_hand
from tokentui.cli.options import as_json, tell_of_no_store
from tokentui.cli.output import counted, print_json, print_lines, time_text
from tokentui.domain.errors import StoreError
from tokentui.services.desk import utc_now
from tokentui.store.file_check import StoreFiles
from tokentui.store.overview import FileFacts, Overview, look

_LABEL = 14
_NOUNS = {
    "endpoints": "endpoint",
    "tokens": "endpoint token",
    "assignments": "assignment",
    "acknowledgements": "acknowledgement",
}
_FITS = {True: "it fits", False: "it is NOT the store's", None: "whether it fits cannot be told"}


@click.command(
    epilog="""\b
Examples:
  tokentui store info
  tokentui store info --json | jq -r .store.key_id""",
)
@as_json
@click.pass_obj
def info(office: Office, /, *, as_json: bool) -> None:
    """Tell where store, key, activity trail, requests seen and generations are, and how it stands with them.

    No value is told and nothing is changed. Exit code 5 where the store cannot be opened; all else is told before.
    """
    overview = _overview(office)
    if as_json:
        print_json(_shape(overview))
    else:
        print_lines(_lines(overview))
    if overview.troubles:
        raise StoreError(overview.troubles[0])
    tell_of_no_store(office)


def _overview(office: Office) -> Overview:
    return look(StoreFiles.of(office.store_file, office.key_file), partial(key_at_hand, office), utc_now())


# ------------------------------------------------------------------ for people


def _lines(overview: Overview) -> Iterator[str]:
    files = overview.files
    yield _line("store", _file(FileFacts.of(files.store)))
    if FileFacts.of(files.store).exists:
        yield from (_line("", text) for text in _store_texts(overview))
    yield _line("folder", _file(FileFacts.of(files.store.parent), folder=True))
    yield _line("key", _file(FileFacts.of(files.key)))
    yield _line("", f"{overview.key.id}: {_FITS[overview.key_fits]}" if overview.key.id else overview.key.trouble)
    yield _line("activity", _file(FileFacts.of(files.trail)))
    if overview.trail_lines:
        yield _line("", f"{counted(overview.trail_lines, 'line')}, head {overview.trail_head}")
    yield _line("requests seen", _file(FileFacts.of(files.requests)))
    yield _line("generations", _file(FileFacts.of(files.generations.folder), folder=True))
    if overview.generations:
        size = sum(each.size for each in overview.generations)
        yield _line("", f"{counted(len(overview.generations), 'generation')}, {size:,} bytes")
    yield _line("locked by", overview.holder.text if overview.holder else "nobody")


def _store_texts(overview: Overview) -> Iterator[str]:
    found, number = overview.found, overview.records
    newer = ", newer than this TokenTUI: to be looked at only" if found.newer else ""
    yield f"schema version {found.meta.get('schema_version', '?')}{newer}"
    yield f"sealed with the key {found.text('key_id') or '-'}"
    if not found.newer:
        yield ", ".join(counted(number[table], noun) for table, noun in _NOUNS.items())
    by = f" by {overview.last.who.text}: {overview.last.what}" if overview.last else ""
    yield f"saved {time_text(FileFacts.of(overview.files.store).changed_at)}{by}"


def _line(label: str, text: str) -> str:
    return f"{label.ljust(_LABEL)} {' '.join(text.split())}".rstrip()


def _file(facts: FileFacts, *, folder: bool = False) -> str:
    if not facts.exists:
        return f"{facts.path} (not there)"
    size = "" if folder else f", {facts.size:,} bytes"
    return f"{facts.path} (mode {facts.mode:04o}{size})"


# ------------------------------------------------------------------ for programs


def _shape(overview: Overview) -> dict[str, Any]:
    files, kept = overview.files, overview.generations
    return {
        "store": _store_shape(overview),
        "folder": _file_shape(files.store.parent),
        "key": {
            **_file_shape(files.key),
            "id": overview.key.id,
            "fits": overview.key_fits,
            "trouble": overview.key.trouble or None,
        },
        "activity": {
            **_file_shape(files.trail),
            "lines": overview.trail_lines,
            "head": overview.trail_head or None,
        },
        "requests": _file_shape(files.requests),
        "generations": {
            **_file_shape(files.generations.folder),
            "count": len(kept),
            "newest": kept[0].saved_at if kept else None,
            "oldest": kept[-1].saved_at if kept else None,
        },
        "lock": {**_file_shape(files.lock), "holder": _holder_shape(overview)},
        "troubles": overview.troubles,
    }


def _store_shape(overview: Overview) -> dict[str, Any]:
    found, last, number = overview.found, overview.last, overview.records
    facts = FileFacts.of(overview.files.store)
    counts = {table: None if found.newer or not facts.exists else number[table] for table in number}
    return {
        **_file_shape(overview.files.store),
        "schema_version": found.meta.get("schema_version"),
        "newer": found.newer,
        "key_id": found.text("key_id"),
        **counts,
        "saved_at": facts.changed_at,
        "saved_by": last and last.who.text,
        "last_change": last and last.what,
    }


def _file_shape(path: Path) -> dict[str, Any]:
    facts = FileFacts.of(path)
    mode = None if facts.mode is None else f"{facts.mode:04o}"
    return {"path": str(path), "exists": facts.exists, "size": facts.size, "mode": mode}


def _holder_shape(overview: Overview) -> dict[str, Any] | None:
    holder = overview.holder
    return holder and {"pid": holder.pid, "user": holder.user, "since": holder.since, "deed": holder.deed}
