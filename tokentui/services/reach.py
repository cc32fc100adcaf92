"""What a cut of endpoint tokens would hit, known before it is done: where they are taken, and how often they came."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Slot, in_order
from tokentui.services.assigning import Slots
from tokentui.services.calls import Calls, calls_by, calls_through
from tokentui.services.desk import Desk
from tokentui.services.mapped import ref_of
from tokentui.services.wording import amount
from tokentui.store.protocol import Reader


@dataclass(frozen=True, slots=True)
class Reach:
    """What tokens can get at, by names: the tokens, the endpoints (`group/slug`) and slots, and the calls lately."""

    tokens: tuple[str, ...]
    endpoints: tuple[str, ...]
    slots: tuple[Slot, ...]
    calls: Calls
    #: Whether only the values from before the last rotation are meant.
    old_values: bool = False

    @property
    def where(self) -> str:
        """`3 endpoints (POST GET)`."""
        slots = f" ({' '.join(self.slots)})" if self.slots else ""
        return f"{amount(len(self.endpoints), 'endpoint')}{slots}"

    @property
    def told(self) -> str:
        """`3 endpoints, called 214 times in the last 24 h by this token`."""
        by, what = ("with", "old value") if self.old_values else ("by", "token")
        called = self.calls.told(f"{by} these {what}s" if len(self.tokens) > 1 else f"{by} this {what}")
        return f"{amount(len(self.endpoints), 'endpoint')}{',' if self.calls.number else ';'} {called}"


def reach_of(desk: Desk, reader: Reader, token_ids: Iterable[str]) -> Reach:
    """What these tokens are mapped to, and how often they came. Raises `NotFound`."""
    tokens = _tokens(reader, token_ids)
    return _reach(reader, tokens, calls_by(desk, [token.id for token in tokens]))


def reach_of_old_values(desk: Desk, reader: Reader, token_ids: Iterable[str]) -> Reach:
    """As `reach_of`, of the values from before the last rotation, where they have grace time left."""
    now = desk.clock()
    tokens = [token for token in _tokens(reader, token_ids) if token.in_grace(now)]
    calls = calls_by(desk, [token.id for token in tokens], previous=True)
    return replace(_reach(reader, tokens, calls), old_values=True)


def reach_of_mappings(desk: Desk, reader: Reader, token_id: str, remove: Slots) -> Reach:
    """What unmapping a token from these slots cuts off: of `remove` that which is mapped. Raises `NotFound`."""
    token = reader.token(token_id)
    cut: dict[str, Collection[Slot]] = {}
    for assignment in reader.assignments_of(token_id):
        lost = set(assignment.slots) & set(remove.get(assignment.endpoint_id, ()))
        if lost:
            cut[assignment.endpoint_id] = lost
    refs = sorted(ref_of(reader, id) for id in cut)
    slots = in_order(slot for lost in cut.values() for slot in lost)
    calls = calls_through(desk, [(token_id, id, lost) for id, lost in cut.items()])
    return Reach((token.name,) if cut else (), tuple(refs), slots, calls)


def check_readable(reader: Reader, token_ids: Iterable[str]) -> None:
    """Raise what `reach_of` would, before anything is done: of a damaged store nothing is cut off half told."""
    _reach(reader, _tokens(reader, token_ids), Calls(None))


def _tokens(reader: Reader, token_ids: Iterable[str]) -> list[EndpointToken]:
    return [reader.token(id) for id in dict.fromkeys(token_ids)]


def _reach(reader: Reader, tokens: Collection[EndpointToken], calls: Calls) -> Reach:
    mapped = [assignment for token in tokens for assignment in reader.assignments_of(token.id)]
    refs = {ref_of(reader, id) for id in {assignment.endpoint_id for assignment in mapped}}
    names = sorted(token.name for token in tokens)
    return Reach(tuple(names), tuple(sorted(refs)), in_order(slot for one in mapped for slot in one.slots), calls)
