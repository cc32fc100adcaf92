"""What a change would do, told instead of done: `--dry-run` of what may cut somebody off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from tokentui.cli.output import counted, listed, print_json, print_lines, talk
from tokentui.services.cutting import Cut

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Planned:
    """One endpoint that a change is about: which of its fields become others, and what that hits."""

    ref: str
    fields: tuple[str, ...]
    cut: Cut

    @property
    def lines(self) -> list[str]:
        """What it hits, for people."""
        return [f"{self.ref}: {line}" for line in self.cut.lines]


def dry_run(command: CommandT) -> CommandT:
    """The option with which nothing is changed."""
    return click.option("--dry-run", is_flag=True, help="Change nothing, and print what it would hit.")(command)


def print_trial(planned: Sequence[Planned], *, as_json: bool) -> None:
    """What would be hit, on stdout; on stderr that nothing was done."""
    if as_json:
        print_json({"would_change": [_shape(each) for each in planned]})
    else:
        print_lines(line for each in planned for line in each.lines)
    cuts = "" if not planned or any(each.cut.hits for each in planned) else ", and nobody would be cut off"
    talk(f"A dry run, nothing was done: {_named(planned)} would be changed{cuts}.")


def _shape(planned: Planned) -> dict[str, object]:
    calls = planned.cut.calls
    return {
        "endpoint": planned.ref,
        "fields": planned.fields,
        "hits": planned.cut.hits,
        "calls_24h": 0 if calls is None else calls.number,
    }


def _named(planned: Sequence[Planned]) -> str:
    if len(planned) == 1:
        return f"{listed(planned[0].fields)} of {planned[0].ref}"
    return counted(len(planned), "endpoint") if planned else "nothing"
