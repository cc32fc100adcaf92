"""What a Kong configuration is, and what is refused; routes, guards and keys have tests of their own."""

from pathlib import Path

import pytest

from tests.exchange.kong_gateway import KEYS, Gateway, mappings, read, reasons, values
from tokentui.domain.errors import ImportRefused
from tokentui.domain.slots import METHODS, Authentication
from tokentui.exchange import kong_tokens

DATA = Path(__file__).parents[3] / "shared" / "data"


def test_a_file_that_others_wrote() -> None:
    if not DATA.is_dir():
        pytest.skip("the folder with files that others wrote is absent")
    found = read(DATA / "consumers.kong.yaml")
    (draft,) = found.api.drafts
    assert (draft.ref, draft.path, draft.slots, draft.authentication) == (
        "svc1/r1",
        "/r1/*",
        METHODS,
        Authentication.TOKEN,
    )
    assert values(found) == {"foo": "i-am-special", "bar": "i-am-not-so-special", "baz": "i-am-just-average"}
    assert mappings(found) == {name: {"svc1/r1": "POST,GET"} for name in ("foo", "bar", "baz")}
    assert reasons(found) == {}


class TestRefused:
    @pytest.mark.parametrize("version", ['"4.0"', "[]", "x", '"3.0.1"'])
    def test_another_version(self, tmp_path: Path, version: str) -> None:
        (tmp_path / "kong.yaml").write_text(f"_format_version: {version}")
        with pytest.raises(ImportRefused, match="it says _format_version"):
            read(tmp_path / "kong.yaml")

    @pytest.mark.parametrize("version", ["3.0", '"1.1"', '"2.1"', "3"])
    def test_never_for_a_version_that_kong_has(self, tmp_path: Path, version: str) -> None:
        (tmp_path / "kong.yaml").write_text(f"_format_version: {version}")
        assert read(tmp_path / "kong.yaml").tokens == ()

    def test_more_assignments_than_anybody_looks_through(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kong_tokens, "MAX_ASSIGNMENTS", 3)
        with pytest.raises(ImportRefused, match="more than 3 endpoints in all"):
            gateway.says(f"""
                services: [{{name: s, routes: [{{paths: [/a]}}, {{paths: [/b]}}]}}]
                plugins: [{{name: key-auth}}]
                consumers: [{KEYS}]
            """)

    @pytest.mark.parametrize("field", ["services", "routes", "plugins", "consumers", "consumer_groups", "acls"])
    @pytest.mark.parametrize("content", ["3", "{a: b}", "[3, [], null]"])
    def test_never_for_what_is_no_entity_which_is_told(self, gateway: Gateway, field: str, content: str) -> None:
        found = gateway.says(f"{field}: {content}")
        assert (found.api.drafts, found.tokens) == ((), ())
        assert all(each.startswith(field) for each in reasons(found))
        assert reasons(found)
