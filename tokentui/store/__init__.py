"""Where endpoints and tokens are kept: the Store protocol, TinyDB behind it, and sealing."""
