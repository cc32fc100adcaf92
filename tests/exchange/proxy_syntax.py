"""How nginx and HAProxy read their files, as far as it takes to see that nothing breaks out of its place.

Sources: nginx `ngx_conf_read_token` (src/core/ngx_conf_file.c), HAProxy `pat_ref_read_from_file_smp` (src/pattern.c).
"""

from collections.abc import Iterator

_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "t": "\t", "r": "\r", "n": "\n"}


class Mark(str):
    """`{`, `}` or `;` that stands outside of quotes."""


def nginx_words(text: str) -> Iterator[str]:
    """The words and marks of a configuration."""
    position = 0
    while position < len(text):
        character = text[position]
        if character in " \t\r\n":
            position += 1
        elif character == "#":
            position = text.find("\n", position)
            assert position >= 0
        elif character in "{};":
            yield Mark(character)
            position += 1
        else:
            word, position = _nginx_word(text, position)
            yield word


def _nginx_word(text: str, position: int) -> tuple[str, int]:
    quote = text[position] if text[position] in "\"'" else ""
    begin, position = position, position + len(quote)
    word = ""
    while True:
        character = text[position]
        if character == "\\":
            escaped = text[position + 1]
            word += _ESCAPES.get(escaped, f"\\{escaped}")
            position += 2
        elif quote and character == quote:
            assert text[position + 1] in " \t\r\n;{)", "a word goes on behind its quotation mark"
            assert position + 1 - begin <= 4096
            return word, position + 1
        elif not quote and (character in " \t\r\n;" or (character == "{" and not word.endswith("$"))):
            return word, position
        else:
            word += character
            position += 1


def nginx_blocks(text: str) -> dict[str, list[list[str]]]:
    """Head of each block → its statements; statements outside of blocks stand under an empty head."""
    blocks: dict[str, list[list[str]]] = {"": []}
    head = ""
    words: list[str] = []
    for word in nginx_words(text):
        if not isinstance(word, Mark):
            words.append(word)
        elif word == "{":
            assert not head, "a block inside a block"
            head, words = " ".join(words), []
            assert head not in blocks
            blocks[head] = []
        elif word == "}":
            assert head
            assert not words
            head = ""
        else:
            blocks[head].append(words)
            words = []
    assert not head
    assert not words
    return blocks


def haproxy_pairs(content: bytes) -> list[tuple[str, str]]:
    """Key and value of each line of a map."""
    pairs = []
    for line in content.split(b"\n"):
        line = line.lstrip(b" \t")
        if line.startswith(b"#") or not line.strip():
            continue
        key, _, value = line.replace(b"\t", b" ").partition(b" ")
        pairs.append((key.decode(), value.strip(b" \t\r").decode()))
    return pairs
