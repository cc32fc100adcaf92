"""Rules for a proxy with names and paths that would break out of their places, if anything could."""

from hypothesis import strategies as st

from tests.domain.worlds import NOW
from tokentui.domain.errors import InvalidPath
from tokentui.domain.slots import Slot
from tokentui.domain.template import Template
from tokentui.exchange.proxy_rules import NEVER, Door, Holder, Key, ProxyRules

POST, GET, DELETE = Slot

NAMES = st.text(min_size=1, max_size=30) | st.text("\"\\${}; #'n\tt\n\r%[]()a", min_size=1, max_size=12)
VALUES = st.from_regex(r"[A-Za-z0-9\-._~+/]{1,8}={0,2}", fullmatch=True)
_SEGMENTS = st.text("ab{x}\"\\$;# %2A7B.*é'()|+?[]^", min_size=1, max_size=8)


@st.composite
def any_rules(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> ProxyRules:
    templates: dict[str, Template] = {}
    for segments in draw(st.lists(st.lists(_SEGMENTS, min_size=1, max_size=2), max_size=4)):
        try:
            template = Template.parse("/" + "/".join(segments))
        except InvalidPath:
            continue
        templates[template.shape] = template
    doors = tuple(
        Door(number, f"g/e{number}", template, (POST, GET), False, draw(st.sampled_from(((), ("10.0.0.0/8", "::1")))))
        for number, template in enumerate(sorted(templates.values(), key=lambda each: each.rank), start=1)
    )
    values = iter(draw(st.lists(VALUES, unique=True, min_size=4, max_size=4)))
    holders = tuple(
        Holder(number, name, (Key(next(values), NEVER),), tuple((door.number, GET) for door in doors))
        for number, name in enumerate(draw(st.lists(names, max_size=4)), start=1)
    )
    return ProxyRules(NOW, doors, holders)
