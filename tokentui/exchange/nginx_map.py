"""Writes what nginx needs to enforce by itself: a chain of maps that ends in a status, rule by rule.

nginx compares the strings of a map without regard to case, so wherever case counts a regular expression compares once
more. Names may hold whatever is printable; `quoted` lets none of it out of its string.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from tokentui.domain.errors import Invalid
from tokentui.domain.slots import SLOT_OF_METHOD
from tokentui.exchange.proxy_notes import comment, head_of
from tokentui.exchange.proxy_paths import LOOK, PATH, REST, path_pattern
from tokentui.exchange.proxy_rules import ProxyRules

#: nginx reads no longer word than its buffer of 4096 bytes holds.
_LONGEST = 4000
#: The longest value that stands in a line twice.
_LONGEST_VALUE = 1900
#: What nginx keeps with each key of a map, and how many keys make it ask for a larger map.
_PER_KEY, _KEYS = 32, 1024

_BEARER = "^[Bb][Ee][Aa][Rr][Ee][Rr] +(?<tokentui_g>[A-Za-z0-9._~+/-]+=*)$"
#: The first of two numbers of ten digits is the larger one: they begin alike, and then it has the larger digit.
_LATER = "|".join(f"{digit}[0-9]* \\k<tokentui_d>[0-{digit - 1}]" for digit in range(1, 10))
_SAME_VALUE_IN_TIME = (
    rf"^(?<tokentui_v>[^ ]+) \k<tokentui_v> (?<tokentui_h>[0-9]+) (?<tokentui_d>[0-9]*)(?:{_LATER})[0-9]*\.[0-9]+$"
)


def quoted(text: str) -> str:
    """A text as the right side of a map, taken as it is: a $ would begin a variable, and cannot be escaped."""
    return f'"{_escaped(text).replace("$", "${tokentui_dollar}")}"'


def matching(regex: str) -> str:
    """A regular expression as the left side of a map, where case counts."""
    return f'"~{_escaped(regex)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _block(head: str, pairs: Iterable[tuple[str, str]], default: str = '""') -> Iterator[str]:
    yield f"{head} {{"
    yield f"    default {default};"
    yield from (f"    {left} {right};" for left, right in pairs)
    yield "}"


class NginxMap:
    """The configuration for some rules, and who is left out of it: their values are too long for nginx."""

    def __init__(self, rules: ProxyRules) -> None:
        keys = list(rules.keys)
        self._rules = rules
        self._keys = [(key, holder) for key, holder in keys if len(key.value) <= _LONGEST_VALUE]
        self.left_out = sorted({holder.name for key, holder in keys if len(key.value) > _LONGEST_VALUE})
        filters = dict.fromkeys(door.ip_filter for door in rules.doors if door.ip_filter)
        self._filters = {ip_filter: f"$tokentui_net_{number}" for number, ip_filter in enumerate(filters, start=1)}

    def lines(self) -> Iterator[str]:
        """The lines, without comments; raises `Invalid` for a path that is too long for nginx."""
        yield from self._sizes()
        yield 'geo $tokentui_dollar { default "$"; }'
        yield from self._requests()
        yield from self._addresses()
        yield from self._credentials()
        yield from _STATUS

    def _sizes(self) -> Iterator[str]:
        longest = max((len(key.value) for key, _ in self._keys), default=0)
        opens = sum(len(holder.opens) for holder in self._rules.holders)
        keys = max(len(self._keys), opens, 3 * len(self._rules.doors), _KEYS)
        yield f"map_hash_bucket_size {_power_of_two(longest + _PER_KEY, 64)};"
        yield f"map_hash_max_size {_power_of_two(2 * keys, 2048)};"

    def _requests(self) -> Iterator[str]:
        """What is asked for: path, endpoint, slot, and whether the endpoint has it."""
        path = matching(f"^{LOOK}(?<tokentui_p>{PATH}){REST}")
        yield from _block("map $request_uri $tokentui_path", [(path, "$tokentui_p")])
        yield from _block("map $tokentui_path $tokentui_endpoint", self._paths())
        methods = ((matching(f"^{method}$"), slot) for method, slot in SLOT_OF_METHOD.items())
        yield from _block("map $request_method $tokentui_slot", methods)
        doors = (
            (f'"{door.number} {slot}"', "free" if door.free else "token")
            for door in self._rules.doors
            for slot in door.slots
        )
        yield from _block('map "$tokentui_endpoint $tokentui_slot" $tokentui_door', doors)

    def _paths(self) -> Iterator[tuple[str, str]]:
        for door in self._rules.doors:
            left = matching(f"^{path_pattern(door.template)}$")
            if len(left.encode()) > _LONGEST:
                raise Invalid("path", f"The path of {door.ref} is too long for nginx; nothing was written.")
            yield left, str(door.number)

    def _addresses(self) -> Iterator[str]:
        """Whence it is asked; a socket has no address, and nginx takes it for 255.255.255.255."""
        yield from _block("map $remote_addr $tokentui_address", [(matching("^[0-9A-Fa-f:.]+$"), "address")])
        for ip_filter, variable in self._filters.items():
            networks = " ".join(f"{ip_network(each)} in;" for each in ip_filter)
            yield f"geo {variable} {{ {networks} }}"
        from_where = (
            (str(door.number), f'"$tokentui_address {self._filters[door.ip_filter]}"')
            for door in self._rules.doors
            if door.ip_filter
        )
        yield from _block("map $tokentui_endpoint $tokentui_from", from_where, "anywhere")

    def _credentials(self) -> Iterator[str]:
        """Who asks, and whether they may."""
        yield from _block("map $http_authorization $tokentui_given", [(matching(_BEARER), "$tokentui_g")])
        yield from _block('map "=$tokentui_given" $tokentui_held', self._held())
        in_time = [(matching(_SAME_VALUE_IN_TIME), "$tokentui_h")]
        yield from _block('map "$tokentui_given $tokentui_held $msec" $tokentui_holder', in_time)
        grants = (
            (f'"{holder.number} {door} {slot}"', "yes")
            for holder in self._rules.holders
            for door, slot in holder.opens
        )
        yield from _block('map "$tokentui_holder $tokentui_endpoint $tokentui_slot" $tokentui_grant', grants)
        names = ((str(holder.number), quoted(holder.name)) for holder in self._rules.holders)
        yield from _block("map $tokentui_holder $tokentui_holder_name", names)

    def _held(self) -> Iterator[tuple[str, str]]:
        """Values that differ in case alone are one string to nginx, so these are regular expressions."""
        alike = Counter(key.value.lower() for key, _ in self._keys)
        for key, holder in self._keys:
            exact = alike[key.value.lower()] == 1
            left = f'"={key.value}"' if exact else matching(f"^={_literal(key.value)}$")
            yield left, f'"{key.value} {holder.number} {key.until:010}"'


def _literal(value: str) -> str:
    """A token value as a regular expression; `check_value` lets no other characters in than these."""
    return "".join(f"[{character}]" if character in ".+" else character for character in value)


def _power_of_two(least: int, otherwise: int) -> int:
    size = otherwise
    while size < least:
        size *= 2
    return size


_STATUS = """\
map $tokentui_path $tokentui_status { default $tokentui_status_2; "" 400; }
map $tokentui_endpoint $tokentui_status_2 { default $tokentui_status_3; "" 403; }
map $tokentui_door $tokentui_status_3 { default $tokentui_status_4; "" 403; }
map $tokentui_from $tokentui_status_4 {
    default 403;
    anywhere $tokentui_status_5;
    "address in" $tokentui_status_5;
}
map $tokentui_door $tokentui_status_5 { default $tokentui_status_6; free 200; }
map $tokentui_given $tokentui_status_6 { default $tokentui_status_7; "" $tokentui_status_6b; }
map $http_authorization $tokentui_status_6b { default 401; "~*^bearer( |$)" 400; }
map $tokentui_holder $tokentui_status_7 { default $tokentui_status_8; "" 401; }
map $tokentui_grant $tokentui_status_8 { default 403; yes 200; }
map "$tokentui_status $tokentui_grant" $tokentui_name { default ""; "200 yes" $tokentui_holder_name; }
map "$tokentui_status $tokentui_given" $tokentui_challenge {
    default "";
    "~^401 $" 'Bearer realm="tokentui"';
    "~^401 ." 'Bearer realm="tokentui", error="invalid_token"';
}""".splitlines()

_RULES = """\
add_header WWW-Authenticate $tokentui_challenge always;
if ($tokentui_status = 400) { return 400; }
if ($tokentui_status = 401) { return 401; }
if ($tokentui_status != 200) { return 403; }""".splitlines()

_HEAD = """\
Written by TokenTUI for nginx at @NOW@: who may call what. Write it again after every change, and reload nginx.
It holds token values: let nobody read it but nginx's owner (0600).

Include it in http { }, and put these lines into the server { } that is to be guarded, before its locations:

@RULES@

$tokentui_name tells whose token it was, as in: proxy_set_header X-Token-Name $tokentui_name;
A token is taken from the header Authorization alone; a request with access_token in its query is refused.
Where your configuration sets the two map_hash sizes already, keep the larger one of each."""


def nginx_map(rules: ProxyRules, deadlines: Iterable[str]) -> tuple[bytes, tuple[str, ...]]:
    """The file, and who is missing in it; raises `Invalid` for a path that is too long for nginx."""
    written = NginxMap(rules)
    missing = tuple(f"{name}: its value is too long for nginx, which refuses it." for name in written.left_out)
    head = head_of(_HEAD, rules.made_at, _RULES)
    comments = (*head, *comment("Until when, seen to here:", deadlines), *comment("Left out:", missing))
    return "\n".join((*comments, *written.lines(), "")).encode(), missing
