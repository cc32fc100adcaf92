"""From the names on the command line to records: all of them, or none."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from tokentui.cli.files import file_named
from tokentui.cli.output import listed
from tokentui.domain.errors import Invalid, NotFound
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.store.protocol import Reader

RecordT = TypeVar("RecordT", Endpoint, EndpointToken)


def tokens_named(reader: Reader, names: Iterable[str]) -> list[EndpointToken]:
    """The endpoint tokens, each once; raises `NotFound` naming every one that is missing."""
    return _all_or_none(names, reader.token_by_name, "endpoint token", "tokentui tokens list --all")


def names_in_file(source: str) -> list[str]:
    """The names in a file, one a line, or on stdin where `source` is `-`; raises `Invalid` where there is none."""
    try:
        content = sys.stdin.buffer.read() if source == "-" else file_named(Path(source)).read_bytes()
        names = [line.strip() for line in content.decode("utf-8-sig").splitlines()]
    except OSError as error:
        raise Invalid("names", f"The names in {source} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise Invalid("names", f"The names in {source} are no UTF-8 text.") from None
    found = [name for name in names if name]
    if not found:
        raise Invalid("names", f"There is no name in {source}.")
    return found


def endpoints_named(reader: Reader, refs: Iterable[str]) -> list[Endpoint]:
    """The endpoints that `group/slug`s name, each once; raises `NotFound` naming every one that is missing."""
    return _all_or_none(refs, reader.endpoint_by_ref, "endpoint", "tokentui endpoints list --all")


def _all_or_none(
    names: Iterable[str], find: Callable[[str], RecordT], kind: str, where_to_look: str
) -> list[RecordT]:
    found: dict[str, RecordT] = {}
    missing: list[str] = []
    for name in dict.fromkeys(names):
        try:
            record = find(name)
            found[record.id] = record
        except NotFound:
            missing.append(repr(name))
    if missing:
        nothing = " Nothing was done." if found else ""
        raise NotFound(f"There is no {kind} {listed(missing)}.{nothing} See: {where_to_look}")
    return list(found.values())
