"""What a proxy's question is to come to, written down once more from the design, slow and simple, over plain dicts.

Nothing here is shared with the verifier: not a pattern, not a table.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

Headers = Sequence[tuple[bytes, bytes]]
Plain = Mapping[str, Any]

SLOT = {"POST": "POST", "PUT": "POST", "PATCH": "POST", "GET": "GET", "HEAD": "GET", "DELETE": "DELETE"}
READS = {
    "nginx": ("x-original-method", "x-original-uri", "x-real-ip"),
    "haproxy": ("x-original-method", "x-original-uri", "x-real-ip"),
    "traefik": ("x-forwarded-method", "x-forwarded-uri", "x-forwarded-for"),
    "caddy": ("x-forwarded-method", "x-forwarded-uri", "x-forwarded-for"),
    "envoy": ("x-forwarded-for",),
}
BODY = ("content-length", "transfer-encoding")
UNRESERVED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class No(Exception):
    """The question is refused."""


def passes(world: Plain, peer: str | None, method: str, target: bytes, headers: Headers) -> tuple[str, str] | None:
    """The endpoint's path and the token's name where the question is to be allowed (empty: nobody's), else None."""
    try:
        if peer is not None and not trusted(peer):
            raise No
        dialect, rest = place(method, target)
        asked_method, asked, client = question(dialect, method, rest, found(dialect, headers))
        return decided(
            world, asked_method, asked, client, [value for name, value in headers if name == b"authorization"]
        )
    except No:
        return None


# ---------------------------------------------------------------------- the question


def trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(mapped) == "::1" or str(mapped).startswith("127.")


def place(method: str, target: bytes) -> tuple[str, bytes]:
    for dialect in READS:
        here = b"/verify/" + dialect.encode()
        if (
            dialect == "envoy"
            and target[: len(here)] == here
            and target[len(here) : len(here) + 1] in (b"", b"/", b"?")
        ):
            return dialect, target[len(here) :]
        if target.split(b"?")[0] == here and method in ("GET", "HEAD"):
            return dialect, b""
    raise No


def found(dialect: str, headers: Headers) -> dict[str, bytes]:
    """The headers that count, each once."""
    counts = (*READS[dialect], *BODY, "authorization")
    values: dict[str, bytes] = {}
    for raw, value in headers:
        name = raw.decode("latin-1")
        if "_" in name and name.replace("_", "-") in counts:
            raise No
        if name in values and name != "authorization":
            raise No
        if name in counts:
            values[name] = value
    return values


def question(dialect: str, method: str, rest: bytes, values: Mapping[str, bytes]) -> tuple[str, bytes, str]:
    if any(name not in values for name in READS[dialect]):
        raise No
    if dialect == "envoy":
        return method, rest, address_of(values["x-forwarded-for"], chain=True)
    told, target, client = (values[name] for name in READS[dialect])
    return told.decode("latin-1"), target, address_of(client, chain=dialect in ("traefik", "caddy"))


def address_of(text: bytes, *, chain: bool) -> str:
    if chain and len(text) > 4096:
        raise No
    entries = [each.strip(b" \t") for each in text.split(b",")] if chain else [text]
    address = ""
    for entry in reversed(entries):
        address = one_address(entry)
        if not trusted(address):
            return address
    return address


def one_address(entry: bytes) -> str:
    if not re.fullmatch(rb"[0-9A-Fa-f:.]+", entry):
        raise No
    try:
        parsed = ipaddress.ip_address(entry.decode())
    except ValueError:
        raise No from None
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


# ---------------------------------------------------------------------- the nine rules


def decided(world: Plain, method: str, target: bytes, client: str, authorization: Sequence[bytes]) -> tuple[str, str]:
    segments, tokens = canonical(target)  # 1
    here = best(world["endpoints"], segments)  # 2
    slot = SLOT.get(method)  # 3
    if slot is None or not (slot in here["methods"] or (slot == "DELETE" and here["deleting"])):
        raise No
    if here["ips"] and not any(inside(client, network) for network in here["ips"]):  # 4
        raise No
    if here["authentication"] == "none":  # 5
        return here["path"], ""
    value = credential(tokens, authorization)  # 6
    return here["path"], holder(world, here, slot, value)  # 7, 8, 9


def canonical(target: bytes) -> tuple[list[str], list[str]]:
    """The decoded segments, and what each `access_token` says."""
    if len(target) > 16384:
        raise No
    path, _, query = (text_of(target)).partition("?")
    if any(c == "#" or c.isspace() or ord(c) < 32 or 127 <= ord(c) < 160 for c in path + query) or path[:1] != "/":
        raise No
    parts = path[1:].split("/")
    if any(part == "" for part in parts[:-1]):
        raise No
    return [segment(part) for part in parts], list(access_tokens(query))


def text_of(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise No from None


def percent_decoded(text: str) -> str:
    for number, character in enumerate(text):
        if character == "%" and not re.fullmatch("[0-9A-Fa-f]{2}", text[number + 1 : number + 3]):
            raise No
    return text_of(unquote_to_bytes(text))


def segment(part: str) -> str:
    decoded = percent_decoded(part)
    if any(chr(int(code, 16)) in UNRESERVED for code in re.findall("%([0-9A-Fa-f]{2})", part)):
        raise No
    if decoded in (".", "..") or any(c in "/\\;" or ord(c) < 32 or 127 <= ord(c) < 160 for c in decoded):
        raise No
    if re.search("%[0-9A-Fa-f]{2}", decoded):
        raise No
    return decoded


def access_tokens(query: str) -> Iterator[str]:
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if unquote_to_bytes(name) == b"access_token":
            yield percent_decoded(value)


def best(endpoints: Sequence[Plain], segments: Sequence[str]) -> Plain:
    fitting = [
        (rank, each) for each in endpoints if each["active"] and (rank := fit(each["path"], segments)) is not None
    ]
    if not fitting:
        raise No
    return max(fitting, key=lambda pair: pair[0])[1]


def fit(path: str, segments: Sequence[str]) -> list[int] | None:
    """How well it fits: 3 a segment that is the same, 2 one in part, 1 a parameter, 0 the rest."""
    wanted = path[1:].split("/")
    rank: list[int] = []
    for number, want in enumerate(wanted):
        if want == "*" and len(segments) > number:
            return [*rank, 0]
        if number >= len(segments):
            return None
        kind = fit_one(want, segments[number])
        if kind == 0:
            return None
        rank.append(kind)
    return rank if len(wanted) == len(segments) else None


def fit_one(want: str, text: str) -> int:
    if "{" not in want:
        return 3 if unquote_to_bytes(want).decode() == text else 0
    before, after = want.split("{")[0], want.split("}")[1]
    long_enough = len(text) > len(before) + len(after)
    if not (long_enough and text.startswith(before) and text.endswith(after)):
        return 0
    return 2 if before or after else 1


def inside(client: str, network: str) -> bool:
    address, range_ = ipaddress.ip_address(client), ipaddress.ip_network(network)
    return address.version == range_.version and address in range_


def credential(tokens: Sequence[str], authorization: Sequence[bytes]) -> str:
    if len(tokens) + len(authorization) != 1:
        raise No
    value = tokens[0] if tokens else bearer(authorization[0].decode("latin-1"))
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", value) or len(value) > 4096:
        raise No
    return value


def bearer(header: str) -> str:
    match = re.fullmatch(r"([Bb][Ee][Aa][Rr][Ee][Rr]) +([^ ].*)", header, re.DOTALL)
    if match is None:
        raise No
    return match[2]


def holder(world: Plain, here: Plain, slot: str, value: str) -> str:
    """The name of who has the value, and may use it here."""
    for primary in world["primaries"]:
        if primary["value"] == value and (primary["path"], primary["slot"]) == (here["path"], slot):
            return str(primary["name"])
    for token in world["tokens"]:
        mapped = here["authentication"] == "token" and slot in token["at"].get(here["path"], ())
        good = value == token["value"] or (value == token["old"] and token["grace"])
        if mapped and good and token["enabled"] and token["active"] and not token["expired"]:
            return str(token["name"])
    raise No
