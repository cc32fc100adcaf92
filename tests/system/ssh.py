"""A real sshd on loopback, with a host key and a configuration of its own, for whoever runs the tests."""

import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.system.listening import free_port, listening
from tests.system.terminal import ROOT, Terminal, terminal

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
SSH = shutil.which("ssh")
TMUX = shutil.which("tmux")
SCREEN = shutil.which("screen")

#: What a terminal is told to put into its clipboard.
_OSC_52 = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")

_CONFIGURATION = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PermitUserRC no
PrintMotd no
PrintLastLog no
MaxStartups 100
"""


@dataclass(frozen=True)
class Host:
    """Where one can log in by a key that lies in `folder`."""

    folder: Path
    port: int

    @property
    def command(self) -> tuple[str, ...]:
        """`ssh` to this host with a terminal there; the command to run is to follow, as one argument."""
        assert SSH is not None
        options = {
            "IdentityFile": f"{self.folder}/key",
            "UserKnownHostsFile": f"{self.folder}/known_hosts",
            "StrictHostKeyChecking": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
        }
        given = (f"-o{name}={value}" for name, value in options.items())
        return (SSH, "-F", "none", "-tt", "-p", str(self.port), *given, f"{getpass.getuser()}@127.0.0.1")


@contextmanager
def sshd(folder: Path) -> Iterator[Host]:
    """An sshd whose files lie in this folder, from when it listens until the block ends."""
    assert SSHD is not None
    if os.geteuid() == 0:  # where the privileges of root are dropped; the system's service makes it the same way
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "key"):
        subprocess.run(
            ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)), check=True
        )
    host = Host(folder, free_port())
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{host.port} {(folder / 'host.pub').read_text()}")
    configuration = folder / "sshd_config"
    configuration.write_text(_CONFIGURATION.format(port=host.port, folder=folder))
    with listening((SSHD, "-D", "-e", "-f", str(configuration)), host.port, folder / "sshd.log"):
        yield host


def far_command(home: Path, *arguments: str) -> list[str]:
    """`tokentui` on the other side, with the home folder of a test."""
    given = {"HOME": home, "XDG_CONFIG_HOME": home / ".config", "PYTHONPATH": ROOT, "LANG": "C.UTF-8"}
    environ = (f"{name}={value}" for name, value in given.items())
    return ["env", *environ, sys.executable, "-m", "tokentui", *arguments]


@contextmanager
def logged_in(
    host: Host, home: Path, remote: Sequence[str], columns: int = 80, lines: int = 24
) -> Iterator[Terminal]:
    """The terminal of somebody who runs this command over SSH, ended whatever happens."""
    with terminal(shlex.join(remote), home=home, columns=columns, lines=lines, command=host.command) as opened:
        yield opened


def clipboard_of(terminal: Terminal) -> list[str]:
    """All that was put into the clipboard of the terminal on this side, in order."""
    return [b64decode(each).decode() for each in _OSC_52.findall(terminal.written)]
