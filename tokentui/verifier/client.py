"""The client's address, from what trusted proxies say: the right-most of the chain that is none of them.

Whatever stands further left came with the request, and anybody could have written it (CVE-2023-36456).
"""

from functools import lru_cache
from ipaddress import ip_address

from tokentui.verifier.networks import Networks

#: The longest chain that is read, in bytes.
_LONGEST = 4096
#: The longest address, in bytes: IPv6 with an IPv4 address at its end (RFC 4291 §2.2).
_LONGEST_ADDRESS = 45


class BadChain(ValueError):
    """Says what is wrong, and does not quote it."""


def client_of(chain: bytes, trusted: Networks) -> str:
    """The right-most address in the comma-separated chain that is no trusted proxy's; else the left-most.

    Raises `BadChain` where what has to be read is no address: one with a port is none.
    """
    if len(chain) > _LONGEST:
        raise BadChain(f"is longer than {_LONGEST} bytes")
    address = ""
    for entry in reversed(chain.split(b",")):
        address = single_address(entry.strip(b" \t"))
        if address not in trusted:
            break
    return address


@lru_cache(maxsize=4096)
def single_address(text: bytes) -> str:
    """The one address; an IPv4 address in IPv6 as IPv4. Raises `BadChain`.

    One with a zone (`fe80::1%eth0`) is none: a zone may hold anything, and means nothing on another machine.
    """
    if len(text) > _LONGEST_ADDRESS or b"%" in text:
        raise BadChain("holds something that is no address")
    try:
        address = ip_address(text.decode("ascii"))
    except ValueError:
        raise BadChain("holds something that is no address") from None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
