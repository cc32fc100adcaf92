"""Reads our own JSON: what `export --format json` writes, or a list as `tokens list --json` prints it.

What an object does not have, the file does not say.
"""

import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from tokentui.domain.errors import ImportRefused
from tokentui.domain.fields import EndpointFields, TokenFields, checked_endpoint, checked_token
from tokentui.domain.names import check_description, name_key
from tokentui.domain.records import Acknowledgement
from tokentui.domain.slots import Authentication, Slot
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import AssignmentDraft, ListedEndpoint, Listing, TokenDraft, ValueDraft
from tokentui.exchange.opening import OURS, Opened
from tokentui.exchange.reading import Fields
from tokentui.exchange.wording import kind, one_line

#: The version of the document that is written and read.
VERSION = 1


def _authentication(fields: Fields, name: str) -> Authentication:
    found = fields.text(name)
    if found not in set(Authentication):
        raise fields.refused(f"its {name} is {one_line(found, 20)!r}, which is none of {', '.join(Authentication)}")
    return Authentication(found)


_Readers = Mapping[str, Callable[[Fields, str], Any]]
_ENDPOINT: _Readers = {
    "name": Fields.text,
    "path": Fields.text,
    "methods": Fields.slots,
    "authentication": _authentication,
    "ip_filter": Fields.texts,
    "allow_deleting": Fields.boolean,
    "active": Fields.boolean,
    "description": Fields.text,
    "created_at": Fields.moment,
}
_TOKEN: _Readers = {
    "description": Fields.text,
    "enabled": Fields.boolean,
    "active": Fields.boolean,
    "expires_at": Fields.moment_or_none,
    "created_at": Fields.moment,
    "rotated_at": Fields.moment_or_none,
    "disabled_at": Fields.moment_or_none,
}
_KINDS = ("endpoints", "tokens", "acknowledgements")
_KNOWN = {
    "": frozenset({"format", "version", *_KINDS}),
    "endpoints": frozenset({*_ENDPOINT, "id", "group", "slug", "primary"}),
    "tokens": frozenset({*_TOKEN, "id", "name", "assignments", "value", "value_generated_at", "previous"}),
    "assignments": frozenset({"endpoint", "slots", "created_at"}),
    "acknowledgements": frozenset(
        {"id", "code", "subject_id", "subject", "reason", "until", "by", "created_at"}
    ),
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def json_in(opened: Opened, watch: Watch) -> Listing:
    """What the file says; raises `ImportRefused` with the place and the reason."""
    reading = _Reading(opened.name, strict=not isinstance(opened.document, list))
    root = _root(opened)
    work = [(what, each) for what in _KINDS for each in root.list(what)]
    for done, (what, each) in enumerate(work):
        watch.reached(done / len(work))
        reading.take(what, each)
    watch.reached(1.0)
    return Listing(
        opened.name, tuple(reading.endpoints), tuple(reading.tokens), tuple(reading.acknowledgements)
    )  # fmt: skip


def _root(opened: Opened) -> Fields:
    document = opened.document
    if isinstance(document, list):
        endpoints = [each for each in document if isinstance(each, dict) and "slug" in each]
        tokens = [each for each in document if not (isinstance(each, dict) and "slug" in each)]
        return Fields({"endpoints": endpoints, "tokens": tokens}, opened.name)
    if not isinstance(document, dict) or document.get("format") != OURS:
        what = (
            f"it holds {kind(document)} without" if isinstance(document, dict) else f"it holds {kind(document)}, not"
        )
        raise ImportRefused(f'{opened.name}: {what} "format": "{OURS}"; is this the right file?')
    root = Fields(document, opened.name)
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        shown = one_line(str(version), 20) if isinstance(version, int | float | str) else kind(version)
        raise ImportRefused(f"{opened.name}: its version is {shown}, and {VERSION} can be read; export it again.")
    root.only(_KNOWN[""])
    return root


class _Reading:
    """What has been taken so far; no two have the same id or name."""

    def __init__(self, name: str, *, strict: bool) -> None:
        self.endpoints: list[ListedEndpoint] = []
        self.tokens: list[TokenDraft] = []
        self.acknowledgements: list[Acknowledgement] = []
        self._name = name
        #: Whether a field that is not known is a mistake; a list prints more than it takes.
        self._strict = strict
        self._seen: set[tuple[str, str]] = set()
        self._numbers = {what: count(1) for what in _KINDS}

    def take(self, what: str, value: object) -> None:
        fields = Fields(value, f"{self._name}: {what}, number {next(self._numbers[what])}")
        if self._strict:
            fields.only(_KNOWN[what])
        match what:
            case "endpoints":
                self.endpoints.append(self._endpoint(fields))
            case "tokens":
                self.tokens.append(self._token(fields))
            case _:
                self.acknowledgements.append(self._acknowledgement(fields))

    def _once(self, fields: Fields, what: str, key: str, shown: str) -> None:
        if (what, key) in self._seen:
            raise fields.refused(f"its {what} {one_line(shown, 60)} was there before")
        self._seen.add((what, key))

    def _id(self, fields: Fields) -> str:
        if not fields.has("id"):
            return ""
        id = fields.text("id")
        if not _ID.fullmatch(id):
            raise fields.refused("its id is no id: letters, digits and - only, at most 64")
        self._once(fields, "id", id, id)
        return id

    def _endpoint(self, fields: Fields) -> ListedEndpoint:
        id, said = self._id(fields), fields.some(_ENDPOINT)
        given = {name: value for name, value in said.items() if name != "created_at"}
        group, slug = fields.text("group"), fields.text("slug")
        wanted = EndpointFields(**{"name": slug, **given}, group=group, slug=slug)
        checked = fields.checked(lambda: checked_endpoint(wanted))
        self._once(fields, "group and slug", f"{checked.group}/{checked.slug}", f"{checked.group}/{checked.slug}")
        said |= {name: getattr(checked, name) for name in given}
        primaries = _primaries(fields) if fields.has("primary") else {}
        return ListedEndpoint(group=checked.group, slug=checked.slug, id=id, said=said, primaries=primaries)

    def _token(self, fields: Fields) -> TokenDraft:
        id, said = self._id(fields), fields.some(_TOKEN)
        wanted = TokenFields(name=fields.text("name"), description=said.get("description", ""))
        checked = fields.checked(lambda: checked_token(wanted))
        self._once(fields, "name", name_key(checked.name), checked.name)
        if "description" in said:
            said["description"] = checked.description
        previous = fields.within("previous") if fields.given("previous") else None
        if previous is not None:
            previous.only({"value", "generated_at", "until"})
            said["previous_until"] = previous.moment_or_none("until")
        return TokenDraft(
            name=checked.name,
            id=id,
            said=said,
            value=fields.value("value", "value_generated_at") if fields.given("value") else None,
            previous=previous.value("value", "generated_at") if previous else None,
            assignments=self._assignments(fields) if fields.has("assignments") else None,
        )

    def _assignments(self, fields: Fields) -> tuple[AssignmentDraft, ...]:
        found: dict[str, AssignmentDraft] = {}
        for each in fields.each("assignments"):
            if self._strict:
                each.only(_KNOWN["assignments"])
            endpoint = each.text("endpoint")
            if endpoint in found:
                raise each.refused(f"its endpoint {one_line(endpoint, 60)} was there before")
            slots = each.slots("slots")
            if not slots:
                raise each.refused("it has no slots")
            created_at = each.moment("created_at") if each.has("created_at") else None
            found[endpoint] = AssignmentDraft(endpoint, slots, created_at)
        return tuple(found.values())

    def _acknowledgement(self, fields: Fields) -> Acknowledgement:
        reason = fields.text("reason")
        return Acknowledgement(
            id=self._id(fields) or fields.text("id"),
            code=_line(fields, "code"),
            subject_id=_line(fields, "subject_id"),
            subject=_line(fields, "subject"),
            reason=fields.checked(lambda: check_description(reason)),
            until=fields.moment_or_none("until"),
            by=_line(fields, "by"),
            created_at=fields.moment("created_at"),
        )


def _line(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if "\n" in fields.checked(lambda: check_description(text)):
        raise fields.refused(f"its {name} has more than one line")
    return text


def _primaries(fields: Fields) -> dict[Slot, ValueDraft]:
    primary = fields.within("primary")
    primary.only(tuple(Slot))
    return {slot: _primary(primary, slot) for slot in Slot if primary.has(slot)}


def _primary(primary: Fields, slot: Slot) -> ValueDraft:
    """With the time that it was generated at, as exports have it, or alone, as lists do."""
    if primary.is_text(slot):
        return primary.value(slot, "generated_at")
    return primary.within(slot).value("value", "generated_at")
