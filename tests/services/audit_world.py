"""An estate in which nothing is to be found, and for each code what brings a finding up and what mends it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.conftest import Clock
from tokentui.domain.audit.findings import Code, Finding
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.policy import Policy
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.auditing import Audit, audit
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, generate_primary, set_endpoints_active
from tokentui.services.rotating import retire, rotate
from tokentui.services.tokens import add_token, edit_token, set_active, set_enabled
from tokentui.store.request_log import RequestLog
from tokentui.store.tinydb_store import TinyDBStore

POST, GET, DELETE = Slot
DAY = timedelta(days=1)


def let_in(at: datetime, token_id: str) -> SeenRequest:
    return SeenRequest(at=at, method="GET", path="/", token_id=token_id, status=200, reason="allowed")


class World:
    """An estate in which nothing is to be found: ERP and SHOP, each mapped at one of two endpoints."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self._orders, self._stock = self.guarded("Orders"), self.guarded("Stock")
        self._erp, self._shop = (add_token(desk, TokenFields(name=name)) for name in ("erp", "shop"))
        self.map(self._erp, self._orders, GET)
        self.map(self._shop, self._stock, GET)

    def guarded(self, name: str) -> Endpoint:
        fields = EndpointFields(name=name, group="g", authentication=Authentication.TOKEN)
        return add_endpoint(self.desk, fields)

    @property
    def erp(self) -> EndpointToken:
        return self.desk.reader().token(self._erp.id)

    @property
    def orders(self) -> Endpoint:
        return self.desk.reader().endpoint(self._orders.id)

    @property
    def stock(self) -> Endpoint:
        return self.desk.reader().endpoint(self._stock.id)

    def map(self, token: EndpointToken, endpoint: Endpoint, *slots: Slot) -> None:
        assign(self.desk, token.id, add={endpoint.id: slots}, remove={})

    def edit(self, endpoint: Endpoint, **fields: object) -> None:
        edit_endpoint(self.desk, endpoint, replace(EndpointFields.of(endpoint), **fields))  # type: ignore[arg-type]  # as each test names them

    def edit_erp(self, value: str | None = None, **fields: object) -> None:
        edit_token(self.desk, self.erp, replace(TokenFields.of(self.erp), **fields), value)  # type: ignore[arg-type]  # as above

    def seen(self, *ids: str) -> None:
        """A request of each of these tokens was let in just now."""
        store = self.desk.store
        assert isinstance(store, TinyDBStore)
        log: RequestLog = store.requests
        log.record(let_in(self.clock(), id) for id in ids)

    def all_seen(self) -> None:
        self.seen(self._erp.id, self._shop.id)

    def wait(self, length: timedelta) -> None:
        self.clock.now += length

    def audit(self, policy: Policy | None = None) -> Audit:
        return audit(self.desk.reader(), self.desk.store.requests, policy or Policy(), self.clock.now)

    @property
    def findings(self) -> set[tuple[str, str]]:
        """Code and subject of each."""
        return {(finding.code.value, finding.subject) for finding in self.audit().findings}

    def one(self, code: Code) -> Finding:
        (finding,) = [finding for finding in self.audit().findings if finding.code is code]
        return finding


def expires_soon(world: World) -> None:
    world.edit_erp(expires_at=world.clock.now + 2 * DAY)


def expires(world: World) -> None:
    expires_soon(world)
    world.wait(3 * DAY)


def unmapped(world: World) -> None:
    assign(world.desk, world.erp.id, add={}, remove={world.orders.id: tuple(Slot)})
    world.map(world.desk.reader().token_by_name("shop"), world.orders, GET)
    add_token(world.desk, TokenFields(name="spare"))
    world.guarded("Third")
    world.map(world.desk.reader().token_by_name("spare"), world.desk.reader().endpoint_by_ref("g/third"), GET)


def disabled_long(world: World) -> None:
    set_enabled(world.desk, [world.erp.id], False)
    world.wait(91 * DAY)
    rotate(world.desk, [shop(world).id], None)


def shop(world: World) -> EndpointToken:
    return world.desk.reader().token_by_name("shop")


def nobody_calls(world: World) -> None:
    world.seen(shop(world).id)
    world.wait(31 * DAY)
    world.seen(shop(world).id)


def falls_silent(world: World) -> None:
    world.all_seen()
    nobody_calls(world)


def due(world: World) -> None:
    world.wait(90 * DAY)
    rotate(world.desk, [shop(world).id], None)


def everywhere(world: World) -> None:
    world.map(world.erp, world.stock, POST)


def in_grace(world: World) -> None:
    rotate(world.desk, [world.erp.id], world.clock.now + DAY)


def slot_off(world: World) -> None:
    world.map(world.erp, world.orders, POST)
    world.edit(world.orders, methods=(GET,))


def value_lost(world: World) -> None:
    with world.desk.change("lost a value") as change:
        change.put(replace(world.erp, secret=replace(world.erp.secret, lost="0123456789abcdef")))


def primary_lost(world: World) -> None:
    orders = world.orders
    lost = {POST: replace(orders.primaries[POST], lost="0123456789abcdef")}
    with world.desk.change("lost a primary") as change:
        change.put(replace(orders, primaries={**orders.primaries, **lost}))


Deed = Callable[[World], object]

#: Code → what brings it up, whom it is about, and what it says is to be done.
CASES: dict[Code, tuple[Deed, str, Deed]] = {
    Code.ENDPOINT_OPEN: (
        lambda world: world.edit(world.orders, authentication=Authentication.NONE),
        "g/orders",
        lambda world: world.edit(world.orders, authentication=Authentication.TOKEN),
    ),
    Code.PRIMARY_USED: (
        lambda world: world.seen(f"{world.orders.id}.POST"),
        "g/orders POST",
        lambda world: generate_primary(world.desk, world.orders.id, POST),
    ),
    Code.PRIMARY_LOST: (
        primary_lost,
        "g/orders POST",
        lambda world: generate_primary(world.desk, world.orders.id, POST),
    ),
    Code.VALUE_LOST: (value_lost, "erp", lambda world: rotate(world.desk, [world.erp.id], None)),
    Code.TOKEN_WEAK: (
        lambda world: world.edit_erp("hunter2"),
        "erp",
        lambda world: rotate(world.desk, [world.erp.id], None),
    ),
    Code.ENDPOINT_ANY_ADDRESS: (
        lambda world: world.edit(world.orders, allow_deleting=True),
        "g/orders",
        lambda world: world.edit(world.orders, ip_filter=("10.0.0.0/8",)),
    ),
    Code.TOKEN_EVERYWHERE: (
        everywhere,
        "erp",
        lambda world: assign(world.desk, world.erp.id, add={}, remove={world.stock.id: tuple(Slot)}),
    ),
    Code.TOKEN_EXPIRING: (
        expires_soon,
        "erp",
        lambda world: world.edit_erp(expires_at=world.clock.now + 90 * DAY),
    ),
    Code.TOKEN_NEVER_SEEN: (nobody_calls, "erp", lambda world: set_enabled(world.desk, [world.erp.id], False)),
    Code.TOKEN_ROTATION_DUE: (due, "erp", lambda world: rotate(world.desk, [world.erp.id], None)),
    Code.TOKEN_SILENT: (falls_silent, "erp", lambda world: set_enabled(world.desk, [world.erp.id], False)),
    Code.ENDPOINT_UNUSED: (
        lambda world: world.guarded("Third"),
        "g/third",
        lambda world: set_endpoints_active(world.desk, [world.desk.reader().endpoint_by_ref("g/third").id], False),
    ),
    Code.GRACE_OPEN: (in_grace, "erp", lambda world: retire(world.desk, [world.erp.id])),
    Code.MAPPING_DEAD: (
        slot_off,
        "erp → g/orders",
        lambda world: assign(world.desk, world.erp.id, add={}, remove={world.orders.id: (POST,)}),
    ),
    Code.TOKEN_DISABLED_LONG: (disabled_long, "erp", lambda world: set_active(world.desk, [world.erp.id], False)),
    Code.TOKEN_EXPIRED: (expires, "erp", lambda world: set_active(world.desk, [world.erp.id], False)),
    Code.TOKEN_UNASSIGNED: (unmapped, "erp", lambda world: set_active(world.desk, [world.erp.id], False)),
}
