"""Who may call a route of Kong, and that nothing which Kong guards comes out free."""

import pytest

from tests.exchange.kong_gateway import KEYS, Gateway, mappings, reasons
from tokentui.domain.slots import Authentication
from tokentui.exchange.drafts import KongConfiguration


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
