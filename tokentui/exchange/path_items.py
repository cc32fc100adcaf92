"""One path of an OpenAPI description: its operations, and what they say about the endpoint (OpenAPI 3.1 §4.8.9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokentui.domain.slots import METHODS, SLOT_OF_METHOD, Authentication, Slot, in_order
from tokentui.exchange.references import References, Resolved
from tokentui.exchange.wording import kind

#: Operations that HTTP knows and no slot guards; `query` came with OpenAPI 3.2.
_UNGUARDED = ("options", "trace", "query")
#: How many tags or security requirements are looked at.
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Operation:
    """A request method that the path answers to and a slot guards."""

    method: str
    said: Resolved

    @property
    def slot(self) -> Slot:
        return SLOT_OF_METHOD[self.method]

    @property
    def tags(self) -> tuple[str, ...]:
        tags = self.said.value("tags")
        return tuple(tag for tag in tags[:_MANY] if isinstance(tag, str)) if isinstance(tags, list) else ()

    def is_free(self, root_security: object) -> bool:
        """Whether it may be called without credentials; what cannot be read is never free.

        Its own `security` counts before the description's; `{}` among the alternatives makes it optional
        (OpenAPI 3.1 §4.8.30).
        """
        own = self.said.value("security")
        required = root_security if own is None else own
        if self.said.broken or not isinstance(required, list | None):
            return False
        return not required or any(isinstance(each, dict) and not each for each in required[:_MANY])


@dataclass(frozen=True, slots=True)
class PathItem:
    """A path template and what the description says about it."""

    template: str
    said: Resolved
    #: Those that a slot guards, in the order of the file.
    operations: tuple[Operation, ...]

    @property
    def methods(self) -> tuple[Slot, ...]:
        slots = in_order(operation.slot for operation in self.operations)
        return tuple(slot for slot in slots if slot in METHODS)

    @property
    def allow_deleting(self) -> bool:
        return any(operation.slot is Slot.DELETE for operation in self.operations)

    @property
    def only_operation(self) -> Operation | None:
        return self.operations[0] if len(self.operations) == 1 else None

    def authentication(self, root_security: object) -> Authentication:
        """`none` where every operation is free as declared, else `token`."""
        free = all(operation.is_free(root_security) for operation in self.operations)
        return Authentication.NONE if free else Authentication.TOKEN

    def why_no_operations(self) -> str:
        """The reason why there is nothing to guard here, one sentence."""
        if self.said.broken:
            return self.said.broken
        others = [method.upper() for method in _UNGUARDED if self.said.find(method)]
        if others or self.said.find("additionalOperations"):
            return f"It answers to {' and '.join(others) or 'other methods'} only, which no slot guards."
        return "It has no operations."


def read_path_item(template: str, said: Resolved, references: References) -> PathItem:
    """The path with its operations; those that are no objects are left out, see `remarks`."""
    return PathItem(template, said, tuple(_operations(said, references)))


def _operations(said: Resolved, references: References) -> Iterable[Operation]:
    for field in dict.fromkeys(said.fields()):
        found = said.find(field) if _is_guarded(field) else None
        if found and isinstance(found.value, dict):
            yield Operation(field.upper(), references.follow(found))


def _is_guarded(field: str) -> bool:
    return field.islower() and field.upper() in SLOT_OF_METHOD


def remarks(item: PathItem) -> Iterable[tuple[str, str]]:
    """Subject and reason for whatever below the path could not be read, though the path itself is imported."""
    if item.said.broken:
        yield item.template, f"It is imported in part. {item.said.broken}"
    for field in (field.lower() for field in SLOT_OF_METHOD):
        value = item.said.value(field)
        if value is not None and not isinstance(value, dict):
            yield f"{field.upper()} {item.template}", f"It is {kind(value)}, where an operation belongs."
    for operation in item.operations:
        subject = f"{operation.method} {item.template}"
        if operation.said.broken:
            yield subject, f"The method is imported, what is said about it is not. {operation.said.broken}"
        if operation.said.find("servers"):
            yield subject, "It has servers of its own, which are not looked at; it is imported with its path."
