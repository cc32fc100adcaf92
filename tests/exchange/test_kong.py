"""What a Kong configuration says: routes as endpoints, keys as tokens, and who may call what."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tokentui.domain.errors import ImportRefused
from tokentui.domain.slots import METHODS, Authentication, Slot
from tokentui.exchange import kong_tokens
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import EndpointDraft, KongConfiguration
from tokentui.exchange.kong import kong_in
from tokentui.exchange.opening import open_file

POST, GET, DELETE = Slot
NOBODY_LOOKS = Watch("kong.yaml", lambda _share: None, lambda: False)
DATA = Path(__file__).parents[3] / "shared" / "data"


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


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)


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


KEYS = (
    "{username: foo, keyauth_credentials: [{key: foo-key}]}, {username: bar, keyauth_credentials: [{key: bar-key}]}"
)


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


class TestRoutes:
    def test_group_and_slug_are_the_names_of_service_and_route(self, gateway: Gateway) -> None:
        (draft,) = gateway.says("services: [{name: My Shop, routes: [{name: All Pets, paths: [/pets]}]}]").api.drafts
        assert (draft.ref, draft.name, draft.path) == ("my-shop/all-pets", "All Pets", "/pets/*")

    def test_at_the_top_they_refer_to_their_service(self, gateway: Gateway) -> None:
        found = gateway.says("""
            services: [{name: shop, id: 1f}]
            routes:
            - {name: a, service: shop, paths: [/a]}
            - {name: b, service: {name: shop}, paths: [/b]}
            - {name: c, service: {id: 1f}, paths: [/c]}
            - {name: d, paths: [/d]}
            - {name: e, service: none, paths: [/e]}
        """)
        assert [draft.ref for draft in found.api.drafts] == ["shop/a", "shop/b", "shop/c", "kong/d"]
        assert reasons(found) == {"e": "There is no service none."}

    def test_without_a_name_they_are_called_after_their_path(self, gateway: Gateway) -> None:
        (draft,) = gateway.routes("{paths: [/pets]}")
        assert (draft.name, draft.ref) == ("/pets", "shop/pets")

    def test_several_paths_are_an_endpoint_each_with_numbered_slugs(self, gateway: Gateway) -> None:
        drafts = gateway.routes("{name: r, paths: [/a, /b]}, {name: r-2, paths: [/c]}")
        assert [(draft.ref, draft.name, draft.path) for draft in drafts] == [
            ("shop/r", "r /a/*", "/a/*"),
            ("shop/r-2", "r /b/*", "/b/*"),
            ("shop/r-2-2", "r-2", "/c/*"),
        ]

    @pytest.mark.parametrize(
        ("methods", "slots"),
        [
            ("", (POST, GET)),
            ("methods: [], ", (POST, GET)),
            ("methods: [GET], ", (GET,)),
            ("methods: [HEAD], ", (GET,)),
            ("methods: [PUT], ", (POST,)),
            ("methods: [PATCH, GET], ", (POST, GET)),
            ("methods: [DELETE], ", (DELETE,)),
            ("methods: [DELETE, POST, OPTIONS], ", (POST, DELETE)),
        ],
    )
    def test_methods_are_slots_and_delete_only_where_it_is_listed(
        self, gateway: Gateway, methods: str, slots: tuple[Slot, ...]
    ) -> None:
        (draft,) = gateway.routes(f"{{name: r, {methods}paths: [/r]}}")
        assert draft.slots == slots

    def test_with_one_path_and_other_methods_are_one_endpoint(self, gateway: Gateway) -> None:
        found = gateway.says(f"""
            services:
            - name: shop
              plugins: [{{name: key-auth}}]
              routes:
              - {{name: read, paths: [/a], methods: [GET]}}
              - name: write
                paths: [/a/]
                methods: [POST, DELETE]
                plugins: [{{name: acl, config: {{allow: [w]}}}}]
            consumers: [{KEYS}]
            acls: [{{consumer: foo, group: w}}]
        """)
        (draft,) = found.api.drafts
        assert (draft.ref, draft.slots) == ("shop/read", (POST, GET, DELETE))
        assert mappings(found) == {"foo": {"shop/read": "POST,GET,DELETE"}, "bar": {"shop/read": "GET"}}

    @pytest.mark.parametrize(
        ("later", "reason"),
        [
            ("{name: b, paths: [/a], hosts: [x], methods: [PUT]}", "It answers POST to the same requests as a,"),
            ("{name: b, paths: [/a]}", "It answers POST and GET to the same requests as a,"),
        ],
    )
    def test_that_another_has_taken_already_are_told(self, gateway: Gateway, later: str, reason: str) -> None:
        found = gateway.says(f"services: [{{name: s, routes: [{{name: a, paths: [/a]}}, {later}]}}]")
        assert [draft.ref for draft in found.api.drafts] == ["s/a"]
        assert reasons(found)["b"].startswith(reason)

    def test_with_one_path_and_another_guard_are_told(self, gateway: Gateway) -> None:
        found = gateway.says("""
            services:
            - name: s
              routes:
              - {name: a, paths: [/a], methods: [GET]}
              - {name: b, paths: [/a], methods: [POST], plugins: [{name: key-auth}]}
        """)
        assert [(draft.ref, draft.slots) for draft in found.api.drafts] == [("s/a", (GET,))]
        assert reasons(found)["b"] == "It has the path of a, which comes before it, and another authentication."

    @pytest.mark.parametrize(
        ("route", "reason"),
        [
            ("{name: r, hosts: [a.example]}", "It has no path"),
            ("{name: r, paths: [~/\\d+]}", "It is a regular expression"),
            ("{name: r, paths: [r1]}", "The path must start with /"),
            ("{name: r, paths: [/a//b]}", "No request could match the path"),
            ("{name: r, paths: [/r], methods: [OPTIONS, TRACE]}", "It answers to OPTIONS and TRACE only"),
            ("{name: r, paths: [/r], protocols: [grpc, grpcs]}", "It answers to grpc and grpcs, not to HTTP."),
            ("{name: r, expression: 'http.path == 1'}", "It is an expression"),
        ],
    )
    def test_that_no_endpoint_can_be_are_told(self, gateway: Gateway, route: str, reason: str) -> None:
        found = gateway.says(f"services: [{{name: s, routes: [{route}]}}]")
        assert found.api.drafts == ()
        assert reasons(found)["r"].startswith(reason)

    def test_of_a_service_that_is_disabled_are_told(self, gateway: Gateway) -> None:
        found = gateway.says("services: [{name: s, enabled: false, routes: [{name: r, paths: [/r]}]}]")
        assert (found.api.drafts, reasons(found)) == ((), {"r": "Its service is disabled in Kong."})

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ("hosts: [a.example]", "It is imported for all callers: hosts are not looked at here."),
            ("methods: [GET, TRACE]", "It is imported without TRACE, which no slot guards."),
        ],
    )
    def test_that_are_taken_in_part_are_told(self, gateway: Gateway, more: str, reason: str) -> None:
        found = gateway.says(f"services: [{{name: s, routes: [{{name: r, paths: [/r], {more}}}]}}]")
        assert len(found.api.drafts) == 1
        assert reasons(found) == {"r": reason}


class TestGuards:
    """A service `s` with a route `r`; plugins stand at all three places."""

    def says(self, gateway: Gateway, route: str = "", service: str = "", everywhere: str = "") -> KongConfiguration:
        return gateway.says(f"""
            services: [{{name: s, plugins: [{service}], routes: [{{name: r, paths: [/r], plugins: [{route}]}}]}}]
            plugins: [{everywhere}]
            consumers: [{KEYS}]
            acls: [{{consumer: {{username: foo}}, group: staff}}, {{consumer: bar, group: guests}}]
        """)

    KEY = "{name: key-auth}"
    ONLY_STAFF = "{name: acl, config: {allow: [staff]}}"
    ONLY_GUESTS = "{name: acl, config: {whitelist: [guests]}}"

    @pytest.mark.parametrize("place", ["route", "service", "everywhere"])
    def test_key_auth_anywhere_wants_tokens_and_every_consumer_is_mapped(self, gateway: Gateway, place: str) -> None:
        found = self.says(gateway, **{place: self.KEY})
        assert found.api.drafts[0].authentication is Authentication.TOKEN
        assert set(mappings(found)["foo"]) == set(mappings(found)["bar"]) == {"s/r"}

    @pytest.mark.parametrize("place", ["route: r", "service: s", "service: {name: s}", "route: r, service: s"])
    def test_a_plugin_at_the_top_may_refer_to_its_place(self, gateway: Gateway, place: str) -> None:
        found = self.says(gateway, everywhere=f"{{name: key-auth, {place}}}")
        assert found.api.drafts[0].authentication is Authentication.TOKEN

    def test_a_plugin_of_another_route_does_not_count(self, gateway: Gateway) -> None:
        found = self.says(gateway, everywhere="{name: key-auth, route: other}, {name: key-auth, service: other}")
        assert found.api.drafts[0].authentication is Authentication.NONE

    def test_without_key_auth_it_is_free_and_nobody_is_mapped(self, gateway: Gateway) -> None:
        found = self.says(gateway, route="{name: cors}")
        assert found.api.drafts[0].authentication is Authentication.NONE
        assert mappings(found) == {"foo": {}, "bar": {}}
        assert reasons(found) == {}

    def test_a_plugin_that_is_not_enabled_does_not_count(self, gateway: Gateway) -> None:
        off = "{name: acl, enabled: false, config: {allow: [staff]}}"
        assert set(mappings(self.says(gateway, route=off, everywhere=self.KEY))["bar"]) == {"s/r"}
        found = self.says(gateway, route="{name: key-auth, enabled: false}")
        assert found.api.drafts[0].authentication is Authentication.NONE

    def test_acl_maps_the_groups_that_it_allows(self, gateway: Gateway) -> None:
        assert mappings(self.says(gateway, self.KEY, self.ONLY_STAFF)) == {"foo": {"s/r": "POST,GET"}, "bar": {}}

    def test_the_most_specific_acl_counts(self, gateway: Gateway) -> None:
        found = self.says(gateway, self.ONLY_GUESTS, self.ONLY_STAFF, f"{self.KEY}, {self.ONLY_STAFF}")
        assert mappings(found) == {"foo": {}, "bar": {"s/r": "POST,GET"}}
        found = self.says(gateway, service=self.ONLY_GUESTS, everywhere=f"{self.KEY}, {self.ONLY_STAFF}")
        assert mappings(found) == {"foo": {}, "bar": {"s/r": "POST,GET"}}

    def test_who_is_in_a_denied_group_is_not_mapped_and_that_is_told(self, gateway: Gateway) -> None:
        found = self.says(gateway, self.KEY, "{name: acl, config: {deny: [guests]}}")
        assert mappings(found) == {"foo": {"s/r": "POST,GET"}, "bar": {}}
        assert reasons(found) == {"s/r": "Who is in guests, which acl denies, is not mapped."}

    @pytest.mark.parametrize("config", ["{}", "{allow: [3]}", "{allow: [3], deny: [x]}", "3"])
    def test_an_acl_that_cannot_be_read_maps_nobody(self, gateway: Gateway, config: str) -> None:
        assert mappings(self.says(gateway, self.KEY, f"{{name: acl, config: {config}}}")) == {"foo": {}, "bar": {}}

    def test_acl_may_count_consumer_groups(self, gateway: Gateway) -> None:
        found = gateway.says(f"""
            services: [{{name: s, routes: [{{name: r, paths: [/r]}}]}}]
            plugins: [{{name: key-auth}}, {{name: acl, config: {{allow: [gold], include_consumer_groups: true}}}}]
            consumers: [{KEYS}, {{username: baz, groups: [{{name: gold}}], keyauth_credentials: [{{key: baz-key}}]}}]
            consumer_groups: [{{name: gold, consumers: [{{username: foo}}]}}]
        """)
        assert mappings(found) == {"foo": {"s/r": "POST,GET"}, "bar": {}, "baz": {"s/r": "POST,GET"}}

    def test_plugins_may_share_a_config(self, gateway: Gateway) -> None:
        found = gateway.says(f"""
            _plugin_configs: {{staff: {{allow: [staff]}}}}
            services: [{{name: s, routes: [{{name: r, paths: [/r]}}]}}]
            plugins: [{{name: key-auth}}, {{name: acl, _config: staff}}]
            consumers: [{KEYS}]
            acls: [{{consumer: foo, group: staff}}]
        """)
        assert mappings(found) == {"foo": {"s/r": "POST,GET"}, "bar": {}}

    @pytest.mark.parametrize("plugin", ["jwt", "basic-auth", "openid-connect", "acl"])
    def test_what_is_guarded_in_another_way_is_never_free_here(self, gateway: Gateway, plugin: str) -> None:
        found = self.says(gateway, f"{{name: {plugin}}}")
        assert found.api.drafts[0].authentication is Authentication.TOKEN
        assert mappings(found) == {"foo": {}, "bar": {}}
        assert "none is mapped to it" in reasons(found)["r"]

    def test_what_kong_asks_for_besides_a_key_and_an_anonymous_consumer_are_told(self, gateway: Gateway) -> None:
        found = self.says(gateway, "{name: key-auth, config: {anonymous: guest}}", "{name: jwt}")
        told = [each.reason for each in found.api.skipped]
        assert told == [
            "Kong asks for jwt too; here a token is enough.",
            "Kong lets whoever brings no key in as guest; here a token is wanted.",
        ]

    def test_an_ip_restriction_is_the_ip_filter(self, gateway: Gateway) -> None:
        found = self.says(gateway, "{name: ip-restriction, config: {allow: [10.0.0.0/8, 192.0.2.7]}}")
        assert found.api.drafts[0].ip_filter == ("10.0.0.0/8", "192.0.2.7")
        found = self.says(gateway, "{name: ip-restriction, config: {deny: [10.0.0.0/8]}}")
        assert "ip-restriction denies are not taken over" in reasons(found)["r"]

    @pytest.mark.parametrize("allow", ["[nonsense]", "[3]"])
    def test_an_ip_restriction_that_cannot_be_read_opens_nothing(self, gateway: Gateway, allow: str) -> None:
        found = self.says(gateway, f"{{name: ip-restriction, config: {{allow: {allow}}}}}")
        assert found.api.drafts == ()
        assert set(reasons(found)) == {"r"}

    @pytest.mark.parametrize(
        "guarded",
        [
            r"paths: ['~/admin/\d+$']",
            r"paths: ['~/(admin|root)$']",
            "paths: ['~/a?dmin$']",
            "hosts: [admin.example]",
            "expression: x",
            "paths: [/], hosts: [admin.example]",
        ],
    )
    def test_a_free_endpoint_over_what_is_guarded_and_not_imported_is_closed(
        self, gateway: Gateway, guarded: str
    ) -> None:
        found = gateway.says(f"""
            services:
            - name: s
              routes:
              - {{name: site, paths: [/]}}
              - {{name: admin, {guarded}, plugins: [{{name: key-auth}}]}}
              - {{name: assets, paths: [/assets], methods: [GET]}}
        """)
        site, assets = found.api.drafts
        assert site.authentication is Authentication.TOKEN
        assert reasons(found)["site"].startswith(
            "It is free in Kong, and would let in here what Kong guards by admin"
        )
        shut = "hosts" in guarded or "expression" in guarded or "|" in guarded or "?" in guarded
        assert (assets.authentication is Authentication.TOKEN) is shut

    @pytest.mark.parametrize(
        "guarded",
        [
            r"{name: admin, paths: ['~/admin/\d+$']}",
            r"{name: admin, paths: ['~/admin/\d+$'], methods: [DELETE], plugins: [{name: key-auth}]}",
            "{name: admin, protocols: [grpc], plugins: [{name: key-auth}]}",
        ],
    )
    def test_a_free_endpoint_over_what_is_free_too_or_never_called_stays_free(
        self, gateway: Gateway, guarded: str
    ) -> None:
        (site,) = gateway.routes(f"{{name: site, paths: [/]}}, {guarded}")
        assert site.authentication is Authentication.NONE

    def test_the_prefix_itself_is_guarded_too_where_a_free_endpoint_lies_over_it(self, gateway: Gateway) -> None:
        found = gateway.says(f"""
            services:
            - name: s
              routes:
              - {{name: site, paths: [/], methods: [GET]}}
              - {{name: api, paths: [/api], methods: [GET, POST], plugins: [{{name: key-auth}}]}}
              - {{name: inner, paths: [/api/inner], plugins: [{{name: key-auth}}]}}
            consumers: [{KEYS}]
        """)
        assert [(draft.ref, draft.path, draft.authentication) for draft in found.api.drafts] == [
            ("s/site", "/*", Authentication.NONE),
            ("s/api", "/api/*", Authentication.TOKEN),
            ("s/inner", "/api/inner/*", Authentication.TOKEN),
            ("s/api-2", "/api", Authentication.TOKEN),
        ]
        assert mappings(found)["foo"] == {"s/api": "POST,GET", "s/inner": "POST,GET", "s/api-2": "POST,GET"}
        assert reasons(found) == {"api": "It is imported at /api too: site, which is free, would answer there."}

    def test_a_plugin_for_one_consumer_is_told(self, gateway: Gateway) -> None:
        found = self.says(gateway, self.KEY, everywhere="{name: ip-restriction, consumer: foo}")
        assert "for the consumer foo alone" in reasons(found)["plugin ip-restriction"]


class TestKeys:
    def says(self, gateway: Gateway, consumers: str, environ: Mapping[str, str] | None = None) -> KongConfiguration:
        return gateway.says(f"consumers: {consumers}", environ)

    def test_several_of_a_consumer_are_several_tokens(self, gateway: Gateway) -> None:
        found = self.says(
            gateway,
            """
            - {username: foo, keyauth_credentials: [{key: a}, {key: b}, {key: c}]}
            - {username: foo-2, keyauth_credentials: [{key: d}]}
            - {username: FOO, keyauth_credentials: [{key: e}]}
            - {custom_id: bar, keyauth_credentials: [{key: f}]}
            """,
        )
        assert values(found) == {"foo": "a", "foo-3": "b", "foo-4": "c", "foo-2": "d", "FOO-5": "e", "bar": "f"}

    def test_may_stand_at_the_top_and_in_consumer_groups(self, gateway: Gateway) -> None:
        found = gateway.says("""
            consumers: [{username: foo, id: 1f}]
            consumer_groups:
            - {name: gold, consumers: [{username: foo}, {username: bar, keyauth_credentials: [{key: b}]}]}
            keyauth_credentials: [{consumer: 1f, key: a}, {consumer: {username: foo}, key: c}, {consumer: no, key: d}]
        """)
        assert values(found) == {"foo": "a", "foo-2": "c", "bar": "b"}
        assert reasons(found) == {"keyauth_credentials": "There is no consumer no."}

    @pytest.mark.parametrize(
        ("consumer", "reason"),
        [
            ("{username: foo}", "It has no key."),
            ("{username: foo, basicauth_credentials: [{}], jwt_secrets: [{}]}", "Credentials of basic-auth and jwt"),
            ("{username: foo, hmacauth_credentials: [{}], keyauth_credentials: [{key: k}]}", "Credentials of hmac"),
            ("{username: foo, oauth2_credentials: [{}]}", "Credentials of oauth2 are not taken over, only keys are."),
            ("{username: foo, keyauth_credentials: [{}]}", "It has no key."),
            ("{username: foo, keyauth_credentials: [{key: 12}]}", "Its key is a number, where text belongs"),
            ("{username: foo, keyauth_credentials: [{key: ''}]}", "The token value is empty."),
            ("{username: foo, keyauth_credentials: [{key: s3 cret}]}", "The token value may hold only"),
            ("{username: foo, keyauth_credentials: [{key: k, ttl: 60}]}", "It has a lifetime (ttl)"),
            ("{username: foo, keyauth_credentials: [{key: k, ttl: 1e99, created_at: 1}]}", "The end of its lifetime"),
        ],
    )  # fmt: skip
    def test_that_no_token_can_be_are_told(self, gateway: Gateway, consumer: str, reason: str) -> None:
        found = self.says(gateway, f"[{consumer}]")
        assert reasons(found)["foo"].startswith(reason)
        assert "s3" not in reasons(found)["foo"]

    def test_that_two_have_are_the_firsts(self, gateway: Gateway) -> None:
        found = self.says(gateway, "[{username: a, keyauth_credentials: [{key: k}]}, "
                                   "{username: b, keyauth_credentials: [{key: k}]}]")  # fmt: skip
        assert values(found) == {"a": "k"}
        assert reasons(found) == {"b": "Its key is that of a; every token needs its own."}

    def test_with_a_lifetime_expire_with_it(self, gateway: Gateway) -> None:
        found = self.says(
            gateway, "[{username: a, keyauth_credentials: [{key: k, ttl: 60, created_at: 1700000000}]}]"
        )
        assert found.tokens[0].said["expires_at"].isoformat() == "2023-11-14T22:14:20+00:00"

    @pytest.mark.parametrize(
        "key", ["$KEY", "${KEY}", "'${{ env \"KEY\" }}'", "\"${{ env 'KEY' }}\"", "'{vault://env/key}'"]
    )
    def test_in_the_environment_are_taken_where_that_is_given(self, gateway: Gateway, key: str) -> None:
        consumers = f"\n- username: foo\n  keyauth_credentials:\n  - key: {key}"
        assert reasons(self.says(gateway, consumers)) == {
            "foo": "Its key is in the environment variable KEY; --env takes it from there."
        }
        assert reasons(self.says(gateway, consumers, {})) == {
            "foo": "Its key is in the environment variable KEY, which is not set."
        }
        assert values(self.says(gateway, consumers, {"KEY": "of-the-environment"})) == {"foo": "of-the-environment"}

    def test_in_the_environment_are_not_looked_into_once_more(self, gateway: Gateway) -> None:
        found = self.says(gateway, "[{username: foo, keyauth_credentials: [{key: $A}]}]", {"A": "$B", "B": "b"})
        assert found.tokens == ()

    @pytest.mark.parametrize("vault", ["{vault://hcv/secret/key}", "{vault://env/my-secret/field}", "{vault://env}"])
    def test_in_a_vault_that_cannot_be_asked_are_told(self, gateway: Gateway, vault: str) -> None:
        found = self.says(gateway, f"[{{username: foo, keyauth_credentials: [{{key: '{vault}'}}]}}]", {})
        assert "which cannot be asked here" in reasons(found)["foo"]


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
