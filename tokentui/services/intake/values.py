"""Whose a value of the file is already, so that no two tokens come to have one."""

from functools import cached_property

from tokentui.domain.records import Endpoint, EndpointToken, Secret
from tokentui.store.protocol import Reader, Vault


class KnownValues:
    """The values in the store, found by their digests, and those that the file has used so far.

    The key is needed only where there is something to compare with: into an empty store one looks without it.
    """

    def __init__(self, reader: Reader, vault: Vault) -> None:
        self._reader = reader
        self._vault = vault
        self._claimed: dict[str, str] = {}

    @cached_property
    def _any(self) -> bool:
        has_token = next(self._reader.iter_tokens(), None) is not None
        return has_token or any(endpoint.primaries for endpoint in self._reader.iter_endpoints())

    def holder(self, value: str) -> Endpoint | EndpointToken | None:
        """The record here that has the value, now or before its last rotation; raises `SealError`."""
        return self._reader.holder_of(self._vault.digest(value)) if self._any else None

    def is_of(self, value: str, secret: Secret) -> bool:
        """Whether a secret here is this value; raises `SealError`."""
        return self._vault.digest(value) == secret.digest

    def claim(self, value: str, name: str) -> str:
        """Take the value for a new token; returns who has it already, here or in the file, else nothing."""
        holder = self.holder(value)
        if holder is not None:
            return holder.ref if isinstance(holder, Endpoint) else holder.name
        other = self._claimed.setdefault(value, name)
        return "" if other == name else other
