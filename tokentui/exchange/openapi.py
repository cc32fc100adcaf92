"""Reads OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 descriptions: an endpoint draft for each path."""

import re
from collections.abc import Callable
from pathlib import Path

from tokentui.domain.errors import ImportRefused, Invalid
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.slots import Authentication
from tokentui.domain.slug import next_free, slugify
from tokentui.domain.template import Template
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import ApiDescription, EndpointDraft, Skipped
from tokentui.exchange.library import Library
from tokentui.exchange.naming import endpoint_description, endpoint_group, endpoint_name
from tokentui.exchange.opening import Format, Opened, open_file
from tokentui.exchange.path_items import PathItem, read_path_item, remarks
from tokentui.exchange.references import Located, References, Resolved
from tokentui.exchange.servers import base_path, normal_base
from tokentui.exchange.wording import kind, one_line

#: The share of the work that parsing the file is; the rest is looking at its paths.
_PARSING = 0.8
_OPENAPI = re.compile(r"3\.[012](?:\.|-|$)")
_SWAGGER = re.compile(r"2(?:\.0)?$")


def _nobody_looks(_share: float) -> None:
    """The progress that nobody asked for."""


def _never() -> bool:
    return False


def read_openapi(
    file: Path,
    *,
    as_declared: bool = False,
    progress: Callable[[float], None] = _nobody_looks,
    cancelled: Callable[[], bool] = _never,
) -> ApiDescription:
    """What the description in `file` says about endpoints. Nothing is changed anywhere.

    Every endpoint wants tokens; with `as_declared`, only where the description asks for security. `progress` is
    told 0 to 1; `cancelled` is asked often. Raises `ImportRefused` where the file cannot be imported at all
    (or `cancelled()`), with one line that is fit to be shown. Sources: OpenAPI Specification 3.0.4, 3.1.1, 3.2.0,
    Swagger 2.0.
    """
    watch = Watch(one_line(file.name) or ".", progress, cancelled)
    opened = open_file(file, watch.within(0.0, _PARSING), Format.OPENAPI)
    return openapi_in(opened, watch.within(_PARSING, 1.0), as_declared=as_declared)


def openapi_in(opened: Opened, watch: Watch, *, as_declared: bool = False) -> ApiDescription:
    """What the description in a file that was opened says; as `read_openapi`."""
    library = Library(opened, watch)
    root = _described(library, opened.name)
    reading = _Reading(root, References(library), opened.file, as_declared=as_declared)
    reading.read(_paths(root, library, opened.name), watch)
    return ApiDescription(reading.title, tuple(reading.drafts), tuple(reading.skipped))


def _described(library: Library, name: str) -> dict[str, object]:
    root = library.read(library.root)
    if not isinstance(root, dict):
        what = f"it holds {kind(root)}, where an object with openapi and paths belongs"
        raise ImportRefused(f"{name}: {what}; is this the right file?")
    openapi, swagger = root.get("openapi"), root.get("swagger")
    if openapi is None and swagger is None:
        raise ImportRefused(f"{name}: it says no openapi or swagger version, so it is no API description; check it.")
    version, known = (openapi, _OPENAPI) if openapi is not None else (swagger, _SWAGGER)
    if isinstance(version, dict | list) or not known.match(str(version)):
        word = "openapi" if openapi is not None else "swagger"
        shown = kind(version) if isinstance(version, dict | list) else one_line(str(version), 20)
        what = f"{word} {shown} cannot be read; convert it to OpenAPI 3.0, 3.1, 3.2 or Swagger 2.0."
        raise ImportRefused(f"{name}: {what}")
    return root


def _paths(root: dict[str, object], library: Library, name: str) -> Resolved:
    declared = root.get("paths")
    if declared is None:
        others = " and ".join(each for each in ("webhooks", "components") if root.get(each) is not None)
        only = f", only {others}" if others else ""
        raise ImportRefused(f"{name}: it has no paths{only}, so there is no endpoint to import.")
    if not isinstance(declared, dict):
        raise ImportRefused(f"{name}: its paths are {kind(declared)}, where an object belongs; correct it.")
    paths = References(library).follow(Located(declared, library.root))
    if paths.broken:
        raise ImportRefused(f"{name}: its paths cannot be read. {paths.broken}")
    return paths


class _Reading:
    """What has been taken from a description so far; later paths must not clash with it."""

    def __init__(self, root: dict[str, object], references: References, file: Path, *, as_declared: bool) -> None:
        self.drafts: list[EndpointDraft] = []
        self.skipped: list[Skipped] = []
        self.title = _title(root) or one_line(file.stem)
        self._references = references
        self._as_declared = as_declared
        self._security = root.get("security")
        self._base = self._root_base(root)
        self._slugs: dict[str, set[str]] = {}
        self._shapes: dict[str, str] = {}

    def read(self, paths: Resolved, watch: Watch) -> None:
        """Take each path in turn."""
        templates = [each for each in dict.fromkeys(paths.fields()) if not each.startswith("x-") and each != "$ref"]
        for count, template in enumerate(templates):
            watch.reached(count / len(templates))
            self._take(template, paths.find(template))
        watch.reached(1.0)

    def _take(self, template: str, found: Located | None) -> None:
        if not template.startswith("/"):
            return self._skip(template, "It does not begin with /, as every path does.")
        said = self._references.follow(found) if found else Resolved((), "It is empty.")
        item = read_path_item(template, said, self._references)
        if not item.operations:
            return self._skip(template, item.why_no_operations())
        try:
            self._accept(self._draft(item))
        except Invalid as error:
            return self._skip(template, str(error))
        for subject, reason in remarks(item):
            self._skip(subject, reason)
        return None

    def _skip(self, subject: str, reason: str) -> None:
        self.skipped.append(Skipped(one_line(subject) or "(no name)", one_line(reason, 400)))

    def _draft(self, item: PathItem) -> EndpointFields:
        """The endpoint as the domain would have it; raises `Invalid`."""
        name, group = endpoint_name(item), endpoint_group(item, self.title)
        authentication = item.authentication(self._security) if self._as_declared else Authentication.TOKEN
        fields = EndpointFields(
            name=name,
            group=group,
            slug=next_free(slugify(name), self._slugs.get(group, ())),
            path=self._base_of(item) + item.template,
            methods=item.methods,
            allow_deleting=item.allow_deleting,
            authentication=authentication,
            description=endpoint_description(item),
        )
        self._check_shape(fields.path)
        return checked_endpoint(fields)

    def _check_shape(self, path: str) -> None:
        earlier = self._shapes.get(Template.parse(path).shape)
        if earlier:
            raise Invalid("path", f"It matches the same requests as {one_line(earlier)}, which comes before it.")

    def _accept(self, fields: EndpointFields) -> None:
        self._shapes[Template.parse(fields.path).shape] = fields.path
        self._slugs.setdefault(fields.group, set()).add(fields.slug)
        self.drafts.append(EndpointDraft.of(fields))

    def _root_base(self, root: dict[str, object]) -> str:
        """`basePath` of Swagger 2.0, else the first server's path; empty where neither is there."""
        if root.get("openapi") is None:
            declared = root.get("basePath")
            return normal_base(re.sub("^/+", "/", declared)) if isinstance(declared, str) else ""
        return self._server_base("servers", root.get("servers"), "")

    def _base_of(self, item: PathItem) -> str:
        return self._server_base(item.template, item.said.value("servers"), self._base)

    def _server_base(self, subject: str, servers: object, otherwise: str) -> str:
        if servers is None or servers == []:
            return otherwise
        base = base_path(servers)
        if base is None:
            self._skip(subject, f"The first server has no URL that can be read; {otherwise or '/'} is taken instead.")
            return otherwise
        return base


def _title(root: dict[str, object]) -> str:
    info = root.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    return one_line(title) if isinstance(title, str) else ""
