"""The base path under which an API's paths stand (OpenAPI 3.1 §4.8.5 Server Object, Swagger 2.0 `basePath`)."""

import re

#: The longest server URL that is looked at.
_LONGEST = 2000
#: RFC 3986 appendix B, as far as the path; it matches any text. A bare `localhost:8080/v1` is a host, not a scheme.
_URL = re.compile(r"(?:(?:[^:/?#]+:)?//[^/?#]*|[^:/?#]+:\d+(?=[/?#]|$)|[^:/?#{}]+:(?=/))?(?P<path>[^?#]*)")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def base_path(servers: object) -> str | None:
    """The path of the first server's URL, `/v1` or empty; None where that URL cannot be read.

    A relative URL counts from the root. A variable without a default stays, as a parameter of the path.
    """
    server = servers[0] if isinstance(servers, list) and servers else servers
    if not isinstance(server, dict):
        return None
    url = server.get("url")
    if not isinstance(url, str) or len(url) > _LONGEST:
        return None
    return normal_base(_VARIABLE.sub(lambda match: _default(server, match[1], match[0]), url))


def _default(server: dict[str, object], variable: str, otherwise: str) -> str:
    variables = server.get("variables")
    declared = variables.get(variable) if isinstance(variables, dict) else None
    default = declared.get("default") if isinstance(declared, dict) else None
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        return str(default)[:_LONGEST]
    return otherwise


def normal_base(url: str) -> str:
    """The path of a URL with a leading slash, no trailing one, and no empty or dot segments (RFC 3986 §5.2.4)."""
    match = _URL.match(url.strip())
    segments: list[str] = []
    for segment in match["path"].split("/") if match else ():
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)
