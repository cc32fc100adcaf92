"""Runs the README's first command as a newcomer would: waits for the first list, presses q, expects exit code 0."""

import os
import sys
import tempfile

import pexpect


def main(folder: str, command: str) -> int:
    """Run `command` in `folder`, in a terminal of 80×24; the demo is to leave nothing behind."""
    settings = os.path.expanduser("~/.config/tokentui")
    had_settings = os.path.exists(settings)
    with tempfile.TemporaryDirectory() as data:
        environ = {**os.environ, "TERM": "xterm-256color", "XDG_DATA_HOME": data}
        terminal = pexpect.spawn(
            "bash", ["-c", command], cwd=folder, env=environ, dimensions=(24, 80), timeout=240, encoding="utf-8"
        )
        terminal.expect("Purchase orders")
        terminal.send("q")
        terminal.expect(pexpect.EOF, timeout=20)
        terminal.close()
        left = os.listdir(data) + ([settings] if os.path.exists(settings) != had_settings else [])
    print(f"first list seen, q pressed, exit code {terminal.exitstatus}, left behind: {left or 'nothing'}")
    return 0 if terminal.exitstatus == 0 and not left else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
