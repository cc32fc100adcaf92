"""Envoy: the filter ext_authz asks the verifier over HTTP, and a Lua filter takes the token out of the query."""

from textwrap import indent

from tokentui.exchange.proxy_configs.places import Place, Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY, LUA_WITHOUT_TOKEN, filled, head, mistakable, whole


def envoy(setting: Setting) -> str:
    """A static configuration."""
    listen, low = setting.listen, [name.lower() for name in IDENTITY]
    foreign = [spelling for name in low for spelling in (name, *mistakable(name))]
    text = filled(
        _TEXT,
        manager=_MANAGER,
        address=_address(Place("0.0.0.0" if listen.host == "*" else listen.host, listen.port)),
        verifier=_address(setting.verifier),
        verifier_type="STATIC" if setting.verifier.socket else "STRICT_DNS",
        backend=_address(setting.backend),
        remove="\n".join(f'                            headers:remove("{name}")' for name in foreign),
        identity="\n".join(f"                              - exact: {name}" for name in low),
        without_token=indent(LUA_WITHOUT_TOKEN, " " * 26),
    )
    return whole(head(_HEAD, setting.guarded), text)


#: Too long for a line of ours.
_FILTERS = "type.googleapis.com/envoy.extensions.filters"
_MANAGER = f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager"


def _address(place: Place) -> str:
    if place.socket:
        return f"pipe: {{ path: {place.socket} }}"
    return f'socket_address: {{ address: "{place.bare_host}", port_value: {place.port} }}'


_HEAD = """\
Written by TokenTUI for Envoy, which asks the verifier (tokentui serve) before it lets a request through.
This is a configuration as a whole: envoy -c FILE. It needs Envoy 1.28 with the Lua
filter: before that, Envoy asks with its own address in the place of the client's.

Where the verifier does not answer, nobody is let in: Envoy says 503 then."""

_TEXT = """\
static_resources:
  listeners:
    - name: tokentui
      # Tokens are secrets: let only TLS reach the network, here (transport_socket) or in front of it.
      address: { @ADDRESS@ }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": @MANAGER@
                stat_prefix: tokentui
                # The verifier and the backend see the path as it came; the verifier refuses the odd ones.
                normalize_path: false
                merge_slashes: false
                path_with_escaped_slashes_action: KEEP_UNCHANGED
                # X-Forwarded-For ends with the address that Envoy sees.
                use_remote_address: true
                common_http_protocol_options:
                  # A backend may take them for those with -.
                  headers_with_underscores_action: DROP_HEADER
                http_protocol_options:
                  # A target that names a host as well is for proxies of another kind.
                  allow_absolute_url: false
                route_config:
                  virtual_hosts:
                    - name: tokentui
                      domains: ["*"]
                      routes:
                        - match: { prefix: "/" }
                          route: { cluster: tokentui_backend }
                          # The backend learns who it was, and never with which token.
                          request_headers_to_remove: [authorization]
                http_filters:
                  # What the client says under these names is not for the verifier or the backend.
                  - name: tokentui.foreign
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      default_source_code:
                        inline_string: |
                          function envoy_on_request(handle)
                            local headers = handle:headers()
                            -- Its last entry is who connects. With a proxy in front of Envoy that is the front: leave
                            -- these two lines out, and name it to tokentui serve: with --trusted-proxy FRONT
                            -- --trusted-proxy 127.0.0.0/8 --trusted-proxy ::1 it then reads the chain from the right.
                            local chain = headers:get("x-forwarded-for") or ""
                            headers:replace("x-forwarded-for", chain:match("([^,%s]*)%s*$"))
@REMOVE@
                          end
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      failure_mode_allow: false
                      status_on_error: { code: ServiceUnavailable }
                      # Besides method, path and Authorization, which are sent without being named.
                      allowed_headers:
                        patterns:
                          - exact: authorization
                          - exact: x-forwarded-for
                      http_service:
                        path_prefix: /verify/envoy
                        server_uri:
                          uri: http://tokentui_verifier
                          cluster: tokentui_verifier
                          timeout: 5s
                        authorization_response:
                          # These replace what the client sent.
                          allowed_upstream_headers:
                            patterns:
@IDENTITY@
                          # WWW-Authenticate is passed on without being named.
                          allowed_client_headers:
                            patterns:
                              - exact: www-authenticate
                              - exact: cache-control
                  - name: tokentui.query
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      default_source_code:
                        inline_string: |
@WITHOUT_TOKEN@
                          function envoy_on_request(handle)
                            local headers = handle:headers()
                            headers:replace(":path", without_token(headers:get(":path")))
                          end
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router

  clusters:
    - name: tokentui_verifier
      type: @VERIFIER_TYPE@
      connect_timeout: 2s
      load_assignment:
        cluster_name: tokentui_verifier
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { @VERIFIER@ } }
    - name: tokentui_backend
      type: STRICT_DNS
      connect_timeout: 5s
      load_assignment:
        cluster_name: tokentui_backend
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { @BACKEND@ } }
"""
