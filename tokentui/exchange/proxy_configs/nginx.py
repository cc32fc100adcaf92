"""nginx: `auth_request` asks the verifier; maps take the token out of the query, which nginx has no command for."""

from tokentui.exchange.proxy_configs.places import Place, Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY, NAME, filled, head, whole


def nginx(setting: Setting) -> str:
    """A file for `http { }`, such as /etc/nginx/conf.d/tokentui.conf."""
    listen = setting.listen
    text = filled(
        _TEXT,
        verifier=_server(setting.verifier),
        backend=_server(setting.backend),
        listen=str(listen.port) if listen.host == "*" else listen.authority,
        name=NAME,
        variables="\n".join(
            f"        auth_request_set {_variable(name)} $upstream_http_{_low(name)};" for name in IDENTITY
        ),
        identity="\n".join(f"        proxy_set_header {name} {_variable(name)};" for name in IDENTITY),
    )
    return whole(head(_HEAD, setting.guarded), text)


def _server(place: Place) -> str:
    return f"unix:{place.socket}" if place.socket else place.authority


def _low(name: str) -> str:
    return name.lower().replace("-", "_")


def _variable(name: str) -> str:
    return f"$tokentui_{_low(name)}"


_HEAD = """\
Written by TokenTUI for nginx, which asks the verifier (tokentui serve) before it lets a request through.
Include it in http { }: as /etc/nginx/conf.d/tokentui.conf on Debian. It needs nginx 1.13 with auth_request.

Where the verifier does not answer, nobody is let in: nginx says 500 then."""

_TEXT = """\
upstream tokentui_verifier {
    server @VERIFIER@;
    keepalive 32;
}

upstream tokentui_backend {
    server @BACKEND@;
    keepalive 32;
}

# The target without the parameter access_token, however its name is spelled; all else as it came.
map $request_uri $tokentui_target {
    default $request_uri;
    "~^(?<tokentui_a>[^?]*)[?]@NAME@(?:=[^&]*)?$" $tokentui_a;
    "~^(?<tokentui_b>[^?]*[?])@NAME@(?:=[^&]*)?&(?<tokentui_c>.*)$" $tokentui_b$tokentui_c;
    "~^(?<tokentui_d>[^?]*[?].*)&@NAME@(?:=[^&]*)?(?<tokentui_e>(?:&.*)?)$" $tokentui_d$tokentui_e;
}
# Where there is one more, the request is malformed (RFC 6750 section 3.1).
map $tokentui_target $tokentui_repeated {
    default "";
    "~^[^?]*[?](?:.*&)?@NAME@(?:[=&]|$)" 1;
}
# What is logged: the target without any token. Logs are read by many (RFC 6750 section 5.3).
map $tokentui_target $tokentui_logged {
    default $tokentui_target;
    "~^(?<tokentui_f>[^?]*)[?](?:.*&)?@NAME@(?:[=&]|$)" $tokentui_f;
}
log_format tokentui '$remote_addr - $remote_user [$time_local] "$request_method $tokentui_logged $server_protocol" '
                    '$status $body_bytes_sent "-" "$http_user_agent"';
# A target that names a host as well ("absolute form") is for proxies of another kind.
map $request $tokentui_absolute {
    default 1;
    "~^[^ ]+ /" "";
}
# nginx passes the verifier's challenge on with 401 by itself, with 403 it does not. Of what may pass there is none.
map "$tokentui_repeated $status" $tokentui_challenge {
    default "";
    "1 400" 'Bearer error="invalid_request"';
    " 403" $tokentui_authenticate;
}
map $tokentui_repeated $tokentui_cache {
    default $tokentui_cache_control;
    1 no-store;
}

server {
    # Tokens are secrets: let only TLS reach the network, here (listen ... ssl) or in front of it.
    listen @LISTEN@;
    # nginx's own format would log the query as it came, and where the client comes from, which may hold a token too.
    access_log /var/log/nginx/access.log tokentui;
    # Headers with _ are dropped, since a backend may take them for those with -.
    underscores_in_headers off;
    ignore_invalid_headers on;

    if ($tokentui_absolute) { return 400; }
    if ($tokentui_repeated) { return 400; }

    # Where a location has add_header lines of its own, it needs these as well.
    add_header WWW-Authenticate $tokentui_challenge always;
    add_header Cache-Control $tokentui_cache always;

    location / {
        auth_request /_tokentui;
        auth_request_set $tokentui_authenticate $upstream_http_www_authenticate;
        auth_request_set $tokentui_cache_control $upstream_http_cache_control;
@VARIABLES@

        # The target stands in a variable, so nginx sends it as it is, and not as it would write it.
        proxy_pass http://tokentui_backend$tokentui_target;
        proxy_http_version 1.1;
        # No upgrade (WebSocket, h2c): nobody is asked about what follows one.
        proxy_set_header Connection "";
        proxy_set_header Proxy-Connection "";
        proxy_set_header Upgrade "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        # The backend learns who it was, and never with which token. What the client sent under these names is gone.
        proxy_set_header Authorization "";
@IDENTITY@
    }

    location = /_tokentui {
        internal;
        proxy_pass http://tokentui_verifier/verify/nginx;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Nothing of the client's but what is named here.
        proxy_pass_request_body off;
        proxy_pass_request_headers off;
        proxy_set_header Content-Length "";
        proxy_set_header Authorization $http_authorization;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URI $request_uri;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_connect_timeout 2s;
        proxy_read_timeout 5s;
    }
}
"""
