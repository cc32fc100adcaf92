"""Configurations of reverse proxies that ask the verifier before they let a request through, and how it is run."""
