"""Options that several commands share, and what is typed into them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tokentui.cli.compose import Office
from tokentui.cli.output import talk
from tokentui.domain.slots import Slot, in_order

if TYPE_CHECKING:
    from tokentui.store.queries import Page

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class Slots(click.ParamType[tuple[Slot, ...]]):
    """Slots, separated by commas, in any case."""

    name = "slots"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Slot, ...]:
        if isinstance(value, tuple):
            return in_order(value)
        words = [word.strip() for word in str(value).split(",") if word.strip()]
        unknown = [word for word in words if word.upper() not in Slot.__members__]
        if unknown:
            self.fail(f"{unknown[0]!r} is none of {', '.join(Slot)}.", param, ctx)
        return in_order(Slot(word.upper()) for word in words)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
text_filter = click.option("--text", default="", metavar="WORDS", help="Only those that hold all the words.")


def reveal(what: str) -> Callable[[CommandT], CommandT]:
    """The option without which no value is ever printed."""
    return click.option("--reveal", is_flag=True, help=f"Print {what} too.")


expires = click.option(
    "--expires",
    metavar="WHEN",
    help="Refused from then on: a date (to its end), a date and time, 'in 90 days', never.",
)


def shelf(command: CommandT) -> CommandT:
    """`--inactive` and `--all`; the active ones unless said. `shelf_of` reads them."""
    inactive = click.option("--inactive", is_flag=True, help="The inactive ones, instead of the active.")
    everything = click.option("--all", "everything", is_flag=True, help="Active and inactive ones.")
    return inactive(everything(command))


def shelf_of(inactive: bool, everything: bool) -> bool | None:
    """What a query's `active` is to be; raises `click.UsageError` for both options at once."""
    if inactive and everything:
        raise click.UsageError("--inactive and --all exclude each other.", click.get_current_context())
    return None if everything else not inactive


def tell_of_no_store(office: Office) -> None:
    """Say where the store would be, if there is none yet: an empty list could mean something else."""
    if not office.store.exists:
        makers = "tokentui endpoints add, tokentui tokens add or tokentui import"
        talk(f"There is no store yet. It would be {office.store.location}; {makers} makes it.")


def tell_of_trouble(page: "Page[Any]") -> None:
    """Say why no token was ever seen, where that is not known: the list stands all the same."""
    if page.trouble:
        talk(page.trouble)
