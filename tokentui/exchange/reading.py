"""Fields of an object that others wrote, each of the type that it ought to be; what is not is refused in words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from tokentui.domain.errors import ImportRefused, Invalid
from tokentui.domain.slots import Slot, in_order
from tokentui.domain.values import check_value
from tokentui.exchange.drafts import ValueDraft
from tokentui.exchange.wording import kind, one_line

T = TypeVar("T")

#: No time is longer in text.
_LONGEST_TIME = 40


class Fields:
    """An object, and where in which file it stands, for the messages."""

    def __init__(self, value: object, place: str) -> None:
        """Raises `ImportRefused` where it is no object."""
        self._place = place
        if not isinstance(value, dict):
            raise self.refused(f"it is {kind(value)}, where an object belongs")
        self._fields: Mapping[str, object] = value

    def refused(self, what: str) -> ImportRefused:
        return ImportRefused(f"{self._place}: {what.rstrip('.')}; correct it and import again.")

    def within(self, field: str) -> "Fields":
        """The object in a field."""
        return Fields(self._fields.get(field), f"{self._place}, {field}")

    def has(self, field: str) -> bool:
        return field in self._fields

    def given(self, field: str) -> bool:
        """Whether the field is there, and not null."""
        return self._fields.get(field) is not None

    def is_text(self, field: str) -> bool:
        return isinstance(self._fields.get(field), str)

    def each(self, field: str) -> Iterator["Fields"]:
        """The objects of a list."""
        for number, each in enumerate(self.list(field), start=1):
            yield Fields(each, f"{self._place}, {field}, number {number}")

    def only(self, known: Collection[str]) -> None:
        """Refuse fields that are none: a misspelt one would be left out unseen."""
        unknown = next((field for field in self._fields if field not in known), None)
        if unknown is not None:
            raise self.refused(f"there is no field {one_line(unknown, 40)}")

    def checked(self, check: Callable[[], T]) -> T:
        """What a check of the domain returns; what it raises is refused."""
        try:
            return check()
        except Invalid as error:
            raise self.refused(str(error)) from None

    def text(self, field: str) -> str:
        return self._typed(field, str, "text")

    def boolean(self, field: str) -> bool:
        return self._typed(field, bool, "true or false")

    def _typed(self, field: str, wanted: type[T], words: str) -> T:
        value = self._fields.get(field)
        if not isinstance(value, wanted):
            raise self.refused(f"its {field} is {kind(value)}, where {words} belongs")
        return value

    def list(self, field: str) -> list[object]:
        """The list in a field; an empty one where the field is not there."""
        return self._typed(field, list, "a list") if self.has(field) else []

    def texts(self, field: str) -> tuple[str, ...]:
        found = self._typed(field, list, "a list")
        for each in found:
            if not isinstance(each, str):
                raise self.refused(f"its {field} hold {kind(each)}, where text belongs")
        return tuple(found)

    def slots(self, field: str) -> tuple[Slot, ...]:
        found = self.texts(field)
        unknown = next((each for each in found if each not in Slot.__members__), None)
        if unknown is not None:
            raise self.refused(f"its {field} hold {one_line(unknown, 20)!r}, which is none of {', '.join(Slot)}")
        return in_order(map(Slot, found))

    def moment(self, field: str) -> datetime:
        """A time with its zone, as `2026-03-01T09:30:00Z`, in UTC."""
        text = self.text(field)
        try:
            moment = datetime.fromisoformat(text[:_LONGEST_TIME])
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self.refused(f"its {field} is {one_line(text, 40)!r}, where a time like 2026-03-01T09:30:00Z belongs")

    def moment_or_none(self, field: str) -> datetime | None:
        return None if self._fields.get(field) is None else self.moment(field)

    def value(self, field: str, generated_at: str) -> ValueDraft:
        """A token value, which no message holds."""
        value = self.text(field)
        return ValueDraft(self.checked(lambda: check_value(value)), self.moment_or_none(generated_at))

    def some(self, readers: Mapping[str, Callable[["Fields", str], Any]]) -> dict[str, Any]:
        """Those of the fields that are there, each by its reader."""
        return {field: read(self, field) for field, read in readers.items() if self.has(field)}
