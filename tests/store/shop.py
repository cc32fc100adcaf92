"""A store as it comes of everyday work: sealed values, a rotated token, mappings, a trail that tells of all of it."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import BEGINNING, MASTER_KEY, Clock
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.rotating import rotate
from tokentui.services.tokens import add_token, set_enabled
from tokentui.store.checking import Checked, KeyAtHand, check
from tokentui.store.file_check import StoreFiles
from tokentui.store.keyfile import line_of
from tokentui.store.problems import Code
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault, key_id

LATER = BEGINNING.replace(year=BEGINNING.year + 1)
KEY = KeyAtHand(key_id(MASTER_KEY), KeyVault(lambda: MASTER_KEY))
NO_KEY = KeyAtHand(trouble="The key file is not there.")


@dataclass(frozen=True)
class Shop:
    """The files of one such store."""

    folder: Path

    @property
    def files(self) -> StoreFiles:
        return StoreFiles.of(self.folder / "data" / "tokens.json", self.folder / "config" / "key")

    def desk(self) -> Desk:
        store = TinyDBStore(self.files.store, key_id=lambda: key_id(MASTER_KEY))
        return Desk(store=store, vault=KeyVault(lambda: MASTER_KEY), clock=Clock())

    @property
    def tables(self) -> Any:
        """All that is in the store file."""
        return json.loads(self.files.store.read_bytes())

    def put(self, tables: Any) -> None:
        """Write the store file past everything."""
        self.files.store.write_text(json.dumps(tables))

    def id(self, name: str) -> str:
        """The id of the token, or of the endpoint, of this name."""
        named = {**self.tables["tokens"], **self.tables["endpoints"]}
        return next(str(id) for id, document in named.items() if document["name"] == name)

    def check(self, key: KeyAtHand = KEY, now: datetime = LATER) -> Checked:
        return check(self.files, lambda mark: key, now)

    def codes(self, key: KeyAtHand = KEY) -> set[Code]:
        """What is found to be wrong, but for the key that a test leaves out."""
        left_out = {Code.KEY_MISSING} if key is NO_KEY else set()
        return {problem.code for problem in self.check(key).wrong} - left_out

    def subjects(self, code: Code, key: KeyAtHand = KEY) -> set[str]:
        """What is told of with this code."""
        return {problem.subject for problem in self.check(key).problems if problem.code is code}


def open_shop(folder: Path) -> Shop:
    """A new one: the endpoints Orders and Pets, the tokens erp (rotated), crm (disabled) and app, three mappings."""
    shop = Shop(folder)
    shop.files.key.parent.mkdir(mode=0o700, parents=True)
    shop.files.key.touch(0o600)
    shop.files.key.write_text(f"{line_of(MASTER_KEY)}\n")
    desk = shop.desk()
    for name in ("Orders", "Pets"):
        add_endpoint(
            desk,
            EndpointFields(name=name, group="shop", authentication=Authentication.TOKEN, allow_deleting=True),
        )
    for name in ("erp", "crm", "app"):
        add_token(desk, TokenFields(name=name, description=f"The {name}"))
    orders, pets, erp = shop.id("Orders"), shop.id("Pets"), shop.id("erp")
    assign(desk, erp, add={orders: (Slot.POST, Slot.GET), pets: (Slot.GET,)}, remove={})
    assign(desk, shop.id("app"), add={orders: (Slot.DELETE,)}, remove={})
    rotate(desk, [erp], until=LATER)
    set_enabled(desk, [shop.id("crm")], False)
    return shop


def renewed(untouched: Path, folder: Path) -> Shop:
    """A sound shop in this folder, whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(untouched, folder)
    return Shop(folder)
