"""Token values in the forms that people paste, for `tokentui tokens show --as`."""

from collections.abc import Iterable, Iterator

from tokentui.cli.compose import Office
from tokentui.cli.output import print_lines, talk
from tokentui.domain.records import EndpointToken
from tokentui.domain.snippets import PLACEHOLDER, curl_line, env_line, header_line
from tokentui.services.assigning import callable_slots
from tokentui.store.protocol import Reader


def print_snippets(office: Office, reader: Reader, tokens: Iterable[tuple[EndpointToken, str]], form: str) -> None:
    """A line for each token and value; of `curl` a line for each endpoint and slot that it is mapped to."""
    base_url = office.settings.base_url if form == "curl" else ""
    print_lines(line for token, value in tokens for line in _lines(reader, token, value, form, base_url))
    if form == "curl" and not base_url:
        talk(f"{PLACEHOLDER} stands for the API's address, which base_url in {office.settings_file} would name.")


def _lines(reader: Reader, token: EndpointToken, value: str, form: str, base_url: str) -> Iterator[str]:
    match form:
        case "header":
            yield header_line(value)
        case "env":
            yield env_line(token.name, value)
        case "curl":
            calls = callable_slots(reader, token.id)
            if not calls:
                talk(f"{token.name} is mapped to no endpoint.")
            yield from (curl_line(base_url, endpoint, slot, value) for endpoint, slot in calls)
        case _:
            yield value
