"""`tokentui proxy`: what is printed, for which store, and what is refused."""

import os

import pytest

from tests.cli.conftest import Shell

PROXIES = ("nginx", "caddy", "traefik", "haproxy", "envoy")


@pytest.mark.parametrize("kind", PROXIES)
def test_the_endpoints_of_the_store_are_told_and_no_value_and_no_key_is_needed(stocked: Shell, kind: str) -> None:
    stocked.key.unlink()
    text = stocked.done("proxy", kind, "--backend", "http://10.0.0.5:9000")
    assert "# - shop/pets: GET, DELETE of /pets/{id} (free)\n" in text
    assert "# - stock/goods-in: POST, GET of /api/endpoint/stock/goods-in\n" in text
    assert "10.0.0.5" in text
    assert "9000" in text


@pytest.mark.parametrize("kind", PROXIES)
def test_without_a_store_it_is_printed_as_well(shell: Shell, kind: str) -> None:
    """Whatever comes into it later is obeyed: everything is asked about."""
    result = shell.run("proxy", kind)
    assert result.exit_code == 0
    assert "There is no store yet." in result.stderr
    assert f"/verify/{kind}" in result.stdout or kind == "haproxy"


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--verifier", "https://x", "--verifier: tokentui serve has no TLS"),
        ("--verifier", "unix:relative", "--verifier: a socket is told as"),
        ("--backend", "https://x:443", "--backend: TLS to the backend is set in the proxy's own configuration"),
        (
            "--backend",
            "http://x/path",
            "--backend is told as http://HOST:PORT, without a path, and not as 'http://x/path'",
        ),
        ("--listen", "0", "--listen: 0 is no port"),
        ("--listen", "x y:80", "--listen is told as PORT, ADDRESS:PORT or *:PORT, and not as 'x y:80'"),
    ],
)
def test_a_place_that_is_none_is_refused(stocked: Shell, option: str, value: str, told: str) -> None:
    assert told in stocked.refused(2, "proxy", "nginx", option, value)


def test_haproxys_script_is_printed_by_itself(stocked: Shell) -> None:
    script = stocked.done("proxy", "haproxy", "--lua")
    assert 'core.register_action("tokentui"' in script
    assert "lua-load-per-thread /opt/x.lua\n" in stocked.done("proxy", "haproxy", "--script", "/opt/x.lua")


def test_the_unit_is_for_this_store_and_its_owner(stocked: Shell) -> None:
    unit = stocked.done("proxy", "systemd", "--key", "/etc/other.key")
    assert f"--store {stocked.store} " in unit
    assert f"\nUser={stocked.store.owner()}\n" in unit
    assert "LoadCredential=verify.key:/etc/other.key\n" in unit
    assert "--requests-file" not in unit.partition("ExecStart=")[2].partition("\n")[0]


def test_the_unit_writes_the_requests_where_they_are_to_be(stocked: Shell) -> None:
    result = stocked.run("proxy", "systemd", before=("--requests-file", "/var/lib/tokentui/requests.sqlite"))
    assert "\nReadWritePaths=/var/lib/tokentui\n" in result.stdout
    assert f"\nBindReadOnlyPaths={stocked.store.parent}\n" in result.stdout


def test_the_unit_names_the_proxies_on_other_machines(stocked: Shell) -> None:
    more = ("--trusted-proxy", "10.0.0.7", "--trusted-proxy", "10.1.0.0/16", "--workers", "2", "--max-stale", "60")
    unit = stocked.done("proxy", "systemd", "--verifier", "http://10.0.0.5:8787", *more)
    (command,) = (line for line in unit.splitlines() if line.startswith("ExecStart="))
    told = (
        "--host 10.0.0.5 --port 8787 --trusted-proxy 10.0.0.7 --trusted-proxy 10.1.0.0/16 --workers 2 --max-stale 60"
    )
    assert command.endswith(told)


def test_a_unit_for_roots_store_warns_and_one_for_anybody_elses_does_not(stocked: Shell) -> None:
    if os.geteuid() == 0:
        os.chown(stocked.store, 65534, -1)
    assert "as root" not in stocked.run("proxy", "systemd").stderr
    result = stocked.run("proxy", "systemd", before=("--store", "/etc/passwd"))
    assert "\nUser=root\n" in result.stdout
    assert "this unit runs the verifier as root" in result.stderr
