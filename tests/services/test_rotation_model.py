"""At every instant exactly the values that should work do, whatever was done before: a model against the services."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.conftest import BEGINNING, MASTER_KEY
from tokentui.domain.decision import Guard, Reason, Request
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.rotating import retire, rotate
from tokentui.services.tokens import add_token, edit_token, new_value, reveal_token, set_active, set_enabled
from tokentui.services.undo import undo_last
from tokentui.store.memory import MemoryStore
from tokentui.store.vault import KeyVault

HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
TOKENS = range(2)


@dataclass(frozen=True)
class Model:
    """One token, as its admin thinks of it: which values there are, and until when each is good."""

    value: str
    old: str | None = None
    old_until: datetime | None = None
    enabled: bool = True
    active: bool = True
    expires_at: datetime | None = None

    def good(self, now: datetime) -> set[str]:
        """The values that work now."""
        if not (self.enabled and self.active) or (self.expires_at is not None and self.expires_at <= now):
            return set()
        in_grace = self.old is not None and self.old_until is not None and now < self.old_until
        return {self.value, self.old} if in_grace and self.old is not None else {self.value}


SOME = st.sets(st.sampled_from(TOKENS), min_size=1)
ONE = st.sampled_from(TOKENS)
SPANS = st.sampled_from([HOUR, 24 * HOUR])


class Rotation(RuleBasedStateMachine):
    """Deeds in any order, each done by the services and told to the model; after each the guard is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGINNING
        self.desk = Desk(
            MemoryStore(), KeyVault(lambda: MASTER_KEY), clock=lambda: self.now, random=Random(1).randbytes
        )
        endpoint = add_endpoint(self.desk, EndpointFields(name="A", group="g", authentication=Authentication.TOKEN))
        self.path = endpoint.path
        self.ids = [add_token(self.desk, TokenFields(name=f"app-{number}")).id for number in TOKENS]
        for id in self.ids:
            assign(self.desk, id, add={endpoint.id: (Slot.GET,)}, remove={})
        self.desk.history.clear()
        self.models = [Model(reveal_token(self.desk, token)) for token in self.tokens]
        self.past: list[list[Model]] = []
        #: Every value that ever was.
        self.values = {model.value for model in self.models}

    @property
    def tokens(self) -> list[EndpointToken]:
        reader = self.desk.reader()
        return [reader.token(id) for id in self.ids]

    def become(self, which: set[int], change: Callable[[int, Model], Model]) -> None:
        """The model after a deed on some tokens; where the deed changed nothing, there is nothing to undo."""
        before = self.models
        self.models = [change(number, model) if number in which else model for number, model in enumerate(before)]
        if len(self.desk.history) > len(self.past):
            self.past.append(before)
        assert len(self.past) == len(self.desk.history)
        self.values |= {model.value for model in self.models}

    def ids_of(self, which: set[int]) -> list[str]:
        return [self.ids[number] for number in sorted(which)]

    # ------------------------------------------------------------------ deeds

    @rule(which=SOME, grace=st.none() | SPANS)
    def rotate(self, which: set[int], grace: timedelta | None) -> None:
        until = None if grace is None else self.now + grace
        rotate(self.desk, self.ids_of(which), until)
        fresh = [reveal_token(self.desk, token) for token in self.tokens]

        def rotated(number: int, model: Model) -> Model:
            ends = [end for end in (until, model.expires_at) if end is not None]
            end = min(ends) if until is not None else None
            return replace(model, value=fresh[number], old=model.value, old_until=end)

        self.become(which, rotated)

    @rule(which=SOME)
    def retire(self, which: set[int]) -> None:
        retire(self.desk, self.ids_of(which))
        self.become(which, lambda _, model: replace(model, old_until=_earlier(model.old_until, self.now)))

    @rule(which=SOME, on=st.booleans())
    def enable_or_disable(self, which: set[int], on: bool) -> None:
        set_enabled(self.desk, self.ids_of(which), on)
        self.become(which, lambda _, model: replace(model, enabled=on))

    @rule(which=SOME, on=st.booleans())
    def activate_or_deactivate(self, which: set[int], on: bool) -> None:
        set_active(self.desk, self.ids_of(which), on)
        self.become(which, lambda _, model: replace(model, active=on))

    @rule(number=ONE, span=st.none() | SPANS)
    def expire(self, number: int, span: timedelta | None) -> None:
        end = None if span is None else self.now + span
        self.edit(number, replace(TokenFields.of(self.tokens[number]), expires_at=end), None)
        self.become({number}, lambda _, model: replace(model, expires_at=end))

    @rule(number=ONE)
    def give_another_value(self, number: int) -> None:
        value = new_value(self.desk)
        self.edit(number, TokenFields.of(self.tokens[number]), value)
        self.become({number}, lambda _, model: replace(model, value=value, old=model.value, old_until=None))

    def edit(self, number: int, fields: TokenFields, value: str | None) -> None:
        edit_token(self.desk, self.tokens[number], fields, value)

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        undo_last(self.desk)
        self.models = self.past.pop()

    # ------------------------------------------------------------------ time

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule(short_of=st.sampled_from([INSTANT, timedelta()]))
    def the_next_end_comes(self, short_of: timedelta) -> None:
        self.now = max(self.now, min(self.ends(), default=self.now) - short_of)

    def ends(self) -> list[datetime]:
        """The instants to come at which something ends."""
        known = [end for model in self.models for end in (model.old_until, model.expires_at)]
        return sorted(end for end in known if end is not None and end > self.now)

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def exactly_the_values_that_should_work_do(self) -> None:
        reader, desk = self.desk.reader(), self.desk
        guard = Guard(reader.iter_endpoints(), reader.iter_tokens(), reader.iter_assignments(), desk.vault.digest)
        for now in (self.now, *(end + step for end in self.ends() for step in (-INSTANT, timedelta()))):
            good = {value for model in self.models for value in model.good(now)}
            assert {value for value in self.values if self.lets_in(guard, value, now)} == good

    def lets_in(self, guard: Guard, value: str, now: datetime) -> bool:
        decision = guard.decide(Request("GET", self.path, (f"Bearer {value}",), "192.0.2.1"), now)
        assert decision.allowed == (decision.reason is Reason.ALLOWED)
        assert decision.status in (200, 401)
        return decision.allowed


def _earlier(end: datetime | None, now: datetime) -> datetime | None:
    return None if end is None else min(end, now)


@pytest.mark.timeout(600)  # to find the shortest way to a fault takes minutes
@pytest.mark.parametrize("examples", [120, pytest.param(2_000, marks=pytest.mark.slow)], ids=["few", "many"])
def test_at_every_instant_exactly_the_values_that_should_work_do(examples: int) -> None:
    limits = settings(max_examples=examples, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(Rotation, settings=limits)
