"""HAProxy: a Lua action of ours asks the verifier, by the HTTP client that HAProxy has since 2.5."""

from tokentui.exchange.proxy_configs.places import Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY, LUA_WITHOUT_TOKEN, filled, head, whole


def haproxy(setting: Setting, script: str) -> str:
    """haproxy.cfg; `script` is the file of `haproxy_lua`."""
    listen = setting.listen
    text = filled(
        _TEXT,
        script=script,
        verifier=f"unix@{setting.verifier.socket}" if setting.verifier.socket else setting.verifier.url,
        backend=setting.backend.authority,
        listen=listen.authority,
        mistaken="\n".join(f"    http-request del-header '{_spelled(name)}' -m reg" for name in IDENTITY),
    )
    return whole(head(filled(_HEAD, script=script), setting.guarded), text)


def _spelled(name: str) -> str:
    """A regular expression for whatever a backend may take for this header: HAProxy has names in lower case."""
    return f"^{name.lower().replace('-', '[^a-z0-9]')}$"


def haproxy_lua() -> str:
    """The action `lua.tokentui`."""
    identity = ", ".join(f'"{name}"' for name in IDENTITY)
    return filled(_LUA, identity=identity, without_token=LUA_WITHOUT_TOKEN)


_HEAD = """\
Written by TokenTUI for HAProxy, which asks the verifier (tokentui serve) before it lets a request through.
This is /etc/haproxy/haproxy.cfg as a whole; in one that is there already, global and frontend get the lines below.
HAProxy cannot ask by itself. It needs version 2.5 or later with Lua, and a script:

    tokentui proxy haproxy --lua > @SCRIPT@

Where the verifier does not answer, or the script fails, nobody is let in: HAProxy says 503 then, after three tries in
as many seconds."""

_TEXT = """\
global
    # Read by the script.
    setenv TOKENTUI_VERIFIER @VERIFIER@
    lua-load-per-thread @SCRIPT@

defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout http-request 10s

frontend tokentui
    # Tokens are secrets: let only TLS reach the network, here (bind ... ssl) or in front of it.
    bind @LISTEN@

    # With systemd this goes to the journal. Logs are read by many (RFC 6750 section 5.3): httplog would log the
    # query, which may hold a token, and this logs the path alone.
    log stdout format raw daemon
    log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%fc/%bc/%sc/%rc %HM %{+Q}HPO %HV"

    # A target that names a host as well ("absolute form") is for proxies of another kind.
    # The connection tells whether it is HTTP/1: the version in the request is the client's word.
    http-request deny deny_status 400 if { fc_http_major 1 } !{ url_beg / }

    # What Connection names would go away at the next proxy, the identity as well. And no upgrade (WebSocket, h2c):
    # nobody is asked about what follows one.
    http-request del-header Connection
    http-request del-header Proxy-Connection
    http-request del-header Upgrade

    # Headers that a backend may take for those of the script, which replaces these.
@MISTAKEN@

    # Asks. Of a request that may pass it takes the token away and says whose it was; others it answers.
    http-request lua.tokentui
    http-request deny deny_status 503 unless { var(txn.tokentui_allowed) -m bool }

    default_backend tokentui_backend

backend tokentui_backend
    option forwardfor
    # The client's own is not passed on.
    http-request del-header X-Forwarded-For
    server backend @BACKEND@
"""

_LUA = """\
-- Written by TokenTUI for HAProxy: asks the verifier whether a request may pass. See tokentui proxy haproxy.

local VERIFIER = os.getenv("TOKENTUI_VERIFIER")
local IDENTITY = { @IDENTITY@ }
local SECONDS = 5
-- Whatever else the verifier may answer is taken for no answer.
local REFUSALS = { [400] = true, [401] = true, [403] = true }

@WITHOUT_TOKEN@

-- All values of the header Authorization: that there is one at the most is for the verifier to say.
local function authorization(headers)
    local found, values = headers["authorization"], {}
    if not found then return nil end
    for place = 0, #found do values[#values + 1] = found[place] end
    return values
end

local function ask(txn, target)
    local question = {
        ["x-original-method"] = { txn.sf:method() },
        ["x-original-uri"] = { target },
        ["x-real-ip"] = { txn.sf:src() },
        ["authorization"] = authorization(txn.http:req_get_headers()),
    }
    local wanted = { url = VERIFIER .. "/verify/haproxy", headers = question, timeout = SECONDS * 1000 }
    if VERIFIER:sub(1, 5) == "unix@" then
        wanted.url, wanted.dst = "http://localhost/verify/haproxy", VERIFIER
    end
    return core.httpclient():get(wanted)
end

local function first(answer, name)
    local values = (answer.headers or {})[name:lower()]
    return values and values[0]
end

local function refuse(txn, answer)
    local known = REFUSALS[answer.status]
    local reply = txn:reply({ status = known and answer.status or 503, body = known and answer.body or "" })
    for _, name in ipairs({ "WWW-Authenticate", "Content-Type" }) do
        local value = known and first(answer, name)
        if value then reply:add_header(name, value) end
    end
    reply:add_header("Cache-Control", "no-store")
    txn:done(reply)
end

local function pass(txn, answer, target)
    for _, name in ipairs(IDENTITY) do
        local value = first(answer, name)
        if not value then return end -- then it was not the verifier
        txn.http:req_set_header(name, value)
    end
    txn.http:req_del_header("Authorization")
    txn.http:req_set_uri(without_token(target))
    txn:set_var("txn.tokentui_allowed", true)
end

core.register_action("tokentui", { "http-req" }, function(txn)
    local target = txn.sf:pathq()
    local answer = ask(txn, target)
    if answer.status == 200 then pass(txn, answer, target) else refuse(txn, answer) end
end, 0)
"""
