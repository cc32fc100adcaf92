"""Keys of Kong's consumers as tokens."""

from collections.abc import Mapping

import pytest

from tests.exchange.kong_gateway import Gateway, reasons, values
from tokentui.exchange.drafts import KongConfiguration
from tokentui.exchange.kong_consumers import consumers
from tokentui.exchange.kong_entities import Route, Service, Told


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

    def test_are_shown_by_no_repr(self, gateway: Gateway) -> None:
        found = self.says(gateway, "[{username: foo, keyauth_credentials: [{key: s3cret}]}]")
        keys = {"username": "foo", "keyauth_credentials": [{"key": "s3cret"}], "plugins": [{"key": "s3cret"}]}
        seen = (found, consumers({"consumers": [keys]}, Told()), Route(dict(keys), Service(dict(keys))))
        assert all("s3cret" not in repr(each) for each in seen)
