"""Traefik: ForwardAuth asks the verifier. It cannot take a token out of the query, so that a query holds none."""

from tokentui.domain.errors import Invalid
from tokentui.domain.target import ACCESS_TOKEN
from tokentui.exchange.proxy_configs.places import Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY, filled, head, mistakable, whole


def traefik(setting: Setting) -> str:
    """A file for the file provider. Raises `Invalid` for a verifier at a Unix socket."""
    if setting.verifier.socket:
        raise Invalid("verifier", "Traefik asks over HTTP alone: let tokentui serve listen at a port.")
    listen = setting.listen
    foreign = [*_HOP, *(spelling for name in IDENTITY for spelling in (name, *mistakable(name)))]
    text = filled(
        _TEXT,
        verifier=setting.verifier.url,
        backend=setting.backend.url,
        access_token=ACCESS_TOKEN,
        foreign="\n".join(f'          {name}: ""' for name in foreign),
        identity="\n".join(f"          - {name}" for name in IDENTITY),
    )
    entry = f":{listen.port}" if listen.host == "*" else listen.authority
    return whole(head(filled(_HEAD, entry=entry), setting.guarded), text)


#: What Connection names would go before the backend, identity or not; nobody is asked about what follows an upgrade.
_HOP = ("Connection", "Upgrade")

_HEAD = """\
Written by TokenTUI for Traefik 3, which asks the verifier (tokentui serve) before it lets a request through.
This is a file for the file provider, such as /etc/traefik/dynamic/tokentui.yaml. The static configuration has:

    entryPoints:
      tokentui:
        address: "@ENTRY@"
    providers:
      file:
        directory: /etc/traefik/dynamic

Traefik has no means to take a parameter out of a query, and a backend is never to see a token. So a request with
access_token in its query is refused here, with 400 and without asking: clients of Traefik send a token in the
header Authorization.

Traefik cleans a path (//, /./, /../) before it asks and passes on what it asked about; sanitizePath: false at the
entry point leaves such paths to the verifier, which refuses them.

An access log holds the query, which may hold a token (RFC 6750 section 5.3), unless the static configuration has:

    accessLog:
      fields:
        names:
          RequestPath: drop
          RequestLine: drop

Where the verifier does not answer, nobody is let in: Traefik says 500 then."""

_TEXT = """\
http:
  routers:
    tokentui-query:
      entryPoints: [tokentui]
      rule: "PathPrefix(`/`) && QueryRegexp(`@ACCESS_TOKEN@`, `.*`)"
      priority: 1000
      middlewares: [tokentui-refuse]
      service: tokentui-backend
    tokentui:
      entryPoints: [tokentui]
      rule: "PathPrefix(`/`)"
      priority: 1
      middlewares: [tokentui-foreign, tokentui-ask, tokentui-strip]
      service: tokentui-backend

  middlewares:
    # Nobody has this address.
    tokentui-refuse:
      ipAllowList:
        sourceRange: ["255.255.255.255/32"]
        rejectStatusCode: 400
    # What the client says under these names is not for the backend, which may take _ or . for -. What Connection
    # names would go away, the identity as well, and nobody is asked about what follows an upgrade (WebSocket, h2c).
    tokentui-foreign:
      headers:
        customRequestHeaders:
@FOREIGN@
    tokentui-ask:
      forwardAuth:
        address: "@VERIFIER@/verify/traefik"
        # X-Forwarded-Method, -Uri and -For are Traefik's own, whatever the client sent.
        trustForwardHeader: false
        authRequestHeaders:
          - Authorization
        authResponseHeaders:
@IDENTITY@
    # The backend learns who it was, and never with which token.
    tokentui-strip:
      headers:
        customRequestHeaders:
          Authorization: ""

  services:
    tokentui-backend:
      loadBalancer:
        servers:
          - url: "@BACKEND@"
"""
