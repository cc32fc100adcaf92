"""`tokentui scan`: where live token values stand in files; the values themselves are never printed."""

import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import USAGE, holds_values
from tokentui.cli.options import as_json, tell_of_no_store
from tokentui.cli.output import columns, counted, print_json, print_lines, talk

if TYPE_CHECKING:
    from tokentui.services.scanning import ScanReport, Sighting

_HEAD = ("FILE:LINE", "TOKEN", "STATE")
#: The exit code for "found"; an answer, not a failure.
_FOUND = 1
_UNITS = ("B", "kB", "MB", "GB", "TB")


@click.command(
    epilog="""\b
Examples:
  tokentui scan .
  git log --patch --all | tokentui scan -
  tokentui scan src --names | tokentui tokens rotate --marked-file -"""
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--names", is_flag=True, help="Print the names of the endpoint tokens only, each once.")
@click.option("--no-ignore", is_flag=True, help="Scan too what .gitignore leaves out, and .git.")
@as_json
@click.pass_obj
@holds_values
def scan(office: Office, paths: tuple[str, ...], *, names: bool, no_ignore: bool, as_json: bool) -> None:
    """Find live token values in files, in folders, or on stdin (-).

    Prints file, line, token and state of each place, never the value, and ends with exit code 1 where there is one.
    In a repository, what .gitignore leaves out is left out, unless it is tracked or named. Values are compared by
    their digests, so there are no false alarms.
    """
    from tokentui.services.scanning import scan as look_through

    if names and as_json:
        raise click.UsageError("--names and --json exclude each other.", click.get_current_context())
    places = [os.path.expanduser(path) for path in paths]
    began = time.monotonic()
    stdin = sys.stdin.buffer if sys.stdin else None
    report = look_through(office.desk, places, stdin=stdin, ignore=not no_ignore, tell=_tell)
    seconds = time.monotonic() - began
    if as_json:
        print_json([{**asdict(each), "file": _utf8(each.file)} for each in report.sightings])
    elif names:
        _print_names(report.sightings)
    else:
        print_lines(columns(_HEAD, map(_line, report.sightings)))
    _talk(office, report, seconds)
    if report.sightings or report.named_unread:
        raise click.exceptions.Exit(_FOUND if report.sightings else USAGE)


def _line(sighting: "Sighting") -> tuple[str, ...]:
    return f"{_visible(sighting.file)}:{sighting.line}", sighting.token, sighting.state


def _print_names(sightings: "Iterable[Sighting]") -> None:
    """The names of endpoint tokens on stdout; for primary tokens, on stderr, what replaces them."""
    found = {(each.kind, each.token): None for each in sightings}
    print_lines(token for kind, token in found if kind == "endpoint")
    for kind, token in found:
        if kind == "primary":
            talk(f"{token} is a primary token. To replace it: tokentui endpoints generate {token}")


def _tell(path: str, why: str) -> None:
    talk(f"{_visible(path)}: {why}")


def _talk(office: Office, report: "ScanReport", seconds: float) -> None:
    if not report.values:
        tell_of_no_store(office)
        talk("The store holds no token value, so there is nothing to look for. Nothing was scanned.")
        return
    rate = f" ({report.size / 1e6 / seconds:.0f} MB/s)" if report.size > 1e6 and seconds else ""
    told = [f"Scanned {_many(report.files, 'file')}, {_size(report.size)} in {seconds:.1f} s{rate}: "]
    told += [f"{len(report.sightings):,} found."]
    talk("".join([*told, *_left_out(report), *_unread(report)]))


def _left_out(report: "ScanReport") -> Iterable[str]:
    counts = ((report.files_left_out, "file"), (report.folders_left_out, "folder"))
    things = " and ".join(_many(count, thing) for count, thing in counts if count)
    if things:
        yield f" {things} left out by .gitignore (--no-ignore)."


def _unread(report: "ScanReport") -> Iterable[str]:
    if report.unread:
        yield f" {report.unread:,} not read."


def _many(count: int, thing: str) -> str:
    return f"{count:,} {counted(count, thing).partition(' ')[2]}"


def _size(size: float) -> str:
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:,.0f} B" if unit == "B" else f"{size:,.1f} {unit}"


def _utf8(path: str) -> str:
    r"""The path; bytes in it that are not UTF-8 as `\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _visible(path: str) -> str:
    r"""The path, fit for a terminal whoever named the file: what cannot be seen as `\x1b`."""
    shown = (each if each.isprintable() else each.encode("unicode_escape").decode() for each in _utf8(path))
    return "".join(shown)
