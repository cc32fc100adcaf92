"""What widgets that can show a token value have in common: they can be told to hide it at once."""


class Reveals:
    """A mixin for whatever may show a token value."""

    def conceal(self) -> None:
        """Take the value off the screen."""
        raise NotImplementedError
