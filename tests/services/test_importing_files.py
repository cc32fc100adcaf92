"""Importing a file: its authentication, progress and cancelling, and files that are no API descriptions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tokentui.domain.errors import ImportRefused
from tokentui.domain.slots import Authentication
from tokentui.services.desk import Desk
from tokentui.services.importing import import_file

DATA = Path(__file__).parents[3] / "shared" / "data"


class TestFile:
    def write(self, folder: Path, *paths: str, extra: str = "") -> Path:
        file = folder / "api.yaml"
        lines = (f"  {path}:\n    get: {{tags: [api], responses: {{}}{extra}}}\n" for path in paths)
        file.write_text(f"openapi: 3.0.0\ninfo: {{title: T, version: '1'}}\npaths:\n{''.join(lines)}")
        return file

    @pytest.mark.parametrize("kind", list(Authentication))
    def test_new_endpoints_get_the_authentication_that_is_said(
        self, desk: Desk, tmp_path: Path, kind: Authentication
    ) -> None:
        import_file(desk, self.write(tmp_path, "/pets"), authentication=kind)
        (endpoint,) = desk.reader().iter_endpoints()
        assert endpoint.authentication is kind

    def test_none_stands_for_what_the_file_declares(self, desk: Desk, tmp_path: Path) -> None:
        import_file(desk, self.write(tmp_path, "/pets"), authentication=None)
        import_file(desk, self.write(tmp_path, "/toys", extra=", security: [{key: []}]"), authentication=None)
        found = {each.path: each.authentication for each in desk.reader().iter_endpoints()}
        assert found == {"/pets": Authentication.NONE, "/toys": Authentication.TOKEN}

    def test_progress_goes_from_0_to_1_and_never_back(self, desk: Desk, tmp_path: Path) -> None:
        shares: list[float] = []
        import_file(desk, self.write(tmp_path, "/pets", "/toys"), progress=shares.append)
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)

    @pytest.mark.parametrize("calls", [1, 5, 10])
    def test_can_be_cancelled_at_any_time(self, desk: Desk, tmp_path: Path, calls: int) -> None:
        file = self.write(tmp_path, *(f"/p{number}" for number in range(20)))
        with pytest.raises(ImportRefused, match="cancelled"):
            import_file(desk, file, cancelled=after(calls))
        assert desk.reader().counts().endpoints == 0

    @pytest.mark.parametrize("content", ["", "hello", "a: 1", "openapi: 3.0.0", "[1, 2", "\0"])
    def test_that_is_no_api_is_refused(self, desk: Desk, tmp_path: Path, content: str) -> None:
        file = tmp_path / "no-api.yaml"
        file.write_text(content)
        with pytest.raises(ImportRefused):
            import_file(desk, file)
        assert list(tmp_path.iterdir()) == [file]

    @pytest.mark.parametrize(("name", "added"), [("petstore.openapi.yaml", 13), ("museum.openapi.yaml", 5)])
    def test_files_that_others_wrote(self, desk: Desk, name: str, added: int) -> None:
        if not DATA.is_dir():
            pytest.skip("the folder with files that others wrote is absent")
        first, again = (import_file(desk, DATA / name).endpoints for _ in range(2))
        assert (len(first.added), len(first.changed), first.unchanged) == (added, 0, 0)
        assert (len(again.added), len(again.changed), again.unchanged) == (0, 0, added)


def after(calls: int) -> Callable[[], bool]:
    """Says no so many times, and then yes."""
    asked = iter(range(calls))
    return lambda: next(asked, None) is None
