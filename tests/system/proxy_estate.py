"""A store with one of everything, exported as an admin would, for the proxies that enforce it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from tests.system import proxies
from tests.system.proxies import Proxy
from tokentui.cli import main
from tokentui.cli.compose import Office
from tokentui.domain.decision import Guard
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import METHODS, Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk, utc_now
from tokentui.services.endpoints import add_endpoint, set_endpoints_active
from tokentui.services.tokens import add_token, edit_token, reveal_token, set_active, set_enabled, with_value

POST, GET, DELETE = Slot
#: Names that would break out of a string, if anything could.
ODD_NAMES = (
    'a"; } $x {',
    "back\\slash\\",
    "${tokentui_dollar}",
    "# no comment",
    "%[src] ${HOME}",
    "žluťoučký 🔑",
    "it's",
    "a  b",
)

_Run = Callable[[Path, Path], AbstractContextManager[Proxy]]


@dataclass(frozen=True)
class Kind:
    """A proxy, and the export that is for it."""

    run: _Run
    format: str
    program: str | None


KINDS = {
    "nginx": Kind(proxies.nginx, "nginx-map", proxies.NGINX),
    "haproxy": Kind(proxies.haproxy, "haproxy-map", proxies.HAPROXY),
}


@dataclass
class Estate:
    """A store with one of everything, and the proxy that enforces an export of it."""

    folder: Path
    kind: Kind

    @property
    def desk(self) -> Desk:
        return Office(self.folder / "tokens.json", self.folder / "key").desk

    def export(self) -> Path:
        """The map as the command line writes it."""
        file = self.folder / "exported"
        places = ["--store", str(self.folder / "tokens.json"), "--key-file", str(self.folder / "key")]
        words = ["export", "--format", self.kind.format, "--reveal", "--force", "--output", str(file)]
        result = CliRunner().invoke(main, [*places, *words])
        assert result.exit_code == 0, result.output
        return file

    def running(self) -> AbstractContextManager[Proxy]:
        return self.kind.run(self.folder, self.export())

    def guard(self) -> Guard:
        reader = self.desk.reader()
        return Guard(reader.iter_endpoints(), reader.iter_tokens(), reader.iter_assignments(), self.desk.vault.digest)

    def token(self, name: str) -> EndpointToken:
        return self.desk.reader().token_by_name(name)

    def value(self, name: str) -> str:
        return reveal_token(self.desk, self.token(name))


ENDPOINTS: dict[str, tuple[str, Authentication, tuple[Slot, ...], bool, tuple[str, ...]]] = {
    "goods": ("/api/goods", Authentication.TOKEN, METHODS, False, ()),
    "pets": ("/pets/{id}", Authentication.TOKEN, (GET,), True, ()),
    "cat": ("/pets/cat", Authentication.TOKEN, METHODS, False, ()),
    "files": ("/files/{name}.{kind}", Authentication.TOKEN, METHODS, False, ()),
    "czech": ("/café/{x}:go", Authentication.TOKEN, METHODS, False, ()),
    "below": ("/below/*", Authentication.TOKEN, METHODS, True, ()),
    "inner": ("/inner", Authentication.INTERNAL, METHODS, False, ()),
    "lan": ("/lan", Authentication.TOKEN, METHODS, False, ("127.0.0.0/13", "10.0.0.0/8")),
    "wan": ("/wan", Authentication.TOKEN, METHODS, False, ("192.0.2.0/29", "2001:db8::/33")),
    "six": ("/six", Authentication.NONE, METHODS, False, ("::1",)),
    "all-six": ("/all-six", Authentication.NONE, METHODS, False, ("::/0",)),
    "all-four": ("/all-four", Authentication.NONE, METHODS, False, ("0.0.0.0/0",)),
    "shelf": ("/shelf", Authentication.TOKEN, METHODS, False, ()),
    "site": ("/*", Authentication.NONE, (GET,), False, ()),
}


def fill(desk: Desk) -> None:
    """Endpoints of every kind; tokens in every state, all of them mapped to all slots of all endpoints but one."""
    ids = {}
    for slug, (path, authentication, methods, deleting, ip_filter) in ENDPOINTS.items():
        fields = EndpointFields(
            name=slug,
            group="g",
            slug=slug,
            path=path,
            authentication=authentication,
            methods=methods,
            allow_deleting=deleting,
            ip_filter=ip_filter,
        )
        ids[slug] = add_endpoint(desk, fields)
    everywhere = {each.id: each.slots for each in ids.values()}
    for name, value in (
        ("all", None),
        ("lower", "case-value-x"),
        ("upper", "CASE-VALUE-X"),
        *((n, None) for n in ODD_NAMES),
    ):
        assign(desk, add_token(desk, TokenFields(name=name), value).id, add=everywhere, remove={})
    for name in ("off", "inactive", "expired", "rotated", "graceful"):
        assign(desk, add_token(desk, TokenFields(name=name), f"{name}-1").id, add=everywhere, remove={})
    assign(desk, add_token(desk, TokenFields(name="reader")).id, add={ids["goods"].id: (GET,)}, remove={})
    assign(desk, add_token(desk, TokenFields(name="some")).id, add={ids["lan"].id: (GET,)}, remove={})
    add_token(desk, TokenFields(name="nowhere"))
    reader = desk.reader()
    set_enabled(desk, [reader.token_by_name("off").id], False)
    set_active(desk, [reader.token_by_name("inactive").id], False)
    expired = reader.token_by_name("expired")
    edit_token(desk, expired, replace(TokenFields.of(expired), expires_at=utc_now() - timedelta(seconds=1)))
    for name, until in (("rotated", None), ("graceful", utc_now() + timedelta(hours=1))):
        with desk.change("rotated") as transaction:
            transaction.put(with_value(desk, desk.reader().token_by_name(name), f"{name}-2", until=until))
    set_endpoints_active(desk, [ids["shelf"].id], False)
