"""Routes of a Kong configuration as endpoints."""

import pytest

from tests.exchange.kong_gateway import KEYS, Gateway, mappings, reasons
from tokentui.domain.slots import Slot

POST, GET, DELETE = Slot


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
