"""A line that drops at any moment leaves no program behind, and loses nothing that the screen said was saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import ssh
from tests.system.dropping import LINGER, drop_lines, names_in
from tests.system.ssh import Host, sshd

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(ssh.SSHD is None or ssh.SSH is None, reason="OpenSSH's sshd or ssh is not installed"),
]

#: For each of these ten lines drop.
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with sshd(tmp_path_factory.mktemp("sshd")) as host:
        yield host


@pytest.mark.parametrize("seed", SEEDS)
def test_dropped_lines_leave_no_program_and_lose_nothing_that_was_acknowledged(
    host: Host, tmp_path: Path, seed: int
) -> None:
    found = drop_lines(host, tmp_path, 10, 100 * seed)
    assert found.orphans == []
    assert found.longest <= LINGER
    names = names_in(tmp_path)
    assert found.acknowledged <= names
    assert names <= found.acknowledged | found.under_way
    assert found.under_way
