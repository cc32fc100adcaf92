"""What Python still holds: every text that its garbage collector leads to."""

import base64
import gc
from collections.abc import Iterator

#: As much of a value as tells it: what is drawn may be cut where a line ends.
PART = 16


def holders(value: str) -> list[str]:
    """What holds a text with `value` in it, or a good part of it, as it is or as a terminal's clipboard gets it.

    `value` itself, the very object, is held by who asks and does not count.
    """
    gc.collect()
    spelt = (value, base64.b64encode(value.encode()).decode())
    parts = [text[at : at + PART] for text in spelt for at in range(0, len(text) - PART + 1, PART)]
    own = {id(text) for text in (*spelt, *parts)}
    return [way for text, way in texts() if id(text) not in own and any(part in text for part in parts)]


def texts() -> Iterator[tuple[str, str]]:
    """All strings and bytes, each with the way that leads to it, by types.

    The collector does not follow what holds nothing but atoms: it is followed here.
    """
    tracked = gc.get_objects()
    waiting = [(each, type(each).__qualname__) for each in tracked]
    seen = {id(each) for each in tracked} | {id(tracked), id(waiting)}
    while waiting:
        holder, way = waiting.pop()
        for each in gc.get_referents(holder):
            if id(each) in seen:
                continue
            seen.add(id(each))
            if isinstance(each, str):
                yield each, f"{way}: {len(each)} characters"
            elif isinstance(each, bytes | bytearray):
                yield each.decode("latin-1"), f"{way}: {len(each)} bytes"
            else:
                waiting.append((each, f"{way} > {type(each).__qualname__}"))
