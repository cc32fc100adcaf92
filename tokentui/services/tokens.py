"""What an admin does with endpoint tokens."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from tokentui.domain import values
from tokentui.domain.errors import NotFound, ValueLost
from tokentui.domain.fields import TokenFields, checked_token
from tokentui.domain.records import EndpointToken, Secret
from tokentui.services.desk import Desk
from tokentui.services.uniqueness import check_fresh, check_unique
from tokentui.store.sealed_places import VALUE as VALUE


def new_value(desk: Desk) -> str:
    """A new token value; it is kept nowhere until it is saved with a token."""
    return values.generate(desk.random)


def add_token(desk: Desk, fields: TokenFields, value: str | None = None) -> EndpointToken:
    """Add an endpoint token with a generated value, or with the one given.

    Raises `Invalid`, `Taken` (a name or value that another token has), `StoreError`, `SealError`.
    """
    fields = checked_token(fields)
    value = values.check_value(new_value(desk) if value is None else value)
    id = desk.new_id()
    token = EndpointToken(
        id=id,
        name=fields.name,
        description=fields.description,
        enabled=fields.enabled,
        disabled_at=None if fields.enabled else desk.clock(),
        expires_at=fields.expires_at,
        secret=desk.seal(value, id, VALUE),
        created_at=desk.clock(),
    )
    with desk.change(f"added {token.name}") as transaction:
        check_unique(transaction.reader, token)
        return transaction.put(token)


def edit_token(desk: Desk, token: EndpointToken, fields: TokenFields, value: str | None = None) -> EndpointToken:
    """Save the fields of `token`, and a new value where one is given, which replaces the old one at once.

    Where nothing is another, nothing is saved. Raises `Conflict` where somebody changed the token since `token` was
    read, else as `add_token`.
    """
    fields = checked_token(fields)
    named = replace(token, name=fields.name, description=fields.description, expires_at=fields.expires_at)
    edited = switched(desk, named, fields.enabled)
    if value is not None:
        edited = with_value(desk, edited, values.check_value(value), until=None)
    with desk.change(f"edited {token.name}") as transaction:
        check_fresh(transaction.reader.token(token.id).rev, token.rev, token.name)
        check_unique(transaction.reader, edited)
        return edited if edited == token else transaction.put(edited)


def with_value(desk: Desk, token: EndpointToken, value: str, *, until: datetime | None) -> EndpointToken:
    """The token with another value; the one it has is good until `until`, or for no longer at all."""
    return with_secret(token, desk.seal(value, token.id, VALUE), until=until)


def with_secret(token: EndpointToken, secret: Secret, *, until: datetime | None) -> EndpointToken:
    """As `with_value`, with a value that was sealed for this token's `VALUE` already.

    A value whose key is lost has no grace time: nobody can check it, and it must not come back with the key.
    """
    if token.secret.lost:
        return replace(token, secret=secret, rotated_at=secret.generated_at, previous=None, previous_until=None)
    return replace(token, secret=secret, rotated_at=secret.generated_at, previous=token.secret, previous_until=until)


def switched(desk: Desk, token: EndpointToken, enabled: bool) -> EndpointToken:
    """The token enabled or disabled; since when it is disabled is kept while it is."""
    if token.enabled is enabled:
        return token
    return replace(token, enabled=enabled, disabled_at=None if enabled else desk.clock())


def set_enabled(desk: Desk, token_ids: Iterable[str], enabled: bool) -> tuple[EndpointToken, ...]:
    """Enable or disable tokens, all or none; those that are so already stay untouched. Returns the changed ones."""
    verb = "enabled" if enabled else "disabled"
    return _change_each(desk, token_ids, verb, lambda token: switched(desk, token, enabled))


def set_active(desk: Desk, token_ids: Iterable[str], active: bool) -> tuple[EndpointToken, ...]:
    """Activate or deactivate tokens, all or none; assignments stay. Returns the changed ones."""
    verb = "activated" if active else "deactivated"
    return _change_each(desk, token_ids, verb, lambda token: replace(token, active=active))


def _change_each(
    desk: Desk, token_ids: Iterable[str], verb: str, change: Callable[[EndpointToken], EndpointToken]
) -> tuple[EndpointToken, ...]:
    """Change tokens, all or none, where that makes them others; returns the changed ones."""
    ids = tuple(dict.fromkeys(token_ids))
    tokens = [desk.reader().token(id) for id in ids]
    what = tokens[0].name if len(tokens) == 1 else f"{len(tokens)} tokens"
    changed = []
    with desk.change(f"{verb} {what}") as transaction:
        for id in ids:
            token = transaction.reader.token(id)
            after = change(token)
            if after != token:
                changed.append(transaction.put(after))
    return tuple(changed)


def reveal_token(desk: Desk, token: EndpointToken) -> str:
    """The token's value; raises `SealError`."""
    return _revealed(desk, token, token.secret)


def reveal_now(desk: Desk, token: EndpointToken) -> str:
    """The value that the token has by now, where `token` may be older; raises `NotFound`, `SealError`."""
    return reveal_token(desk, desk.reader().token(token.id))


def reveal_previous(desk: Desk, token: EndpointToken) -> str:
    """The value before the last rotation; raises `NotFound` where there is none, `SealError`."""
    if token.previous is None:
        raise NotFound(f"{token.name} has no value from before a rotation.")
    return _revealed(desk, token, token.previous)


def _revealed(desk: Desk, token: EndpointToken, secret: Secret) -> str:
    try:
        return desk.vault.reveal(secret, token.id, VALUE)
    except ValueLost as error:
        raise ValueLost(f"{token.name}: {error}") from None


def token_hint(desk: Desk, token: EndpointToken) -> str:
    """The last four characters of the token's value; raises `SealError`."""
    return desk.vault.hint(token.secret, token.id, VALUE)
