"""What a listing asks of the store, all at one moment, and what comes back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, Window
from tokentui.tui.widgets.cell_text import Cell
from tokentui.tui.widgets.columns import Column
from tokentui.tui.widgets.row_windows import RowT


@dataclass(frozen=True, slots=True)
class View:
    """How the rows are wanted; `sort` is the key of a column."""

    text: str = ""
    sort: str = ""
    reverse: bool = False


def _all_of_them(reader: Reader, ids: frozenset[str]) -> frozenset[str]:
    return ids


@dataclass(frozen=True, slots=True)
class Source(Generic[RowT]):
    """Where a listing's rows come from and how they look."""

    columns: Sequence[Column]
    cell: Callable[[RowT, str], str | Cell]
    row_state: Callable[[RowT], str]
    page: Callable[[Reader, View, Window], Page[RowT]]
    #: Which of these ids the list holds, whatever its text filter; asked only where rows are marked.
    held: Callable[[Reader, frozenset[str]], frozenset[str]] = _all_of_them
    #: What the rows tell of besides the store, if anything: differs as soon as that has changed.
    beside: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the cursor is to stand once the rows have come: on the row it is on, unless something else is said."""

    #: At the top, since the result is another one.
    top: bool = False
    #: On the first of these rows that the result holds; this goes before the top.
    row_ids: tuple[str, ...] = ()
    #: Whether the text filter gives way where it hides them.
    surely: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a listing wants to know; `window` holds where the cursor is aimed at no row, or at none that is there."""

    view: View
    window: Window
    aim: Aim
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer(Generic[RowT]):
    """What the store held then."""

    page: Page[RowT]
    #: The view that the page is of: the one asked for, or the one without its text.
    view: View
    #: Whether `page.at` is the place of a row that the cursor was aimed at.
    found: bool
    #: The marks whose rows the list does not hold.
    lost: frozenset[str]
    #: What `Source.beside` gave before anything was asked.
    beside: object = None


def answered(source: Source[RowT], reader: Reader, asked: Asked) -> Answer[RowT]:
    """The answer, in the words of the source."""
    beside = source.beside() if source.beside is not None else None
    lost = asked.marks - source.held(reader, asked.marks) if asked.marks else asked.marks
    for view in _views(asked):
        for row_id in asked.aim.row_ids:
            page = source.page(reader, view, asked.window._replace(around=row_id))
            if page.at is not None:
                return Answer(page, view, True, lost, beside)
    return Answer(source.page(reader, asked.view, asked.window), asked.view, False, lost, beside)


def _views(asked: Asked) -> Iterator[View]:
    """Those in which to look for the row that the cursor is aimed at."""
    yield asked.view
    if asked.aim.surely and asked.view.text:
        yield replace(asked.view, text="")
