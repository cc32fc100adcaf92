"""Opening a file whose format nobody said: what it is shows in its content, and in its ending where it is CSV."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import Watch, parse_document, read_bytes
from tokentui.exchange.wording import one_line

_CSV_ENDINGS = frozenset({".csv", ".tsv"})
#: A first line of column names, one of which is `name`; nothing that begins so is JSON, or YAML of interest.
_CSV_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?=[^\r\n]*\bname\b)\"?[a-z_]+\"?(?:[,;\t]\"?[a-z_]+\"?)+\s*(?:[\r\n]|\Z)", re.I
)
#: How much of a file is looked at for its first line.
_HEADER = 1000
#: What our own JSON says it is.
OURS = "tokentui"


class Format(StrEnum):
    """What a file that is imported may be."""

    OPENAPI = "openapi"
    KONG = "kong"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was read within bounds: its bytes, and the value that they say (None where it is CSV)."""

    file: Path
    #: What messages call it.
    name: str
    format: Format
    content: bytes = field(repr=False)
    document: object = field(repr=False)


def open_file(file: Path, watch: Watch, format: Format | None = None) -> Opened:
    """Read and parse a file, as `format` or as what it shows itself to be; raises `ImportRefused`."""
    name = one_line(file.name) or "."
    content = read_bytes(file, name)
    if format is Format.CSV or (format is None and _is_csv(file, content)):
        watch.reached(1.0)
        return Opened(file, name, Format.CSV, content, None)
    document = parse_document(content, name, watch)
    return Opened(file, name, format or _recognised(document, name), content, document)


def _is_csv(file: Path, content: bytes) -> bool:
    return file.suffix.lower() in _CSV_ENDINGS or _CSV_HEADER.match(content[:_HEADER]) is not None


def _recognised(document: object, name: str) -> Format:
    if isinstance(document, list):
        return Format.JSON
    says = document if isinstance(document, dict) else {}
    if says.get("format") == OURS:
        return Format.JSON
    if "_format_version" in says:
        return Format.KONG
    if {"openapi", "swagger"} & says.keys():
        return Format.OPENAPI
    raise ImportRefused(
        f"{name}: it is no API description, no Kong configuration and no export of TokenTUI; is this the right file?"
    )
