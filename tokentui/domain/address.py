"""IP filters: which client addresses an endpoint takes calls from."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tokentui.domain.errors import InvalidIpFilter

#: The entry that means any address, as no entry does.
ANYWHERE = "*"

_Network = IPv4Network | IPv6Network
#: The prefix length of `::ffff:0:0/96`, where IPv6 keeps the IPv4 addresses (RFC 4291 §2.5.5.2).
_MAPPED = 96
#: No address is longer in text, zone and all; what is longer shall not fill the memory of addresses seen.
_LONGEST = 64


def check_ip_filter(entries: Iterable[str]) -> tuple[str, ...]:
    """The entries as they are kept: normalised, each once; none at all if any address will do.

    Raises `InvalidIpFilter` for the field `ip_filter`.
    """
    given = [entry.strip() for entry in entries]
    if ANYWHERE in given:
        return ()
    networks = (_network(entry) for entry in given if entry)
    return tuple(dict.fromkeys(_as_text(network) for network in networks))


class AddressFilter:
    """An IP filter, made ready to be asked often."""

    __slots__ = ("_networks",)

    def __init__(self, entries: Iterable[str]) -> None:
        """Raises `InvalidIpFilter` where `check_ip_filter` does."""
        #: For each IP version, the networks' leading bits by how many bits of an address follow them.
        self._networks: dict[int, dict[int, set[int]]] = {}
        for entry in check_ip_filter(entries):
            network = ip_network(entry)
            tail = network.max_prefixlen - network.prefixlen
            leading = int(network.network_address) >> tail
            self._networks.setdefault(network.version, {}).setdefault(tail, set()).add(leading)

    def admits(self, address: str) -> bool:
        """Whether the address is inside. What is no address is outside every filter but the empty one."""
        if not self._networks:
            return True
        if len(address) > _LONGEST:
            return False
        version, number = _version_and_number(address)
        for tail, leading in self._networks.get(version, {}).items():  # noqa: SIM110 - a generator takes twice as long
            if number >> tail in leading:
                return True
        return False


@lru_cache(maxsize=4096)
def _version_and_number(text: str) -> tuple[int, int]:
    """The address as a number, of IP version 0 if it is none. Remembered: clients come again."""
    try:
        address = ip_address(text)
    except ValueError:
        return 0, 0
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return address.version, int(address)


def _network(entry: str) -> _Network:
    address, slash, prefix = entry.partition("/")
    # A mask (10.0.0.0/255.0.0.0) and a zone (fe80::1%eth0) are read by `ipaddress`, and are neither address nor CIDR.
    if "%" in entry or (slash and not (prefix.isascii() and prefix.isdigit())):
        raise _neither(entry)
    try:
        network = ip_network(entry, strict=False)
        start = ip_address(address)
    except ValueError:
        raise _neither(entry) from None
    if start != network.network_address:
        meant = _as_text(_as_ipv4(network))
        message = f"{entry} has bits set behind its prefix; if you mean the network, write {meant}."
        raise InvalidIpFilter("ip_filter", message)
    return _as_ipv4(network)


def _neither(entry: str) -> InvalidIpFilter:
    message = f"{entry[:60]!a} is neither an IP address nor a network; write 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32."
    return InvalidIpFilter("ip_filter", message)


def _as_ipv4(network: _Network) -> _Network:
    """The IPv4 network that a v4-mapped IPv6 network stands for; any other network is itself."""
    start = network.network_address
    if isinstance(start, IPv6Address) and start.ipv4_mapped:
        return IPv4Network((start.ipv4_mapped, network.prefixlen - _MAPPED))
    return network


def _as_text(network: _Network) -> str:
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else str(network)
