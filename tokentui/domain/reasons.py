"""Why a request is allowed or refused: each reason with its rule, what the caller is told, and what the admin is.

The rules are numbered as in DESIGN.md, "Who may call". `error` is the code of RFC 6750 §3.1, or empty.
"""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """The one word for a decision. Several reasons share a status and error: the caller cannot tell them apart."""

    rule: int
    status: int
    error: str
    sentence: str

    def __new__(cls, word: str, rule: int = 0, status: int = 403, error: str = "", sentence: str = "") -> Self:
        """A word with its answer, which every member gives; `sentence` is a format for `Decision.explanation`."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.rule, member.status, member.error, member.sentence = rule, status, error, sentence
        return member

    INTERNAL_ERROR = (
        "internal_error", 0, 403, "",
        "Something went wrong inside, and then every request is refused: {about}.",
    )  # fmt: skip
    UNTRUSTED_PROXY = (
        "untrusted_proxy", 0, 403, "",
        "The question came from {about}, which is no trusted proxy.",
    )  # fmt: skip
    BAD_QUESTION = (
        "bad_question", 0, 400, "invalid_request",
        "The proxy's question is refused as it stands: {about}.",
    )  # fmt: skip
    BAD_TARGET = (
        "bad_target", 1, 400, "",
        "The request target is refused as it stands: {about}.",
    )  # fmt: skip
    UNKNOWN_ENDPOINT = (
        "unknown_endpoint", 2, 403, "",
        "No active endpoint answers to the path {about}.",
    )  # fmt: skip
    METHOD_NOT_ALLOWED = (
        "method_not_allowed", 3, 403, "",
        "Endpoint {endpoint} has no slot for the method {about}; its slots are {slots}.",
    )  # fmt: skip
    IP_NOT_ALLOWED = (
        "ip_not_allowed", 4, 403, "",
        "The client address {about} is outside the IP filter of endpoint {endpoint} ({ip_filter}).",
    )  # fmt: skip
    FREE = (
        "free", 5, 200, "",
        "Endpoint {endpoint} is free: its authentication is none.",
    )  # fmt: skip
    NO_CREDENTIAL = (
        "no_credential", 6, 401, "",
        "Endpoint {endpoint} wants a token for {slot}, and the request {about}.",
    )  # fmt: skip
    INVALID_REQUEST = (
        "invalid_request", 6, 400, "invalid_request",
        "The request's credential for endpoint {endpoint} is refused as it stands: {about}.",
    )  # fmt: skip
    UNKNOWN_TOKEN = (
        "unknown_token", 7, 401, "invalid_token",
        "The token that was sent to endpoint {endpoint} is not in the store (fingerprint {about}).",
    )  # fmt: skip
    DISABLED_TOKEN = (
        "disabled_token", 7, 401, "invalid_token",
        "{token} is disabled, so endpoint {endpoint} refuses it.",
    )  # fmt: skip
    INACTIVE_TOKEN = (
        "inactive_token", 7, 401, "invalid_token",
        "{token} is inactive, so endpoint {endpoint} refuses it.",
    )  # fmt: skip
    EXPIRED_TOKEN = (
        "expired_token", 7, 401, "invalid_token",
        "{token} {about}, so endpoint {endpoint} refuses it.",
    )  # fmt: skip
    REPLACED_TOKEN = (
        "replaced_token", 7, 401, "invalid_token",
        "Endpoint {endpoint} was sent the value from before the last rotation. {token} {about}.",
    )  # fmt: skip
    PRIMARY_OFF = (
        "primary_off", 7, 401, "invalid_token",
        "{token} is kept and refused at endpoint {endpoint}: {about}.",
    )  # fmt: skip
    INSUFFICIENT_SCOPE = (
        "insufficient_scope", 8, 403, "insufficient_scope",
        "{token} may not use {slot} of endpoint {endpoint}: {about}.",
    )  # fmt: skip
    ALLOWED = (
        "allowed", 9, 200, "",
        "{token} may use {slot} of endpoint {endpoint}{about}.",
    )  # fmt: skip


#: What a question is refused for before it comes to the rules: it is not known then what was asked for.
BEFORE_THE_RULES = frozenset({Reason.UNTRUSTED_PROXY, Reason.BAD_QUESTION})
