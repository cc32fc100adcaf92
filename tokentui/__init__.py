"""TokenTUI keeps the tokens that guard HTTP endpoints."""

__version__ = "0.1.0"
