"""Whether the requests seen can be read."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tokentui.store.problems import Code, Problem, Severity
from tokentui.store.request_tables import APPLICATION_ID, SCHEMA_VERSION

_PATIENCE = 5.0


def check_requests(path: Path) -> Iterator[Problem]:
    """What is wrong with the database at `path`; nothing where none is there."""
    if not path.exists():
        return
    if not path.is_file():
        yield _problem(path, f"{path} is no regular file.")
        return
    yield from (_problem(path, message) for message in _look(path))


def _look(path: Path) -> Iterator[str]:
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as database:
            (application,) = database.execute("PRAGMA application_id").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            found = [line for (line,) in database.execute("PRAGMA quick_check(10)")]
    except (OSError, sqlite3.Error) as error:
        yield f"{path} cannot be read: {error}."
        return
    if application != APPLICATION_ID and (tables or application):
        yield f"{path} is another program's database."
    elif version > SCHEMA_VERSION:
        yield f"{path} was written by a newer TokenTUI."
    yield from (f"{path} is damaged: {line}" for line in found if line != "ok")


def _problem(path: Path, message: str) -> Problem:
    return Problem(
        code=Code.REQUESTS_DAMAGED,
        severity=Severity.WARNING,
        subject=path.name,
        message=" ".join(message.split()),
        remedy="Move it away: it is made anew, and what was seen before is not known then.",
    )
