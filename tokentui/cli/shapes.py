"""The JSON that scripts rely on: the words of the domain, the same wherever a token or an endpoint is printed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from tokentui.cli.compose import Office
from tokentui.cli.options import tell_of_trouble
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.store.protocol import Reader
from tokentui.store.queries import EVERYTHING, TokenQuery

Shape = dict[str, Any]


_endpoint = itemgetter("endpoint")


def _ref(reader: Reader, endpoint_id: str) -> str:
    from tokentui.services.mapped import ref_of

    return ref_of(reader, endpoint_id)


class Shapes:
    """Makes the shapes of records as one reader has them; with values where `reveal`, which raises `SealError`."""

    def __init__(self, office: Office, reader: Reader, *, reveal: bool) -> None:
        self._office = office
        self._reader = reader
        self._reveal = reveal
        self._now = datetime.now(UTC)
        self._ref = cache(lambda endpoint_id: _ref(reader, endpoint_id))

    def token(self, token: EndpointToken, last_seen_at: datetime | None = None) -> Shape:
        """An endpoint token, its assignments sorted by endpoint."""
        shape = {
            "id": token.id,
            "name": token.name,
            "description": token.description,
            "enabled": token.enabled,
            "active": token.active,
            "expires_at": token.expires_at,
            "created_at": token.created_at,
            "rotated_at": token.rotated_at,
            "generated_at": token.secret.generated_at,
            "grace_until": token.grace_until if token.in_grace(self._now) else None,
            "last_seen_at": last_seen_at,
            "assignments": self._assignments(token),
        }
        return {**shape, "value": self.value(token)} if self._reveal else shape

    def tokens(self, tokens: Sequence[EndpointToken]) -> list[Shape]:
        """As `token`, each with when it was last seen; where that cannot be read, it is said."""
        query = TokenQuery(active=None, only=frozenset(token.id for token in tokens))
        page = self._reader.token_page(query, EVERYTHING)
        tell_of_trouble(page)
        seen = {row.id: row.last_seen_at for row in page.rows}
        return [self.token(token, seen.get(token.id)) for token in tokens]

    def value(self, token: EndpointToken) -> str:
        """A token's value; raises `SealError`."""
        from tokentui.services.tokens import reveal_token

        return reveal_token(self._office.desk, token)

    def _assignments(self, token: EndpointToken) -> list[Shape]:
        found = [{"endpoint": self._ref(id), "slots": slots} for id, slots in self._reader.mapped(token.id)]
        return sorted(found, key=_endpoint) if len(found) > 1 else found

    def endpoint(self, endpoint: Endpoint, assigned: int | None = None) -> Shape:
        """An endpoint; `assigned` is how many active tokens are mapped to it, counted where it is not given."""
        shape = {
            "id": endpoint.id,
            "name": endpoint.name,
            "group": endpoint.group,
            "slug": endpoint.slug,
            "path": endpoint.path,
            "authentication": endpoint.authentication,
            "ip_filter": endpoint.ip_filter,
            "methods": endpoint.methods,
            "allow_deleting": endpoint.allow_deleting,
            "active": endpoint.active,
            "description": endpoint.description,
            "slots": endpoint.slots,
            "assigned": self._count(endpoint) if assigned is None else assigned,
        }
        return {**shape, "primary": self._primaries(endpoint)} if self._reveal else shape

    def _count(self, endpoint: Endpoint) -> int:
        from tokentui.services.mapped import mapped_there

        return sum(token.active for token in mapped_there(self._reader, endpoint.id))

    def _primaries(self, endpoint: Endpoint) -> Shape:
        """Values by slot; those of slots that are off, which are refused, are not shown."""
        from tokentui.services.endpoints import reveal_primary

        slots = [slot for slot in endpoint.slots if slot in endpoint.primaries]
        return {slot.value: reveal_primary(self._office.desk, endpoint, slot) for slot in slots}
