"""Caddy: `forward_auth` asks the verifier, and `uri replace` takes the token out of the query.

`uri replace` works on the path as well, so a request whose path could hold what is replaced is refused.
"""

from textwrap import indent

from tokentui.exchange.proxy_configs.places import Place, Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY, NAME, filled, head, mistakable, whole


def caddy(setting: Setting) -> str:
    """A Caddyfile."""
    listen = setting.listen
    foreign = [spelling for name in IDENTITY for spelling in (name, *mistakable(name))]
    text = filled(
        _TEXT,
        verifier=_upstream(setting.verifier),
        backend=setting.backend.authority,
        port=str(listen.port),
        bind="" if listen.host == "*" else f"\n\tbind {listen.bare_host}\n",
        name=NAME,
        foreign="\n".join(f"\t\trequest_header -{name}" for name in foreign),
        errors=indent(_FILTERED, "\t"),
        log=indent(_FILTERED, "\t"),
        identity=" ".join(IDENTITY),
        refusal="\n".join(f"\t\t\theader_down -{name}" for name in IDENTITY),
        upstream="\n".join(f"\t\t\theader_up {name} {{http.request.header.{name}}}" for name in IDENTITY),
    )
    # Caddy fills in {$NAME} from the environment, in comments too.
    guarded = [line.replace("{$", "{ $") for line in setting.guarded]
    return whole(head(_HEAD, guarded), text)


def _upstream(place: Place) -> str:
    return f"unix/{place.socket}" if place.socket else place.authority


_HEAD = """\
Written by TokenTUI for Caddy, which asks the verifier (tokentui serve) before it lets a request through.
This is a Caddyfile as a whole; in one that is there already, a site gets the lines between its braces,
and the global options get those of the first braces.
It needs Caddy 2.6.

Where the verifier does not answer, nobody is let in: Caddy says 502 then."""

#: A log without the query and where the client comes from. Authorization is left out by Caddy itself.
_FILTERED = """\
log {
	format filter {
		wrap json
		fields {
			request>uri regexp [?].* ""
			request>headers>Referer delete
		}
	}
}"""

_TEXT = """\
{
	# Caddy's own errors are logged with the request: without its query, which may hold a token.
@ERRORS@
}

# Tokens are secrets: let only TLS reach the network. With a host name here (api.example.org), Caddy sees to that.
http://:@PORT@ {@BIND@
	# Logs are read by many (RFC 6750 section 5.3), so the query and what may quote it are left out of them.
@LOG@

	# The parameter access_token of the query with the & beside it, however its name is spelled.
	map {uri} {tokentui_found} {
		~^[^?]*[?](@NAME@(?:=[^&]*)?)$ "${1}"
		~^[^?]*[?](@NAME@(?:=[^&]*)?&) "${1}"
		~^[^?]*[?].*(&@NAME@(?:=[^&]*)?)(?:&.*)?$ "${1}"
		default ""
	}
	# Paths that would not outlive the replacing below as they are.
	map {uri} {tokentui_frail} {
		~^[^?]*@NAME@ yes
		~^[^?]*[]!'()*[] yes
		default ""
	}
	@tokentui_other expression `{http.request.orig_uri} != {http.request.uri}`
	@tokentui_given expression `{tokentui_found} != ""`
	@tokentui_frail expression `{tokentui_found} != "" && {tokentui_frail} != ""`

	route {
		# A target that Caddy would write in another way: it names a host, or holds what no target may hold. So
		# what came, what is asked about, and what the backend gets are one and the same.
		handle @tokentui_other {
			header Cache-Control no-store
			respond 400
		}

		# What the client says under these names is not for the backend, which may take _ or . for -.
@FOREIGN@
		# What Connection names goes away, perhaps at the next proxy. And no upgrade (WebSocket, h2c): nobody is asked
		# about what follows one.
		request_header -Connection
		request_header -Upgrade

		# Asks with X-Forwarded-Method, -Uri and -For, which Caddy sets whatever the client sent.
		forward_auth @VERIFIER@ {
			uri /verify/caddy
			copy_headers @IDENTITY@
			# A refusal has them too, and empty: they are for the backend alone.
@REFUSAL@
		}

		# The backend learns who it was, and never with which token. What takes it out of the query works on the
		# path too (before 2.8, Caddy has nothing else), so with a token in the query some paths are refused.
		handle @tokentui_frail {
			header Cache-Control no-store
			respond 400
		}
		uri @tokentui_given replace {tokentui_found} "" 1
		# Where there is one more, the request is malformed (RFC 6750 section 3.1).
		handle @tokentui_given {
			header WWW-Authenticate `Bearer error="invalid_request"`
			header Cache-Control no-store
			respond 400
		}
		request_header -Authorization

		reverse_proxy @BACKEND@ {
			# Once more, since a client may name them in its header Connection, and then they would go.
@UPSTREAM@
		}
	}
}
"""
