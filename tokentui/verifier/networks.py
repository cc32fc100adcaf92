"""Which proxies are believed: networks, and the Unix socket."""

from collections.abc import Iterable

from tokentui.domain.address import AddressFilter, check_ip_filter
from tokentui.domain.errors import InvalidIpFilter

#: Believed unless others are named.
LOOPBACK = ("127.0.0.0/8", "::1")
#: So many addresses are remembered.
_REMEMBERED = 1024


class Networks:
    """The addresses of trusted proxies; v4-mapped IPv6 counts as IPv4. Raises `InvalidIpFilter`."""

    __slots__ = ("_filter", "_known", "entries")

    def __init__(self, entries: Iterable[str] = LOOPBACK) -> None:
        self.entries = tuple(entries)
        self._filter = AddressFilter(self.entries)
        self._known: dict[str, bool] = {}
        everywhere = any(each.endswith("/0") for each in check_ip_filter(self.entries))
        if everywhere or self._filter.admits("no address"):  # an empty filter means anybody
            raise InvalidIpFilter("trusted_proxy", "Name the trusted proxies: not everybody can be one.")

    def __contains__(self, address: str) -> bool:
        """Remembered: few proxies ask, again and again."""
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[address] = self._filter.admits(address)
        return known
