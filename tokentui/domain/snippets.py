"""A token value in the forms that people paste: a header, a line of an `.env` file, a `curl` command."""

import shlex

from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Slot
from tokentui.domain.slug import slugify

#: Stands for the address of the API where the settings do not name it.
PLACEHOLDER = "https://HOST"

#: Characters of a path that `curl` takes for a pattern unless it is told not to.
_PATTERNS = frozenset("{}[]")


def header_line(value: str) -> str:
    """The request header that carries the value (RFC 6750 §2.1)."""
    return f"Authorization: Bearer {value}"


def variable_name(token_name: str) -> str:
    """The environment variable for a token's value: `erp-nightly` gives `ERP_NIGHTLY_TOKEN`."""
    name = slugify(f"{token_name} token").replace("-", "_").upper()  # so that a name without our letters is TOKEN
    while name.endswith("_TOKEN"):
        name = name.removesuffix("_TOKEN")
    return "TOKEN" if name == "TOKEN" else f"{'_' if name[0].isdigit() else ''}{name}_TOKEN"


def env_line(token_name: str, value: str) -> str:
    """A line of an `.env` file, which a shell can read too."""
    return f"{variable_name(token_name)}={shlex.quote(value)}"


def curl_line(base_url: str, endpoint: Endpoint, slot: Slot, value: str) -> str:
    """A `curl` command that calls one slot of an endpoint, quoted for a shell.

    An empty `base_url` becomes `PLACEHOLDER`. A path template is left as it is, for its parameters to be filled in.
    """
    words = ["curl"]
    if _PATTERNS & set(endpoint.path):
        words.append("--globoff")
    if slot is not Slot.GET:
        words += ["--request", slot.value]
    address = (base_url or PLACEHOLDER).rstrip("/") + endpoint.path
    return shlex.join([*words, "--header", header_line(value), address])
