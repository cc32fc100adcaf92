"""A session in a terminal that takes values everywhere: what was not asked for is on no screen and in no file."""

import re
import shlex
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.system.canary import Canary
from tests.system.inside import foreign, with_watch
from tests.system.terminal import Terminal, terminal
from tests.system.test_canary_cli import KONG, all_values

pytestmark = pytest.mark.system

#: Keys, and behind the bar what is on the screen then: # is a value, ~ says that it is there no more, and ^ that it
#: has the focus. PASTE is a new value from the clipboard; a line with $ is typed in another terminal. Where a line
#: begins with !, who sits there sees a value, having asked for it or pasted it. A way is a line.
STORY = """
I                                               | Import a file
"VALUES/kong.yaml" enter                        | Imported
escape                                          | ~Imported | /kong
I                                               | Import a file
"VALUES/tokens.csv" enter                       | Imported
escape                                          | ~Imported | /kong
2                                               | imported | kong-app
a                                               | Add endpoint token
"erp" enter                                     | Added erp.
a                                               | Add endpoint token
"twin" tab                                      | ^••••
r r w                                           | Added twin.
a                                               | Add endpoint token
! PASTE                                         | Description
! enter                                         | looks like a token value
! ctrl+p                                        | Search for commands
! "picture"                                     | Save an SVG picture
! enter                                         | ~Save an SVG picture
! escape                                        | Discard
! d                                             | ~Add endpoint token
a                                               | Add endpoint token
"x" tab tab                                     | Add endpoint token
! PASTE                                         | Description
! enter                                         | The description holds
! escape                                        | Discard
! d                                             | ~Add endpoint token
/                                               | To the list
! PASTE                                         | No token fits.
! ctrl+p                                        | Search for commands
! "picture"                                     | Save an SVG picture
! enter                                         | ~Save an SVG picture | Saved
! escape                                        | erp
/                                               | To the list
"erp" enter                                     | 1 of 5
E                                               | Target
"/kong" enter                                   | denied
escape                                          | ~denied
r                                               | Grace
enter                                           | New value
! v                                             | #
! ctrl+p                                        | Search for commands
! "picture"                                     | Save an SVG picture
! enter                                         | ~Save an SVG picture | ~#
enter                                           | ~New value
R                                               | Retire the old value
y                                               | ~Retire the old value
s                                               | › Assign
t                                               | Save changes
enter                                           | Saved the assignments
e                                               | Disable erp?
y                                               | erp is disabled.
u                                               | ● on
enter                                           | Token settings
$ tokens edit erp --description theirs
tab                                             | ^••••
r w                                             | Save erp?
y                                               | Somebody else changed
m                                               | Save erp?
y                                               | Saved erp.
! v                                             | It hides itself
! ctrl+p                                        | Search for commands
! "picture"                                     | Save an SVG picture
! enter                                         | ~Save an SVG picture
! escape                                        | ~It hides itself
! c                                             | the token of erp
! C                                             | Copy erp as
! j enter                                       | Sent the header with
escape                                          | kong-app
space j space r                                 | Rotate 2 tokens
enter                                           | new values are in
1                                               | /kong
enter                                           | Secondary tokens
home k k k                                      | POST
! v                                             | #
! v                                             | ~#
g                                               | Generate a new
y                                               | Generated
q                                               | /kong
d                                               | Deactivate
y                                               | is deactivated
i                                               | /kong
i                                               | i Inactive
4                                               | grace-open
5                                               | rotated erp
enter                                           | of the trail
escape                                          | ~of the trail
?                                               | Every change is told here
escape                                          | ~Every change is told here
"""

_VALUE = re.compile("[A-Za-z0-9]{64}")


@pytest.fixture
def canary() -> Canary:
    return Canary()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data" / "tokens.json", tmp_path / "config" / "key")


@pytest.fixture
def values(tmp_path: Path, canary: Canary) -> Path:
    """A folder with files that have values in them, to be imported."""
    folder = tmp_path / "values"
    folder.mkdir()
    (folder / "kong.yaml").write_text(KONG % tuple(canary.value() for _ in range(4)))
    (folder / "tokens.csv").write_text(f"name,value\nimported,{canary.value()}\n")
    return folder


class Sitting:
    """One who types the lines of a story, and looks at what the terminal shows."""

    def __init__(self, screen: Terminal, shell: Shell, canary: Canary, values: Path) -> None:
        self.screen, self.shell, self.canary, self.values = screen, shell, canary, values

    def type(self, line: str) -> None:
        """Type a line of the story, and wait for what comes of it."""
        keys, _, expected = line.partition("|")
        before = len(self.screen.written)
        if keys.startswith("$"):
            self.shell.done(*shlex.split(keys[1:]))
            return
        for key in shlex.split(keys.lstrip("! ").replace("VALUES", str(self.values))):
            self.screen.press(f"\x1b[200~{self.canary.value()}\x1b[201~" if key == "PASTE" else key)
            self.screen.until(lambda: True)
        for text in filter(None, map(str.strip, expected.split("|"))):
            self.screen.until(partial(self._shows, text))
        self.adopt_all()
        if not keys.startswith("!"):
            self.canary.look(f"the terminal at {line!r}", self.screen.written[before:])

    def _shows(self, text: str) -> bool:
        if text.startswith("^"):
            return self.screen.highlighted(text[1:])
        sought = text.lstrip("~")
        there = _VALUE.search(self.screen.text) is not None if sought == "#" else sought in self.screen.text
        return there is not text.startswith("~")

    def adopt_all(self) -> None:
        for value in all_values(self.shell.office.desk):
            self.canary.adopt(value)


def test_a_session_leaves_no_value_on_the_screen_in_a_file_or_in_the_list_of_processes_and_opens_no_connection(
    canary: Canary, shell: Shell, values: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    more = {"TEXTUAL_LOG": str(here / "log"), "TEXTUAL": "devtools,debug", "TMPDIR": str(here)}
    more |= with_watch(tmp_path / "watch", tmp_path / "sockets")
    places = ("--store", str(shell.store), "--key-file", str(shell.key))
    with terminal(*places, home=here, more=more, columns=120, lines=40) as screen:
        sitting = Sitting(screen, shell, canary, values)
        with canary.watching(screen.pid):
            screen.see("No endpoints here yet.")
            for line in STORY.strip().splitlines():
                sitting.type(line)
        screen.press("q")
        assert screen.ended() == 0
    assert len(list(here.rglob("*.svg"))) == STORY.count('"picture"')
    for handed_out in here.rglob("tokentui-rotated-*.csv"):  # it was asked for
        handed_out.unlink()
    for folder in (here, tmp_path / "data", tmp_path / "config"):
        canary.look_under(folder)
    canary.nowhere()
    assert foreign(tmp_path / "sockets") == []
