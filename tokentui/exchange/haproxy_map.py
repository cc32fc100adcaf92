"""Writes what HAProxy needs to enforce by itself: one map, asked several times, with digests in place of values.

A line of a map is a key, white space, and the value; there is no quoting. So no key of ours holds white space, and a
name, which is a value, is on one line. Each question is marked as what it is: what a client sends can find nothing
that answers another question. HAProxy reads the keys once as texts and once as regular expressions, in the file's
order: each of the three kinds of questions that are put to these ends in a line that takes whatever is left.
"""

import hashlib
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network

from tokentui.domain.errors import Invalid
from tokentui.domain.slots import SLOT_OF_METHOD
from tokentui.exchange.proxy_notes import comment, head_of
from tokentui.exchange.proxy_paths import LOOK, PATH, REST, path_pattern
from tokentui.exchange.proxy_rules import ProxyRules
from tokentui.exchange.wording import one_line

#: HAProxy reads a line into a buffer of 16,384 bytes unless said otherwise; what is longer becomes two lines.
_LONGEST = 4000
_MAPPED = "0{20}FFFF"


def digest(value: str) -> str:
    """What stands for a value: SHA-256, as HAProxy's `sha2(256),hex,lower`."""
    return hashlib.sha256(value.encode()).hexdigest()


def haproxy_map(rules: ProxyRules, deadlines: Iterable[str]) -> bytes:
    """The file; raises `Invalid` for a path that is too long for HAProxy."""
    head = head_of(_HEAD, rules.made_at, _RULES)
    comments = [*head, *comment("Until when, seen to here:", deadlines)]
    lines = (f"{key} {one_line(value, 300)}" for key, value in _pairs(rules))
    return "\n".join((*comments, *lines, "")).encode()


def _pairs(rules: ProxyRules) -> Iterator[tuple[str, str]]:
    yield from _paths(rules)
    filters = dict.fromkeys(door.ip_filter for door in rules.doors)
    numbers = {ip_filter: number for number, ip_filter in enumerate(filters, start=1)}
    yield from _addresses(numbers)
    yield from ((f"{method}:m", slot) for method, slot in SLOT_OF_METHOD.items())
    for door in rules.doors:
        yield f"f:{door.number}", str(numbers[door.ip_filter])
        yield from ((f"d:{door.number}:{slot}", "free" if door.free else "token") for slot in door.slots)
    for key, holder in rules.keys:
        yield f"t:{digest(key.value)}", f"{holder.number} {key.until}"
    for holder in rules.holders:
        yield f"n:{holder.number}", holder.name
        yield from ((f"g:{holder.number}:{door}:{slot}", "yes") for door, slot in holder.opens)


def _paths(rules: ProxyRules) -> Iterator[tuple[str, str]]:
    """Target → whether it is canonical; target → the endpoint's number."""
    yield f"^c:{LOOK}{PATH}{REST}", "yes"
    yield "^c:", "no"
    for door in rules.doors:
        key = rf"^p:{path_pattern(door.template)}(?:\?|$)"
        if len(key.encode()) > _LONGEST:
            raise Invalid("path", f"The path of {door.ref} is too long for HAProxy; nothing was written.")
        yield key, str(door.number)
    yield "^p:", "unknown"


def _addresses(numbers: dict[tuple[str, ...], int]) -> Iterator[tuple[str, str]]:
    """The filter's number and the address in hexadecimal digits → `in` or `out`."""
    for ip_filter, number in numbers.items():
        networks = [_network(each) for each in ip_filter] or [""]
        yield from ((f"^a:{number}:{network}", "in") for network in networks)
    yield "^a:", "out"


def _network(entry: str) -> str:
    """A network as a regular expression; an IPv4 address may come as an IPv6 one (RFC 4291 §2.5.5.2)."""
    network = ip_network(entry)
    digits = network.max_prefixlen // 4
    whole, rest = divmod(network.prefixlen, 4)
    text = f"{int(network.network_address):0{digits}X}"
    part = f"[{''.join(f'{int(text[whole], 16) + more:X}' for more in range(2 ** (4 - rest)))}]" if rest else ""
    left = digits - whole - bool(rest)
    before = f"(?:{_MAPPED})?" if isinstance(network, IPv4Network) else f"(?!{_MAPPED})"
    return f"{before}{text[:whole]}{part}[0-9A-F]{{{left}}}$"


#: Where the map is, in the lines that ask it.
_MAP = "/etc/haproxy/tokentui.map"
_SET = "http-request set-var(txn.tokentui_"
_CHALLENGE = "WWW-Authenticate 'Bearer realm=\"tokentui"
#: The lines that ask, rule by rule; what they do not find, they refuse.
_RULES = f"""\
{_SET}target) pathq
{_SET}canonical) str(c:),concat(,txn.tokentui_target),map_reg({_MAP})
http-request deny deny_status 400 if !{{ var(txn.tokentui_canonical) -m str yes }}
{_SET}door) str(p:),concat(,txn.tokentui_target),map_reg({_MAP})
{_SET}slot) method,concat(:m),map_str({_MAP})
{_SET}place) var(txn.tokentui_door),concat(:,txn.tokentui_slot)
{_SET}kind) str(d:),concat(,txn.tokentui_place),map_str({_MAP})
http-request deny deny_status 403 if !{{ var(txn.tokentui_kind) -m found }}
{_SET}filter) str(f:),concat(,txn.tokentui_door),map_str({_MAP})
{_SET}address) src,hex
{_SET}client) str(a:),concat(,txn.tokentui_filter,:),concat(,txn.tokentui_address)
{_SET}from) var(txn.tokentui_client),map_reg({_MAP})
http-request deny deny_status 403 if !{{ var(txn.tokentui_from) -m str in }}
acl tokentui_free var(txn.tokentui_kind) -m str free
acl tokentui_one req.fhdr_cnt(authorization) eq 1
acl tokentui_bearer req.fhdr(authorization) -m reg -i '^bearer +[A-Za-z0-9._~+/-]+=*$'
acl tokentui_odd req.fhdr(authorization) -m reg -i '^bearer( |$)'
acl tokentui_sent var(txn.tokentui_digest) -m found
acl tokentui_good var(txn.tokentui_left) -m int gt 0
{_SET}digest) req.fhdr(authorization),word(2,' '),sha2(256),hex,lower if tokentui_one tokentui_bearer
http-request deny deny_status 400 if !tokentui_free tokentui_odd !tokentui_sent
http-request return status 401 hdr {_CHALLENGE}"' if !tokentui_free !tokentui_sent
{_SET}held) str(t:),concat(,txn.tokentui_digest),map_str({_MAP})
{_SET}holder) var(txn.tokentui_held),word(1,' ')
{_SET}until) var(txn.tokentui_held),word(2,' ')
{_SET}now) date
{_SET}left) var(txn.tokentui_until),sub(txn.tokentui_now)
http-request return status 401 hdr {_CHALLENGE}", error="invalid_token"' if !tokentui_free !tokentui_good
{_SET}grant) str(g:),concat(,txn.tokentui_holder,:),concat(,txn.tokentui_place),map_str({_MAP})
http-request deny deny_status 403 if !tokentui_free !{{ var(txn.tokentui_grant) -m str yes }}
{_SET}name) str(n:),concat(,txn.tokentui_holder),map_str({_MAP})
""".splitlines()

_HEAD = f"""\
Written by TokenTUI for HAProxy at @NOW@: who may call what. Write it again after every change, and reload HAProxy.
It holds no token value, only SHA-256 digests. A weak value can be guessed from its digest: let few read it.

Save it as {_MAP}, and put these lines into the frontend that is to be guarded, before its other
http-request rules (HAProxy 2.6 or newer, with PCRE2):

@RULES@

txn.tokentui_name tells whose token it was, as in: http-request set-header X-Token-Name %[var(txn.tokentui_name)]
A token is taken from the header Authorization alone; a request with access_token in its query is refused."""
