"""Large stores, made at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.domain.worlds import NOTE
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import build_endpoint
from tokentui.store.codec import TABLES, Document
from tokentui.store.file_format import new_tables
from tokentui.store.keyfile import make_key
from tokentui.store.private_files import write_parts
from tokentui.store.protocol import Transaction
from tokentui.store.record_tables import table_of
from tokentui.store.tables import Piece, Tables
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault, key_id


def no_documents() -> dict[str, dict[str, Document]]:
    """By table and id, the documents of a store without records."""
    return {name: {} for name in TABLES.values()}


def write_store(file: Path, documents: Mapping[str, Mapping[str, Document]]) -> None:
    """Make a store file of these documents, by table and id."""
    tables = {name: table_of(name, [Piece(table)]) for name, table in documents.items()}
    write_parts(file, Tables({**new_tables(), **tables}).dump())


def large_store(folder: Path, tokens: int, endpoints: int) -> tuple[Path, Path]:
    """A store of this size, each token mapped to two endpoints, and its key file."""
    store_file, key_file = folder / "data" / "tokens.json", folder / "config" / "key"
    key = make_key(key_file)
    desk = Desk(TinyDBStore(store_file, key_id=lambda: key_id(key)), KeyVault(lambda: key))
    with desk.store.change(NOTE) as transaction:
        made = [_endpoint(desk, number) for number in range(endpoints)]
        for endpoint in made:
            transaction.put(endpoint)
        _put_tokens(desk, transaction, made, tokens)
    return store_file, key_file


def _endpoint(desk: Desk, number: int) -> Endpoint:
    fields = EndpointFields(
        name=f"Endpoint {number:05}",
        group=f"group-{number % 20}",
        slug=f"endpoint-{number:05}",
        authentication=Authentication.TOKEN,
    )
    return build_endpoint(desk, checked_endpoint(fields))


def _put_tokens(desk: Desk, transaction: Transaction, endpoints: list[Endpoint], tokens: int) -> None:
    """Tokens whose digests differ, as they would; one value is sealed for all of them, since sealing takes time."""
    sealed = desk.seal("x" * 64, "one for all", "value")
    for number in range(tokens):
        token = EndpointToken(
            id=desk.new_id(),
            name=f"application-{number:06}",
            description=f"Calls from application number {number}",
            secret=replace(sealed, digest=hashlib.sha256(str(number).encode()).hexdigest()),
            created_at=desk.clock(),
        )
        transaction.put(token)
        for place in {number % len(endpoints), (number * 7 + 3) % len(endpoints)}:
            transaction.put(
                Assignment(
                    token_id=token.id,
                    endpoint_id=endpoints[place].id,
                    slots=(Slot.GET,),
                    created_at=token.created_at,
                )
            )
