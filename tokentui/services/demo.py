"""Believable content for a look around: a wholesaler's API, its applications, and the mess that a few years make."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from tokentui.domain.actors import Note
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.demo_past import remember
from tokentui.services.desk import Desk
from tokentui.services.endpoints import build_endpoint
from tokentui.services.tokens import VALUE, new_value

_SLOTS = {"P": Slot.POST, "G": Slot.GET, "D": Slot.DELETE}
_KINDS = {"n": Authentication.NONE, "t": Authentication.TOKEN, "i": Authentication.INTERNAL}

# group/slug, name, slots, authentication, IP filter, days old
_ENDPOINTS = """
orders/purchase-orders   | Purchase orders           | PG  | t |                      | 410
orders/sales-orders      | Sales orders              | PGD | t | 10.20.0.0/16         | 398
orders/order-status      | Order status              | G   | t |                      | 220
orders/returns           | Returns                   | PG  | t |                      | 95
stock/goods-received     | Goods received            | P   | t | 10.20.4.0/24         | 610
stock/stock-levels       | Stock levels              | G   | t |                      | 610
stock/stocktaking        | Stocktaking               | PGD | i | 10.20.4.0/24         | 300
stock/warehouses         | Warehouses                | G   | n |                      | 610
invoicing/invoices       | Invoices                  | PG  | t | 10.20.0.0/16         | 530
invoicing/credit-notes   | Credit notes              | PG  | t |                      | 180
invoicing/payments       | Payments received         | P   | i | 192.0.2.10           | 175
catalogue/products       | Products                  | PGD | t |                      | 700
catalogue/price-lists    | Price lists               | G   | t |                      | 520
catalogue/pictures       | Product pictures          | PGD | t |                      | 130
catalogue/search         | Catalogue search          | G   | n |                      | 130
partners/customers       | Customers                 | PGD | t |                      | 640
partners/suppliers       | Suppliers                 | PG  | t |                      | 640
partners/addresses       | Delivery addresses        | PG  | t |                      | 260
reports/daily-turnover   | Daily turnover            | G   | i |                      | 60
reports/exports          | Exports                   | PG  | t | 10.20.0.0/16, 2001:db8:20::/48 | 45
"""

# name, description, days old, mappings: endpoint slots; what is off by now was switched off later
_TOKENS = """
erp-nightly            | Nightly batch of the ERP                 | 34  | orders/purchase-orders PG, stock/goods-received P, invoicing/invoices PG
shop-frontend          | Web shop, server side                    | 12  | orders/sales-orders PG, orders/order-status G, catalogue/products G, stock/stock-levels G
shop-mobile            | Mobile shop, back end for front ends     | 12  | orders/sales-orders PG, catalogue/products G, catalogue/pictures G
old-crm                | Replaced in spring; still on two jobs?   | 790 | orders/purchase-orders P, partners/customers PG
crm                    | Customer relations                       | 88  | partners/customers PG, partners/addresses PG, orders/order-status G
warehouse-scanner-1    | Hall 1                                   | 204 | stock/goods-received P, stock/stock-levels G
warehouse-scanner-2    | Hall 2                                   | 204 | stock/goods-received P, stock/stock-levels G
warehouse-scanner-3    | Hall 3, spare device                     | 204 | stock/goods-received P
label-printer          | Prints delivery labels                   | 310 | partners/addresses G, orders/sales-orders G
edi-gateway            | Orders of large customers, EDIFACT       | 51  | orders/purchase-orders PG, orders/sales-orders P, invoicing/invoices P
bank-import            | Reads the bank's statements              | 77  | invoicing/invoices G, invoicing/credit-notes G
bookkeeping            | External bookkeeper's program            | 140 | invoicing/invoices PG, invoicing/credit-notes PG
tax-adviser            | Yearly export                            | 400 | invoicing/invoices G, reports/exports G
price-robot            | Adjusts prices every hour                | 19  | catalogue/price-lists G, catalogue/products PG
pim-sync               | Product information management           | 66  | catalogue/products PGD, catalogue/pictures PGD
image-resizer          | Makes thumbnails                         | 66  | catalogue/pictures PG
search-indexer         | Feeds the search engine                  | 29  | catalogue/products G, catalogue/price-lists G, stock/stock-levels G
marketplace-north      | Sales channel                            | 45  | orders/sales-orders P, stock/stock-levels G, catalogue/products G
marketplace-south      | Sales channel                            | 45  | orders/sales-orders P, stock/stock-levels G, catalogue/products G
returns-portal         | Customers announce returns               | 92  | orders/returns PG, orders/order-status G
parcel-tracking        | Writes back delivery states              | 120 | orders/order-status G, orders/sales-orders P
supplier-portal        | Suppliers confirm dates                  | 230 | partners/suppliers PG, orders/purchase-orders G
newsletter             | Mail tool of marketing                   | 365 | partners/customers G
bi-dashboard           | Charts on the wall                       | 58  | reports/exports G, stock/stock-levels G, orders/order-status G
data-lake              | Copies everything, nightly               | 33  | orders/sales-orders G, orders/returns G, invoicing/invoices G, catalogue/products G
load-test              | Never in production                      | 280 | orders/sales-orders PG
monitoring             | Asks for stock levels each minute        | 510 | stock/stock-levels G
partner-acme           | Wholesale customer                       | 24  | orders/purchase-orders P, catalogue/price-lists G
partner-globex         | Wholesale customer                       | 84  | orders/purchase-orders P, catalogue/price-lists G
partner-initech        | Wholesale customer, contract ended       | 333 | orders/purchase-orders P, catalogue/price-lists G
pos-berlin             | Tills of the shop in Berlin              | 150 | orders/sales-orders PG, stock/stock-levels G
pos-brno               | Tills of the shop in Brno                | 150 | orders/sales-orders PG, stock/stock-levels G
pos-wien               | Closed last year                         | 720 | orders/sales-orders PG, stock/stock-levels G
legacy-fax             | Nobody knows                             | 1400| orders/purchase-orders P
chatbot                | Answers "where is my parcel"             | 8   | orders/order-status G
forecast               | Plans purchases                          | 41  | stock/stock-levels G, orders/purchase-orders G, orders/sales-orders G
intern-project         | Summer project                           | 155 |
migration-2024         | For the move to the new hall             | 610 |
new-portal             | Goes live next month                     | 2   |
test-jan               | Jan's machine                            | 97  |
"""


def fill(desk: Desk) -> None:
    """Put 20 endpoints and 40 tokens with their past into an empty store; the session begins with nothing to undo."""
    endpoints = {endpoint.ref: endpoint for endpoint in map(partial(_endpoint, desk), _rows(_ENDPOINTS))}
    with desk.store.change(
        Note(desk.clock() - timedelta(days=700), desk.actor, "filled the demo store")
    ) as transaction:
        for endpoint in endpoints.values():
            transaction.put(endpoint)
        for name, description, days, mappings in _rows(_TOKENS):
            token = _token(_aged(desk, days), name, description)
            transaction.put(token)
            for ref, slots in (mapping.split() for mapping in mappings.split(",") if mapping):
                transaction.put(_assignment(token, endpoints[ref], slots))
    remember(desk)


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _aged(desk: Desk, days: str) -> Desk:
    """The desk as it was some days, and some odd minutes, ago."""
    then = desk.clock() - timedelta(days=int(days), minutes=37 * int(days) % 1440)
    return replace(desk, clock=lambda: then)


def _endpoint(desk: Desk, row: list[str]) -> Endpoint:
    ref, name, slots, kind, ip_filter, days = row
    group, slug = ref.split("/")
    fields = EndpointFields(
        name=name,
        group=group,
        slug=slug,
        methods=tuple(_SLOTS[letter] for letter in slots if letter != "D"),
        authentication=_KINDS[kind],
        ip_filter=tuple(address.strip() for address in ip_filter.split(",") if address),
        allow_deleting="D" in slots,
    )
    return build_endpoint(_aged(desk, days), checked_endpoint(fields))


def _token(desk: Desk, name: str, description: str) -> EndpointToken:
    id = desk.new_id()
    return EndpointToken(
        id=id,
        name=name,
        description=description,
        secret=desk.seal(new_value(desk), id, VALUE),
        created_at=desk.clock(),
    )


def _assignment(token: EndpointToken, endpoint: Endpoint, slots: str) -> Assignment:
    return Assignment(
        token_id=token.id,
        endpoint_id=endpoint.id,
        slots=tuple(_SLOTS[letter] for letter in slots),
        created_at=token.created_at,
    )
