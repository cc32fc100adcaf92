"""Kong configurations that a test writes inline and reads at once, and what they say in few words."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import EndpointDraft, KongConfiguration
from tokentui.exchange.kong import kong_in
from tokentui.exchange.opening import open_file

NOBODY_LOOKS = Watch("kong.yaml", lambda _share: None, lambda: False)
#: Two consumers with a key each.
KEYS = (
    "{username: foo, keyauth_credentials: [{key: foo-key}]}, {username: bar, keyauth_credentials: [{key: bar-key}]}"
)


def read(file: Path, environ: Mapping[str, str] | None = None) -> KongConfiguration:
    return kong_in(open_file(file, NOBODY_LOOKS), NOBODY_LOOKS, environ)


class Gateway:
    """Configurations that a test writes inline."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "kong.yaml"

    def says(self, text: str, environ: Mapping[str, str] | None = None) -> KongConfiguration:
        self._file.write_text('_format_version: "3.0"\n' + dedent(text), encoding="utf-8")
        return read(self._file, environ)

    def routes(self, text: str, more: str = "") -> tuple[EndpointDraft, ...]:
        """The endpoints of a service `shop` with these routes."""
        return self.says(f"services: [{{name: shop, routes: [{text}]}}]\n{dedent(more)}").api.drafts


def mappings(found: KongConfiguration) -> dict[str, dict[str, str]]:
    """Token → endpoint → slots."""
    return {
        token.name: {each.endpoint: ",".join(each.slots or ()) for each in token.assignments or ()}
        for token in found.tokens
    }


def values(found: KongConfiguration) -> dict[str, str]:
    return {token.name: token.value.value for token in found.tokens if token.value}


def reasons(found: KongConfiguration) -> dict[str, str]:
    told = (*found.api.skipped, *found.skipped_tokens, *found.skipped_assignments)
    return {each.subject: each.reason for each in told}
