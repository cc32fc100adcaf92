"""The table of hostile requests: what each is, and what it stands for. None of them may be allowed in any dialect.

A row spoils a draft, which would pass as it stands: its token may GET `/orders`. `/open` is free, and so is `/inside`
for clients of 10.0.0.0/8. Where a row means nothing in a dialect, it gives None.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.verifier.drafts import METADATA, Draft

Spoil = Callable[[Draft], Draft | bytes | None]


class Row(NamedTuple):
    """One hostile request."""

    stands_for: str
    spoil: Spoil


NORMALISED = "a path that somebody behind us would normalise (CVE-2021-43557)"
ENCODED = "escaped slashes and dots (CVE-2021-29492)"
CUT = "what a parser leaves out before the decision (CVE-2021-32779)"
TWICE = "a header or a parameter that comes twice, of which the next one may take the other (CVE-2021-32777)"
UNDERSCORE = "_ for -, which servers take for the same (CVE-2025-64484)"
FOREIGN = "headers of another proxy's dialect, which the client sent (CVE-2026-40575)"
HOP_BY_HOP = "metadata that the client had removed as hop-by-hop (CVE-2024-45410)"
LEFT = "an address that the client wrote himself (CVE-2023-36456)"
QUERY = "a rule that is matched in the query (GHSA-7rh7-c77v-6434)"
SMUGGLED = "a second request inside the first one (CWE-444)"
SPLIT = "a line that ends where it should not (CWE-93)"
HUGE = "more than memory or time should be spent on (CWE-400)"
CONFUSED = "another reading of the same credential"


def _targets(stands_for: str, *targets: bytes) -> dict[str, Row]:
    return {f"target {each[:40]!r}": Row(stands_for, _asking_for(each)) for each in targets}


def _asking_for(target: bytes) -> Spoil:
    return lambda draft: draft(target=target)


TARGETS = {
    **_targets(
        NORMALISED,
        b"//orders", b"/./orders", b"/x/../orders", b"/orders/.", b"/orders/..", b"/open/../orders", b"/orders//",
        b"/orders/", b"/ORDERS", b"/Orders", b"/orders;x", b"/orders;jsessionid=1", b"/open/..;/orders",
        b"/orders%3bx",
        b"/orders\\", b"\\orders", b"/orders%20", b"orders", b"", b"*", b".", b"/orders%E2%80%AE", b"/orders.",
    ),
    **_targets(
        ENCODED,
        b"/%2e/orders", b"/x/%2e%2e/orders", b"/orders/%2E", b"/%2forders", b"/x/..%2forders", b"/%5corders",
        b"/x%5c..%5corders", b"/%6frders", b"/%256frders", b"/%25%36%66rders", b"/%2525%2536frders",
        b"/%c0%afx/orders",
        b"/%c0%ae%c0%ae/orders", b"/orders%u0041", b"/orders%", b"/orders%4", b"/orders%zz", b"/orders%00",
        b"/orders%ff",
        b"/orders%0d%0aX-Real-IP:%2010.0.0.7", b"/orders\xff", b"/orders\xc3",
    ),
    **_targets(CUT, b"/orders#", b"/orders#/open", b"/orders?x=1#y", b"/open#/../orders", b"http://x/orders",
        b"//x/orders"),
    **_targets(QUERY, b"/nowhere?/orders", b"/nowhere?x=/open", b"?/orders", b"/nowhere%3F/orders"),
    **_targets(SPLIT, b"/ord\ters", b"/ orders", b"/orders\x00", b"/orders\r", b"/orders\n", b"/orders\r\n\r\n",
        b"/orders\x7f"),
    **_targets(HUGE, b"/orders/" + b"a" * 100_000, b"/orders?" + b"x=1&" * 30_000, b"/" * 20_000, b"/a" * 8_000),
}  # fmt: skip


def _credentials(**named: Callable[[bytes], tuple[bytes, ...]]) -> dict[str, Row]:
    return {f"authorization {name}": Row(CONFUSED, _bringing(each)) for name, each in named.items()}


def _bringing(values: Callable[[bytes], tuple[bytes, ...]]) -> Spoil:
    return lambda draft: draft(authorization=values(draft.value))


def _queries(stands_for: str, *queries: bytes) -> dict[str, Row]:
    """`VALUE` stands for the token, which comes in the query alone."""
    return {f"query {each!r}": Row(stands_for, _with_query(each)) for each in queries}


def _with_query(query: bytes) -> Spoil:
    return lambda draft: draft(target=b"/orders?" + query.replace(b"VALUE", draft.value), authorization=())


CREDENTIALS = {
    "authorization twice": Row(TWICE, lambda draft: draft(authorization=(b"Bearer " + draft.value,) * 2)),
    "authorization twice, the second empty": Row(
        TWICE, lambda draft: draft(authorization=(b"Bearer " + draft.value, b""))
    ),
    "header and query": Row(TWICE, lambda draft: draft(target=b"/orders?access_token=" + draft.value)),
    **_credentials(
        joined=lambda value: (b"Bearer " + value + b", Bearer " + value,),
        joined_behind_another=lambda value: (b"Basic dTpw, Bearer " + value,),
        joined_values=lambda value: (b"Bearer " + value + b"," + value,),
        doubled=lambda value: (b"Bearer " + value + b" " + value,),
        scheme_twice=lambda value: (b"Bearer Bearer " + value,),
        tab=lambda value: (b"Bearer\t" + value,),
        no_space=lambda value: (b"Bearer" + value,),
        equals=lambda value: (b"Bearer=" + value,),
        quoted=lambda value: (b'Bearer "' + value + b'"',),
        as_parameter=lambda value: (b"Bearer token=" + value,),
        other_scheme=lambda value: (b"Token " + value,),
        basic=lambda value: (b"Basic " + value,),
        bare=lambda value: (value,),
        empty=lambda value: (b"",),
        scheme_alone=lambda value: (b"Bearer",),
        not_ascii=lambda value: (b"Bearer " + value + b"\xff",),
        not_ascii_scheme=lambda value: ("Bearer\u00a0".encode() + value,),
        padded_inside=lambda value: (b"Bearer " + value[:9] + b"=" + value[9:],),
        percent=lambda value: (b"Bearer %" + value[:1].hex().encode() + value[1:],),
        cut=lambda value: (b"Bearer " + value[:-1],),
        case=lambda value: (b"Bearer " + value.swapcase(),),
        unknown_8_kB=lambda value: (b"Bearer " + b"a" * 8192,),
        known_and_8_kB=lambda value: (b"Bearer " + value + b"=" * 8192,),
        megabyte=lambda value: (b"Bearer " + b"a" * 1_000_000,),
    ),
    **_queries(
        TWICE,
        b"access_token=VALUE&access_token=VALUE", b"access_token=VALUE&access_token=",
        b"access_token&access_token=VALUE",
        b"access_token=VALUE&access%5Ftoken=VALUE", b"%61ccess_token=x&access_token=VALUE",
    ),
    **_queries(
        CONFUSED,
        b"access_token[]=VALUE", b"access_token%5B%5D=VALUE", b"access_token[0]=VALUE", b"Access_Token=VALUE",
        b"ACCESS_TOKEN=VALUE", b"access-token=VALUE", b"access_token%00=VALUE", b"access_token%20=VALUE",
        b"access%255Ftoken=VALUE", b"access_token=VALUE%00", b"access_token=VALUE,VALUE",
        b"access_token=Bearer%20VALUE",
        b"access_token=+VALUE", b"access_token=VALUE;access_token=x", b"x=1;access_token=VALUE", b"token=VALUE",
        b"access_token=%", b"access_token=VALUE%2", b"access_token:VALUE", b"?access_token=VALUE",
    ),
}  # fmt: skip


def _places(*places: bytes) -> dict[str, Row]:
    return {f"place {each!r}": Row(NORMALISED, _asked_at(each)) for each in places}


def _asked_at(place: bytes) -> Spoil:
    """`NAME` stands for the dialect's; Envoy's is asked with the target behind it."""

    def spoil(draft: Draft) -> Draft:
        behind = draft.target if draft.dialect == "envoy" else b""
        return draft(place=place.replace(b"NAME", draft.dialect.encode()) + behind)

    return spoil


PLACES = {
    **_places(
        b"/verify//NAME", b"//verify/NAME", b"/verify/./NAME", b"/verify/x/../NAME", b"/VERIFY/NAME", b"/Verify/NAME",
        b"/verify/NAME;x", b"/verify/NAME%20", b"/verify%2fNAME", b"/verify\\NAME", b"/%76erify/NAME", b"verify/NAME",
        b"/x/verify/NAME", b"http://verifier/verify/NAME", b"http://verifier:80/verify/NAME", b"/NAME", b"/", b"*",
        b"/verify/../verify/NAME", b"/verify/NAME#", b"/verify", b"/verify/", b"/verify/nobody",
        b"/healthz/../verify/NAME",
    ),
    "place with a slash behind it": Row(NORMALISED,
        lambda draft: draft(place=b"/verify/" + draft.dialect.encode() + b"/")),
    "place with an encoded letter": Row(
        ENCODED,
            lambda draft: draft(place=b"/verify/%%%02x" % ord(draft.dialect[0]) + draft.dialect[1:].encode())
    ),
    "Envoy's place alone": Row(NORMALISED, lambda draft: draft(place=b"/verify/envoy", more=())),
    "Envoy's place and //": Row(NORMALISED, lambda draft: draft(place=b"/verify/envoy//orders")),
    "Envoy's place and ..": Row(NORMALISED, lambda draft: draft(place=b"/verify/envoy/../envoy/orders")),
}  # fmt: skip


def _may_get_only(*more: bytes, query: bytes = b"") -> Spoil:
    """POST, for which the token is not mapped, and something that says GET."""
    return lambda draft: draft(method=b"POST", target=b"/orders" + query, more=more)


def _methods(*methods: bytes) -> dict[str, Row]:
    return {f"method {each[:20]!r}": Row("a method that has no slot", _by(each)) for each in methods}


def _by(method: bytes) -> Spoil:
    return lambda draft: draft(method=method)


METHODS = {
    **_methods(
        b"get", b"Get", b"POST", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND", b"QUERY", b"GETGET",
        b"GET,POST",
        b"GET, GET", b"G" * 33, b"A" * 20_000, b"GET\x00", b"GET /open", b"G\xc3\x8bT", b"", b"PRI",
    ),
    "X-HTTP-Method-Override": Row("a method that is overridden", _may_get_only(b"X-HTTP-Method-Override: GET")),
    "X-HTTP-Method": Row("a method that is overridden", _may_get_only(b"X-HTTP-Method: GET")),
    "X-Method-Override": Row("a method that is overridden", _may_get_only(b"X-Method-Override: GET")),
    "_method in the query": Row("a method that is overridden", _may_get_only(query=b"?_method=GET")),
    "_method as a header": Row("a method that is overridden", _may_get_only(b"_method: GET")),
    "asked by POST": Row("a question that is none", lambda draft: draft(asking=b"POST")),
    "asked by TRACE": Row("a question that is none", lambda draft: draft(asking=b"TRACE")),
    "asked by OPTIONS": Row("a question that is none", lambda draft: draft(asking=b"OPTIONS")),
    "asked by CONNECT": Row("a question that is none", lambda draft: draft(asking=b"CONNECT")),
    "asked by get": Row("a question that is none", lambda draft: draft(asking=b"get")),
    "asked by a long method": Row(HUGE, lambda draft: draft(asking=b"M" * 20_000)),
}  # fmt: skip


def _repeated(number: int, value: bytes) -> Spoil:
    def spoil(draft: Draft) -> Draft | None:
        name = METADATA[draft.dialect][number]
        return draft(more=(name + b": " + value,)) if name else None

    return spoil


def _missing(number: int) -> Spoil:
    return lambda draft: draft(without=(number,)) if METADATA[draft.dialect][number] else None


def _underscored(number: int, *, instead: bool) -> Spoil:
    def spoil(draft: Draft) -> Draft | None:
        name = METADATA[draft.dialect][number]
        line = name.replace(b"-", b"_") + b": " + (b"/orders", b"GET", b"10.0.0.7")[(number + 1) % 3 if number else 1]
        return draft(more=(line,), without=(number,) if instead else ()) if name else None

    return spoil


def _without_token(*more: bytes) -> Spoil:
    """`/orders` without a token, and headers that speak of `/open`."""
    return lambda draft: draft(authorization=(), more=more)


def _foreign(draft: Draft) -> Draft:
    """The headers of every other dialect, which name what is free."""
    ours = METADATA[draft.dialect]
    names = {name for names in METADATA.values() for name in names if name and name not in ours}
    said = {
        b"X-Original-URI": b"/open",
        b"X-Forwarded-Uri": b"/open",
        b"X-Real-IP": b"10.0.0.7",
        b"X-Forwarded-For": b"10.0.0.7",
    }
    return draft(authorization=(), more=tuple(sorted(name + b": " + said.get(name,
        b"GET") for name in names)))  # fmt: skip


_FIRST = (b"GET", b"/orders", b"192.0.2.9")
_OTHER = (b"GET", b"/open", b"10.0.0.7")
META = {
    **{f"metadata {n} repeated, the same": Row(TWICE, _repeated(n, _FIRST[n])) for n in range(3)},
    **{f"metadata {n} repeated, another": Row(TWICE, _repeated(n, _OTHER[n])) for n in range(3)},
    **{f"metadata {n} repeated, empty": Row(TWICE, _repeated(n, b"")) for n in range(3)},
    **{f"metadata {n} missing": Row(HOP_BY_HOP, _missing(n)) for n in range(3)},
    **{f"metadata {n} with _ instead": Row(UNDERSCORE, _underscored(n, instead=True)) for n in range(3)},
    **{f"metadata {n} with _ beside": Row(UNDERSCORE, _underscored(n, instead=False)) for n in range(3)},
    "removed by Connection": Row(
        HOP_BY_HOP, lambda draft: draft(without=(2,), more=(b"Connection: " + METADATA[draft.dialect][2],))
    ),
    "all of the other dialects": Row(FOREIGN, _foreign),
    "nothing but the other dialects": Row(FOREIGN, lambda draft: _foreign(draft)(without=(0, 1, 2))),
    "X-Rewrite-URL": Row(FOREIGN, _without_token(b"X-Rewrite-URL: /open", b"X-Original-URL: /open")),
    "X-Forwarded-Prefix": Row(FOREIGN, _without_token(b"X-Forwarded-Prefix: /open", b"X-Forwarded-Host: x/open?")),
    "X-Envoy-Original-Path": Row(FOREIGN, _without_token(b"X-Envoy-Original-Path: /open", b":path: /open")),
    "identity headers": Row(FOREIGN, _without_token(b"X-Token-Name: erp", b"X-Token-Kind: endpoint",
        b"X-Endpoint: a/b")),
}  # fmt: skip


def _addresses(stands_for: str, *addresses: bytes) -> dict[str, Row]:
    return {f"address {each[:40]!r}": Row(stands_for, _from(each)) for each in addresses}


def _from(address: bytes) -> Spoil:
    return lambda draft: draft(target=b"/inside", client=address)


ADDRESSES = {
    **_addresses(
        LEFT,
        b"10.0.0.7, 192.0.2.9", b"10.0.0.7,192.0.2.9,127.0.0.1", b"127.0.0.1, 192.0.2.9", b"garbage, 192.0.2.9",
        b"10.0.0.7, garbage", b"10.0.0.7, 127.0.0.1, garbage", b"10.0.0.7,", b"10.0.0.7, ,", b"10.0.0.7 192.0.2.9",
        b"10.0.0.7;192.0.2.9", b"garbage", b"unknown", b"_hidden", b"", b",", b"10.0.0.7, ::ffff:192.0.2.9",
    ),
    **_addresses(
        "another spelling of an address",
        b"10.0.0.7:80", b"[10.0.0.7]", b"[::ffff:10.0.0.7]:80", b"::ffff:192.0.2.9", b"::ffff:10.0.0.7%eth0",
        b"10.0.0.7%0",
        b"::1%10.0.0.7", b"fe80::1%eth0", b"::10.0.0.7", b"010.0.0.7", b"10.0.0.07", b"0xa.0.0.7", b"0x0a000007",
        b"167772167",
        b"10.7", b"10.0.0.7/8", b"10.0.0.0/8", b"for=10.0.0.7", b'"10.0.0.7"', "１0.0.0.7".encode(), b"10.0.0.7\x00",
        b"10.0.0.7\xff", b"64:ff9b::10.0.0.7", b"2002:0a00:0007::1",
    ),
    **_addresses(HUGE, b"10.0.0.7, " * 10_000 + b"192.0.2.9", b"1" * 100_000, b"::1%" + b"z" * 4_000, b"," * 4_000),
    "Forwarded": Row(LEFT, lambda draft: draft(target=b"/inside", more=(b"Forwarded: for=10.0.0.7",
        b"Client-IP: 10.0.0.7"))),
    "True-Client-IP": Row(LEFT, lambda draft: draft(target=b"/inside", more=(b"True-Client-IP: 10.0.0.7",
        b"CF-Connecting-IP: 10.0.0.7"))),
}  # fmt: skip


def _lines(stands_for: str, *lines: bytes) -> dict[str, Row]:
    """No token, and one more line."""
    return {f"line {each[:50]!r}": Row(stands_for, _without_token(each)) for each in lines}


def _smuggling(*more: bytes, before: bytes = b"") -> Spoil:
    """No token, and behind it a question about what is free: answered, it takes another one's place."""

    def spoil(draft: Draft) -> Draft:
        second = bytes(draft(target=b"/open"))
        lines = tuple(each.replace(b"LENGTH", b"%d" % len(second)) for each in more)
        return draft(authorization=(), more=lines, body=before + second, closing=False)

    return spoil


WIRE = {
    **_lines(
        SPLIT,
        b"X-A: 1\r\n folded: 2", b"X-A: 1\rX-B: 2", b"X-A: \x00", b"X-\x00A: 1", b"X-A : 1", b" X-A: 1", b"X-A",
        b": 1", b"X A: 1",
        b"X-A: \xff\xfe", b"X-\xff: 1", b"X-A: 1\n\nX-B: 2", b"X-A: 1\x0bX-B: 2", b"X-A: \x7f",
        b"Authorization : Bearer x",
        b"Authorization:\r\n Bearer x", b"AUTHORIZATION: Bearer", b"authorization:Bearer",
    ),
    **_lines(
        "what asks the server for something else",
        b"Expect: 100-continue", b"Expect: x", b"Upgrade: websocket\r\nConnection: Upgrade",
        b"Upgrade: h2c\r\nConnection: Upgrade",
        b"HTTP2-Settings: AAMAAABkAAQAAP__", b"Connection: close, close", b"Keep-Alive: timeout=1000000",
        b"TE: trailers",
        b"Range: bytes=0-0", b"If-None-Match: *", b"Accept: text/html", b"Content-Type: \x01",
    ),
    "HTTP/1.0": Row("an old version", lambda draft: draft(authorization=(), version=b"HTTP/1.0")),
    "HTTP/0.9": Row("an old version", lambda draft: draft.line + b"\r\n\r\n"),
    "HTTP/2": Row("a version that is not spoken", lambda draft: draft(authorization=(), version=b"HTTP/2.0")),
    "HTTP/9.9": Row("a version that is not spoken", lambda draft: draft(authorization=(), version=b"HTTP/9.9")),
    "no version": Row("a version that is not spoken", lambda draft: draft(version=b"HTTP/1.1.1")),
    "preface of HTTP/2": Row("a version that is not spoken", lambda draft: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": Row("another protocol",
        lambda draft: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n"),
    "body by length": Row(SMUGGLED, _smuggling(b"Content-Length: LENGTH")),
    "body that did not come": Row(SMUGGLED, _smuggling(b"Content-Length: 9")),
    "chunked": Row(SMUGGLED, _smuggling(b"Transfer-Encoding: chunked", before=b"0\r\n\r\n")),
    "chunked and length": Row(SMUGGLED, _smuggling(b"Content-Length: 5", b"Transfer-Encoding: chunked",
        before=b"0\r\n\r\n")),
    "length and chunked": Row(SMUGGLED, _smuggling(b"Transfer-Encoding: chunked", b"Content-Length: LENGTH")),
    "xchunked": Row(SMUGGLED, _smuggling(b"Transfer-Encoding: xchunked", before=b"0\r\n\r\n")),
    "chunked, identity": Row(SMUGGLED, _smuggling(b"Transfer-Encoding: chunked, identity", before=b"0\r\n\r\n")),
    "identity": Row(SMUGGLED, _smuggling(b"Transfer-Encoding: identity")),
    "chunked twice": Row(SMUGGLED, _smuggling(*(b"Transfer-Encoding: chunked",) * 2, before=b"0\r\n\r\n")),
    "Transfer_Encoding": Row(UNDERSCORE, _smuggling(b"Transfer_Encoding: chunked", before=b"0\r\n\r\n")),
    "Transfer-Encoding\\t": Row(SMUGGLED, _smuggling(b"Transfer-Encoding\t: chunked", before=b"0\r\n\r\n")),
    "two lengths": Row(SMUGGLED, _smuggling(b"Content-Length: 0", b"Content-Length: LENGTH")),
    "a list of lengths": Row(SMUGGLED, _smuggling(b"Content-Length: LENGTH, LENGTH")),
    "length +": Row(SMUGGLED, _smuggling(b"Content-Length: +LENGTH")),
    "length -": Row(SMUGGLED, _smuggling(b"Content-Length: -1")),
    "length 0x": Row(SMUGGLED, _smuggling(b"Content-Length: 0x10")),
    "length of all memory": Row(HUGE, _smuggling(b"Content-Length: 99999999999999999999999")),
    "upgraded and smuggled": Row(SMUGGLED, _smuggling(b"Content-Length: 1", b"Upgrade: h2c", b"Connection: Upgrade")),
    "1 MB header": Row(HUGE, lambda draft: draft(more=(b"X-A: " + b"a" * 1_000_000,))),
    "1 MB name": Row(HUGE, lambda draft: draft(more=(b"a" * 1_000_000 + b": 1",))),
    "10,000 headers": Row(HUGE, lambda draft: draft(authorization=(), more=(b"X-A: 1",) * 10_000)),
    "100,000 headers": Row(HUGE, lambda draft: draft(more=(b"X-A: 1",) * 100_000)),
    "10,000 authorizations": Row(HUGE, lambda draft: draft(authorization=(b"Bearer " + draft.value[:8],) * 3_000)),
    "a line without end": Row(HUGE, lambda draft: b"GET /" + b"a" * 1_000_000),
}  # fmt: skip

TABLE = {**TARGETS, **CREDENTIALS, **PLACES, **METHODS, **META, **ADDRESSES, **WIRE}
