"""The unit of systemd: valid, well closed, and with no more than what the verifier needs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tokentui.domain.errors import Invalid
from tokentui.exchange.proxy_configs.places import Place
from tokentui.exchange.proxy_configs.systemd import Service, systemd


def service(place: Place, **more: Any) -> Service:
    fields = {
        "program": "/bin/true",
        "homes": ("/home/jan/.venv", "/usr"),
        "store": "/home/jan/.local/share/tokentui/tokens.json",
        "requests": "/home/jan/.local/share/tokentui/requests.sqlite",
        "key": "/etc/tokentui/verify.key",
        "user": "root",
    }
    return Service(place, **{**fields, **more})


ANALYZE = shutil.which("systemd-analyze")


class TestSystemd:
    def test_the_service_gets_the_key_for_checking_as_a_credential_and_sees_no_home(self) -> None:
        unit = systemd(service(Place("127.0.0.1", 8787)))
        assert "LoadCredential=verify.key:/etc/tokentui/verify.key\n" in unit
        assert "--key-file %d/verify.key serve --host 127.0.0.1 --port 8787\n" in unit
        for line in ("DynamicUser=yes", "ProtectSystem=strict", "ProtectHome=tmpfs", "NoNewPrivileges=yes"):
            assert f"\n{line}\n" in unit
        assert re.findall("^Bind.*$", unit, re.M) == [
            "BindPaths=/home/jan/.local/share/tokentui",
            "BindReadOnlyPaths=/home/jan/.venv",
        ]

    def test_after_a_rekey_it_is_restarted_for_a_credential_is_copied_at_the_start(self) -> None:
        """systemd.exec(5), LoadCredential: `enable --now` leaves a service that runs as it is."""
        comments = systemd(service(Place("127.0.0.1", 8787))).partition("[Unit]")[0]
        after = comments.partition("rekey")[2]
        commands = [line.removeprefix("#     ") for line in after.splitlines() if line.startswith("#     ")]
        assert commands == [
            "install -D -m 0600 verify.key /etc/tokentui/verify.key",
            "systemctl restart tokentui.service",
        ]

    def test_with_the_requests_elsewhere_the_store_cannot_be_written(self) -> None:
        unit = systemd(service(Place("127.0.0.1", 8787), requests="/var/lib/tokentui/requests.sqlite"))
        assert " --requests-file /var/lib/tokentui/requests.sqlite --key-file " in unit
        assert re.findall("^(?:Bind|ReadWrite).*$", unit, re.M) == [
            "BindReadOnlyPaths=/home/jan/.local/share/tokentui",
            "BindPaths=/var/lib/tokentui",
            "ReadWritePaths=/var/lib/tokentui",
            "BindReadOnlyPaths=/home/jan/.venv",
        ]

    def test_proxies_elsewhere_are_named_to_it_and_may_reach_it(self) -> None:
        unit = systemd(
            service(Place("10.0.0.5", 8787), trusted=("10.0.0.7", "192.0.2.0/24"), workers=4, max_stale=60.0)
        )
        options = "--trusted-proxy 10.0.0.7 --trusted-proxy 192.0.2.0/24 --workers 4 --max-stale 60"
        assert f"serve --host 10.0.0.5 --port 8787 {options}\n" in unit
        (allowed,) = re.findall("^IPAddressAllow=(.*)$", unit, re.M)
        assert {"localhost", "10.0.0.7", "192.0.2.0/24"} <= set(allowed.split())
        assert "is not encrypted" in unit

    def test_where_no_proxy_elsewhere_is_named_it_says_that_none_is_believed(self) -> None:
        comment = (
            "believed: one on another machine gets 403 for whatever it asks, until it is named\n# by --trusted-proxy"
        )
        assert comment in systemd(service(Place("10.0.0.5", 8787)))
        for place in (Place("127.0.0.1", 8787), Place(socket="/run/x/verify.sock")):
            assert "--trusted-proxy" not in systemd(service(place))

    @pytest.mark.parametrize("everybody", ["*", "0.0.0.0/0", "::/0", "no address"])
    def test_not_everybody_is_a_trusted_proxy(self, everybody: str) -> None:
        with pytest.raises(Invalid):
            systemd(service(Place("10.0.0.5", 8787), trusted=(everybody,)))

    def test_quick_failures_do_not_end_the_tries(self) -> None:
        head = systemd(service(Place("127.0.0.1", 8787))).partition("[Service]")[0]
        assert "\nStartLimitIntervalSec=0\n" in head.partition("[Unit]")[2]

    def test_of_a_socket_it_makes_the_folder(self) -> None:
        unit = systemd(service(Place(socket="/run/tokentui/verify.sock")))
        assert "serve --unix /run/tokentui/verify.sock\n" in unit
        assert "\nRuntimeDirectory=tokentui\n" in unit
        assert "AF_INET" not in unit

    @pytest.mark.parametrize("path", ["/a b/x", "/a:b/x", "/a%b/x", '/a"b/x', "/a$b/x", "relative/x", "/a\nb/x"])
    def test_a_path_that_means_something_else_in_a_unit_is_refused(self, path: str) -> None:
        with pytest.raises(Invalid, match="unit"):
            systemd(service(Place("127.0.0.1", 8787), store=path))

    @pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
    @pytest.mark.parametrize("place", [Place("127.0.0.1", 8787), Place(socket="/run/tokentui/verify.sock")])
    def test_systemd_takes_it_and_calls_it_well_closed(self, tmp_path: Path, place: Place) -> None:
        assert ANALYZE is not None
        file = tmp_path / "tokentui.service"
        file.write_text(systemd(service(place)))
        verified = subprocess.run(
            [ANALYZE, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
        )
        assert (verified.returncode, verified.stderr) == (0, "")
        command = [ANALYZE, "security", "--offline=true", "--threshold=20", "--no-pager", str(file)]
        judged = subprocess.run(command, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout[-300:]

    @pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
    def test_the_service_may_do_what_recording_needs_and_nothing_privileged(self) -> None:
        """SQLite gives its files to their owner, and what records steps back; the rest of those groups is closed."""
        allowed = allowed_calls(systemd(service(Place("127.0.0.1", 8787))))
        assert {"fchown", "nice", "setpriority", "sched_setscheduler", "fsync", "fork"} <= allowed
        assert not {"setuid", "ioprio_set", "sched_setaffinity", "mount", "reboot", "ptrace"} & allowed


def allowed_calls(unit: str) -> set[str]:
    """The system calls that the unit's filters leave, by systemd's own groups."""
    allowed: set[str] = set()
    for line in unit.splitlines():
        name, _, value = line.partition("=")
        if name == "SystemCallFilter":
            calls = {call for each in value.lstrip("~").split() for call in expanded(each)}
            allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def expanded(name: str) -> set[str]:
    """The system calls of a group, and of the groups in it."""
    if not name.startswith("@"):
        return {name}
    assert ANALYZE is not None
    told = subprocess.run([ANALYZE, "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True)
    members = [line.strip() for line in told.stdout.splitlines() if line.startswith("    ") and "#" not in line]
    return {call for member in members for call in expanded(member)}
