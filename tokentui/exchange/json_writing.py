"""Writes a whole store as one JSON document, from which an empty store becomes the same again.

The order is settled, so that the same content has the same bytes. Without values there is nothing about them in it.
"""

from typing import Any

import orjson

from tokentui.domain.records import Acknowledgement, Endpoint, EndpointToken
from tokentui.exchange.inventory import Inventory, Values, instant
from tokentui.exchange.json_reading import VERSION
from tokentui.exchange.opening import OURS

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def json_export(inventory: Inventory, values: Values | None) -> bytes:
    """The document; with token values where `values` opens them, which raises `SealError`."""
    document = {
        "format": OURS,
        "version": VERSION,
        "endpoints": [_endpoint(each, values) for each in inventory.endpoints],
        "tokens": [_token(each, inventory, values) for each in inventory.tokens],
        "acknowledgements": [_acknowledgement(each) for each in inventory.acknowledgements],
    }
    return orjson.dumps(document, option=_OPTIONS)


def _endpoint(endpoint: Endpoint, values: Values | None) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": endpoint.id,
        "name": endpoint.name,
        "group": endpoint.group,
        "slug": endpoint.slug,
        "path": endpoint.path,
        "methods": endpoint.methods,
        "authentication": endpoint.authentication,
        "ip_filter": endpoint.ip_filter,
        "allow_deleting": endpoint.allow_deleting,
        "active": endpoint.active,
        "description": endpoint.description,
        "created_at": instant(endpoint.created_at),
    }
    if values is not None:
        shape["primary"] = {
            slot.value: {
                "value": values.primary(endpoint, slot),
                "generated_at": instant(endpoint.primaries[slot].generated_at),
            }
            for slot in sorted(endpoint.primaries)
        }
    return shape


def _token(token: EndpointToken, inventory: Inventory, values: Values | None) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": token.id,
        "name": token.name,
        "description": token.description,
        "enabled": token.enabled,
        "active": token.active,
        "expires_at": instant(token.expires_at),
        "created_at": instant(token.created_at),
        "rotated_at": instant(token.rotated_at),
        "disabled_at": instant(token.disabled_at),
        "assignments": [
            {"endpoint": ref, "slots": each.slots, "created_at": instant(each.created_at)}
            for ref, each in inventory.assigned(token)
        ],
    }
    return shape if values is None else {**shape, **_values(token, values)}


def _values(token: EndpointToken, values: Values) -> dict[str, Any]:
    previous = None
    if token.previous is not None:
        previous = {
            "value": values.before(token),
            "generated_at": instant(token.previous.generated_at),
            "until": instant(token.previous_until),
        }
    return {
        "value": values.of(token),
        "value_generated_at": instant(token.secret.generated_at),
        "previous": previous,
    }


def _acknowledgement(acknowledgement: Acknowledgement) -> dict[str, Any]:
    return {
        "id": acknowledgement.id,
        "code": acknowledgement.code,
        "subject_id": acknowledgement.subject_id,
        "subject": acknowledgement.subject,
        "reason": acknowledgement.reason,
        "until": instant(acknowledgement.until),
        "by": acknowledgement.by,
        "created_at": instant(acknowledgement.created_at),
    }
