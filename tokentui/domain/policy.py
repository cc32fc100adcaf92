"""What an admin has decided about tokens in general: how long a value may live, and what the audit tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tokentui.domain.records import EndpointToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The thresholds, in whole days unless said otherwise; 0 switches a finding off."""

    #: A value older than this is due for rotation.
    rotate_after_days: int = 90
    #: A token that expires sooner than this is told.
    expiring_within_days: int = 14
    #: A token that was seen, and then not for so long.
    silent_after_days: int = 30
    #: A token that was never seen in so long.
    never_seen_after_days: int = 30
    #: A token that has been disabled for so long and is still on the active list.
    disabled_after_days: int = 90
    #: A token that may DELETE at this many endpoints or more.
    delete_endpoints: int = 5

    def due_before(self, now: datetime) -> datetime | None:
        """Values that were generated then or earlier are due for rotation; None where none ever is."""
        limit = timedelta(days=self.rotate_after_days)
        return now - limit if limit else None

    def rotation_due(self, token: EndpointToken, now: datetime) -> bool:
        """Whether the value is older than the policy lets it be; what is refused anyway is never due."""
        limit = self.due_before(now)
        return limit is not None and token.secret.generated_at <= limit and token.usable(now)

    def expires_soon(self, token: EndpointToken, now: datetime) -> bool:
        """Whether the token has not expired yet, and will have before long."""
        if token.expires_at is None or token.expired(now):
            return False
        return token.expires_at - now < timedelta(days=self.expiring_within_days)
