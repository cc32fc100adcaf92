"""Who sits here: the user, where their SSH session comes from, and which host this is; for the activity trail."""

import os
import pwd
import socket
from collections.abc import Mapping

from tokentui.domain.actors import Actor


def actor_here(environ: Mapping[str, str] = os.environ) -> Actor:
    """The user that owns this process; whoever became root by `sudo` is named too.

    In tmux and screen the address is that of the session in which they were started.
    """
    return Actor(_user(environ), environ.get("SSH_CONNECTION", "").partition(" ")[0], socket.gethostname())


def _user(environ: Mapping[str, str]) -> str:
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    before = environ.get("SUDO_USER", "")
    return f"{before} (as {user})" if before and before != user and os.getuid() == 0 else user
