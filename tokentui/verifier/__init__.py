"""The verifier: the ASGI application that reverse proxies ask whether a request may pass."""
