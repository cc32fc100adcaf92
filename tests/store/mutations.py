"""Files as failing disks, careless hands and other programs leave them: what a sound one is turned into."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Mutation = Callable[[bytes, random.Random], bytes]

#: What a careless hand may write instead.
OTHERS: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**70),
    10**30,
    1.5,
    1e308,
    "",
    "x",
    "\0",
    "\x1b[2J",
    "2025-01-01",
    "2025-01-01T00:00:00",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59.999999+00:00",
    "9" * 500,
    "x" * 100_000,
    [],
    [[]],
    [1],
    [[[[]]]],
    {},
    {"1": 1},
]
#: What may stand anywhere all of a sudden.
STRANGE = (
    b"\0",
    b"\0" * 512,
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\x1b[2J",
    b"\r\n",
    b"\n",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"9" * 5000,
    b"-0",
    b"1e999",
    b"NaN",
    b"null",
    b",,",
    b"[]",
    b"{}",
    b"[" * 2000,
    b'{"a":' * 3000,
)


def every_bit_turned(content: bytes) -> Iterator[bytes]:
    """All that differ in one bit."""
    for position in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[position] ^= 1 << bit
            yield bytes(changed)


def bits_flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    """Without its end, or without something in its middle."""
    start, end = sorted(chance.sample(range(len(content) + 1), 2))
    return content[:start] + content[end:] if chance.random() < 0.5 else content[:start]


def lines_moved(content: bytes, chance: random.Random) -> bytes:
    """A line twice, gone, in another place, or without its end."""
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines.insert(other, lines[one])
        case 1:
            del lines[one]
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            lines[one] += lines[other]
    return b"\n".join(lines)


def pieces_repeated(content: bytes, chance: random.Random) -> bytes:
    start, place = chance.randrange(len(content)), chance.randrange(len(content))
    return content[:place] + content[start : start + chance.randint(1, 300)] + content[place:]


def strange_inside(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(STRANGE) + content[place:]


def of_another_program(content: bytes, chance: random.Random) -> bytes:
    """In another encoding, with other line ends, with more behind it, twice, or something else altogether."""
    text = content.decode("utf-8", "replace")
    others = (
        b"\xef\xbb\xbf" + content,
        text.encode("utf-16"),
        text.encode("utf-32"),
        content.replace(b"\n", b"\r\n"),
        content + bytes(chance.randint(1, 4096)),
        content + chance.randbytes(30),
        chance.randbytes(200),
        content + content,
    )
    return chance.choice(others)


def values_of_other_types(content: bytes, chance: random.Random) -> bytes:
    """Of JSON: another value somewhere, a field less, an entry twice."""
    document = json.loads(content)
    holder, key = chance.choice([*_places(document)])
    if isinstance(holder, dict) and chance.random() < 0.2:
        del holder[key]
    elif isinstance(holder, list) and chance.random() < 0.2:
        holder.append(holder[key])
    else:
        holder[key] = chance.choice(OTHERS)
    return json.dumps(document, ensure_ascii=chance.random() < 0.9).encode()


def keys_moved(content: bytes, chance: random.Random) -> bytes:
    """Of JSON: two values swapped, a key more, or all of them in another order."""
    document = json.loads(content)
    holder = chance.choice([holder for holder, _ in _places(document) if isinstance(holder, dict)])
    one, other = chance.choice([*holder]), chance.choice([*holder])
    match chance.randrange(3):
        case 0:
            holder[one], holder[other] = holder[other], holder[one]
        case 1:
            holder[one + chance.choice(("x", " ", "\0", ""))] = holder[other]
        case 2:
            items = [*holder.items()]
            holder.clear()
            holder.update(reversed(items))
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield value, key
        yield from _places(below)


#: Of any file.
OF_TEXT: tuple[Mutation, ...] = (
    bits_flipped,
    cut,
    lines_moved,
    pieces_repeated,
    strange_inside,
    of_another_program,
)
#: Of a JSON document.
MUTATIONS: tuple[Mutation, ...] = (*OF_TEXT, values_of_other_types, keys_moved)
