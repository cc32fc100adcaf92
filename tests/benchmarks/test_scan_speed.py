"""A scan: 100 tokens planted in 200 MB of text among 10,000 in the store, all found and nothing else, at 50 MB/s.

Beside each rate stands the ratio to reading the same files and hashing them (SHA-256), measured in turns with it.
"""

import base64
import hashlib
import json
import os
import random
import string
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.domain.worlds import NOTE
from tokentui.domain.fields import TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.domain.values import generate
from tokentui.services.desk import Desk
from tokentui.services.scanning import scan
from tokentui.services.tokens import VALUE, add_token
from tokentui.store.memory import MemoryStore
from tokentui.store.vault import KeyVault

TOKENS, PLANTED = 10_000, 100
FILES, FILE_SIZE = 200, 1_000_000
WEAK = "i-am-special"
ROUNDS = 3
#: MB/s, for believable text.
BUDGET = 50
CHANCE = random.Random(7)
WORDS = [word.strip(string.punctuation) for word in (Path(__file__).parents[2] / "README.md").read_text().split()]

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1200)]


@dataclass(frozen=True)
class Store:
    desk: Desk
    values: list[str]


@pytest.fixture(scope="module")
def store() -> Store:
    """10,000 tokens of generated values."""
    desk = Desk(MemoryStore(), KeyVault(lambda: bytes(range(32))))
    values = [generate(os.urandom) for _ in range(TOKENS)]
    with desk.store.change(NOTE) as transaction:
        for number, value in enumerate(values):
            id = desk.new_id()
            secret = desk.seal(value, id, VALUE)
            token = EndpointToken(id=id, name=f"app-{number}", secret=secret, created_at=secret.generated_at)
            transaction.put(token)
    return Store(desk, values)


# ---------------------------------------------------------------------- believable lines


def words(count: int) -> str:
    return " ".join(CHANCE.choices(WORDS, k=count))


def code_line() -> str:
    indent = " " * (4 * CHANCE.randrange(4))
    name, other = CHANCE.choices(["self", "request", "orders", "client_id", "price_list", "partner"], k=2)
    return indent + CHANCE.choice(
        [
            f"{name}.{other} = {other}({CHANCE.randrange(100)}, key='{words(1)}')  # {words(5)}",
            f"def {name}_{other}({other}: str, *, limit: int = {CHANCE.randrange(1000)}) -> None:",
            f"return f'https://api.example.org/v1/{name}/{{{other}.id}}?page={CHANCE.randrange(50)}&size=20'",
            f"assert {name}['{other}'] == {hashlib.sha1(words(2).encode()).hexdigest()!r}",
            "",
        ]
    )


def log_line() -> str:
    at = f"2025-06-{CHANCE.randrange(1, 31):02}T{CHANCE.randrange(24):02}:07:01.{CHANCE.randrange(10**6):06}Z"
    client = ".".join(str(CHANCE.randrange(256)) for _ in range(4))
    target = f"/api/endpoint/orders/{CHANCE.choice(WORDS)}-{CHANCE.randrange(50)}?page={CHANCE.randrange(99)}"
    return f'{client} - - [{at}] "GET {target} HTTP/1.1" 200 {CHANCE.randrange(9999)} "-" "curl/8.1" {uuid4()}'


def json_line() -> str:
    content = {"id": uuid4(), "text": words(6), "etag": f"{CHANCE.getrandbits(256):064x}", "n": CHANCE.random()}
    return json.dumps({**content, "blob": base64.b64encode(CHANCE.randbytes(90)).decode()})


def base64_line() -> str:
    return base64.b64encode(CHANCE.randbytes(57)).decode()


def uuid4() -> str:
    return str(uuid.UUID(int=CHANCE.getrandbits(128), version=4))


KINDS: dict[str, Callable[[], str]] = {".py": code_line, ".log": log_line, ".json": json_line, ".b64": base64_line}
#: What stands around a planted value.
PLACES = (
    'TOKEN = "{}"',
    "Authorization: Bearer {}",
    "GET /x?access_token={}&y=1",
    "a%3D{}%26b",
    "x{}y",
    '"k":"{}\\n"',
)


def lines_of(kind: str, size: int) -> list[str]:
    lines, length = [], 0
    while length < size:
        lines.append(KINDS[kind]())
        length += len(lines[-1]) + 1
    return lines


@pytest.fixture(scope="module")
def text(store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[tuple[str, int, str]]]:
    """200 MB of text in 200 files, and where in it which tokens stand."""
    folder = tmp_path_factory.mktemp("text")
    planted = set()
    chosen = CHANCE.sample(range(TOKENS), PLANTED)
    for number in range(FILES):
        kind = list(KINDS)[number % len(KINDS)]
        lines = lines_of(kind, FILE_SIZE)
        path = folder / f"{number:03}{kind}"
        if number % (FILES // PLANTED) == 0:
            token, line = chosen.pop(), CHANCE.randrange(len(lines))
            lines[line] += " " + CHANCE.choice(PLACES).format(store.values[token])
            planted.add((str(path), line + 1, f"app-{token}"))
        path.write_text("\n".join(lines))
    assert len(planted) == PLANTED
    return folder, planted


def test_all_planted_tokens_are_found_in_200_mb_and_nothing_else(
    store: Store, text: tuple[Path, set[tuple[str, int, str]]]
) -> None:
    folder, planted = text
    rate, told, found = measured(store.desk, folder)
    print(f"\n{PLANTED} planted: {len(found & planted)} found, {len(found - planted)} false; {told}")
    assert found == planted
    assert rate >= BUDGET


def test_one_weak_value_in_the_store(store: Store, text: tuple[Path, set[tuple[str, int, str]]]) -> None:
    """A short one has no hint and may stand at the edges of any word, so that much more is looked at closely."""
    folder, planted = text
    _, told, found = measured(with_value(store, WEAK), folder)
    print(f"\none weak value of {len(WEAK)} characters besides: {told}")
    assert found == planted


def heavy() -> Iterator[tuple[str, bytes]]:
    """Files in which nearly every place could be a token's."""
    yield "base64 in lines of 76", base64.encodebytes(CHANCE.randbytes(15_000_000))
    yield "base64 in one line", base64.b64encode(CHANCE.randbytes(15_000_000))
    yield "sums of files", b"".join(f"{CHANCE.getrandbits(256):064x}  a/b.py\n".encode() for _ in range(200_000))
    yield "hex in one line", CHANCE.randbytes(5_000_000).hex().encode()
    yield "letters in one line", "".join(CHANCE.choices(string.ascii_letters + string.digits, k=10_000_000)).encode()


def test_heavy_files_are_told(store: Store, tmp_path: Path) -> None:
    weak = with_value(store, WEAK)
    for name, content in heavy():
        middle = len(content) // 2
        (tmp_path / "file").write_bytes(content[:middle] + store.values[0].encode() + content[middle:])
        for desk, also in ((store.desk, ""), (weak, ", with a weak value in the store")):
            _, told, found = measured(desk, tmp_path)
            print(f"\n{name}{also}: {told}")
            assert {token for *_, token in found} == {"app-0"}


def with_value(store: Store, value: str) -> Desk:
    """A desk at a copy of the store that has one value more."""
    desk = Desk(MemoryStore(), store.desk.vault)
    with desk.store.change(NOTE) as transaction:
        for token in store.desk.reader().iter_tokens():
            transaction.put(replace(token, rev=0))
    add_token(desk, TokenFields(name="weak"), value)
    return desk


def measured(desk: Desk, folder: Path) -> tuple[float, str, set[tuple[str, int, str]]]:
    """MB in a second of a processor's time, the best of some rounds; the same in words; and what was found.

    A scan is one thread, so on a machine that does nothing else these are the MB in a second of the clock's time.
    """
    scans, clocks, hashes = [], [], []
    for _ in range(ROUNDS):
        clock, start = time.perf_counter(), time.process_time()
        report = scan(desk, [str(folder)], tell=lambda *_: None)
        scans.append(report.size / (time.process_time() - start) / 1e6)
        clocks.append(report.size / (time.perf_counter() - clock) / 1e6)
        start = time.process_time()
        for path in folder.iterdir():
            hashlib.sha256(path.read_bytes()).digest()
        hashes.append(report.size / (time.process_time() - start) / 1e6)
    rate, ratio = max(scans), max(scans) / max(hashes)
    told = f"{rate:.0f} MB/s of processor time ({max(clocks):.0f} by the clock), {ratio:.2f} × reading and hashing"
    return rate, told, {(each.file, each.line, each.token) for each in report.sightings}
