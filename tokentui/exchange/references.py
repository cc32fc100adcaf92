"""Following `$ref`s, with JSON pointers, through one file or several (OpenAPI 3.1 §4.8.23, RFC 6901)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tokentui.exchange.library import BrokenReference, Library
from tokentui.exchange.wording import kind, one_line

#: The longest reference that is looked at.
_LONGEST = 2000
#: How many references are followed one after the other.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Located:
    """A value, and the file it stands in, from where its own references lead."""

    value: object
    file: Path


@dataclass(frozen=True, slots=True)
class Resolved:
    """An object once its `$ref`s have been followed.

    Fields beside a `$ref` count, and go before those that it leads to (OpenAPI 3.1 §4.8.9.1 leaves this open).
    """

    layers: tuple[tuple[dict[str, object], Path], ...]
    #: Why the object could not be read to its end, one sentence, or empty.
    broken: str = ""

    def find(self, field: str) -> Located | None:
        """The field where it stands first; null is as good as absent."""
        for layer, file in self.layers:
            if layer.get(field) is not None:
                return Located(layer[field], file)
        return None

    def value(self, field: str) -> object:
        """The field's value, or None."""
        found = self.find(field)
        return found.value if found else None

    def text(self, field: str) -> str:
        """The field's value where it is text, else empty."""
        value = self.value(field)
        return value if isinstance(value, str) else ""

    def fields(self) -> Iterator[str]:
        """The names of the fields, in the order of the file, those of the first layer first."""
        return (field for layer, _ in self.layers for field in layer)


class References:
    """Follows the references of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def follow(self, start: Located) -> Resolved:
        """What the value is, or as much of it as can be known. Raises nothing but `ImportCancelled`."""
        layers: list[tuple[dict[str, object], Path]] = []
        seen: set[tuple[Path, str]] = set()
        place = start
        while isinstance(place.value, dict):
            layers.append((place.value, place.file))
            reference = place.value.get("$ref")
            if reference is None:
                return Resolved(tuple(layers))
            try:
                place = self._next(reference, place.file, seen)
            except BrokenReference as broken:
                shown = one_line(reference) if isinstance(reference, str) else kind(reference)
                return Resolved(tuple(layers), f"Its $ref ({shown}) cannot be followed: {broken}")
        what = "Its $ref leads to" if layers else "It is"
        return Resolved(tuple(layers), f"{what} {kind(place.value)}, where an object belongs.")

    def _next(self, reference: object, home: Path, seen: set[tuple[Path, str]]) -> Located:
        if not isinstance(reference, str):
            raise BrokenReference("it is not text.")
        if len(reference) > _LONGEST:
            raise BrokenReference(f"it is longer than {_LONGEST} characters.")
        relative, _, fragment = reference.partition("#")
        file = self._library.locate(relative, home) if relative else home
        if (file, fragment) in seen:
            raise BrokenReference("it leads in a circle.")
        if len(seen) >= _MOST:
            raise BrokenReference(f"it leads on and on, through more than {_MOST} others.")
        seen.add((file, fragment))
        return Located(_at(self._library.read(file), unquote(fragment)), file)


def _at(document: object, pointer: str) -> object:
    """The value at a JSON pointer (RFC 6901 §4); raises `BrokenReference`."""
    if pointer and not pointer.startswith("/"):
        raise BrokenReference("what follows # is no JSON pointer, which begins with /.")
    value = document
    for step in pointer.split("/")[1:]:
        value = _child(value, step.replace("~1", "/").replace("~0", "~"))
    return value


def _child(value: object, step: str) -> object:
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 10 and int(step) < len(value):
        return value[int(step)]
    raise BrokenReference(f"there is no {one_line(step) or 'empty name'} at that place.")
