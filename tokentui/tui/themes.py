"""Two kinds of themes beside Textual's: one of the greatest contrast, one for eyes that tell fewer colours apart.

And the default ones, dark and light, where a text of theirs was hard to read (below 4.5:1, WCAG 2.2, 1.4.3).
What is promised of each is computed from the screens as they are drawn, in `tests/tui/test_contrast.py` and
`tests/tui/test_colour_blind.py`.
"""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

#: What is grey in other themes is told from the rest by its place and its words here.
_PLAIN = {
    "text": "auto 100%",
    "text-muted": "auto 88%",
    "text-disabled": "auto 80%",
    "button-color-foreground": "auto 100%",
}


def _coloured(**colours: str) -> dict[str, str]:
    """The colours of words: given as they are, where Textual would mix each with white or black."""
    return {f"text-{name}": colour for name, colour in colours.items()}


def _with_words(theme: Theme, **others: str) -> Theme:
    """The theme with its own colours for words, or `others` where those are none to be read."""
    names = ("primary", "secondary", "accent", "warning", "error", "success")
    words = {name: getattr(theme, name) for name in names} | others
    return replace(theme, variables=_coloured(**words) | theme.variables)


def _high_contrast(theme: Theme, *, on_cursor: str, blurred: str, grey: str, muted: str, rail: str) -> Theme:
    """The theme with a cursor, what is selected and the border in its first colour, and with one grey for lines."""
    variables = {
        **_PLAIN,
        "foreground-muted": muted,
        "block-cursor-foreground": on_cursor,
        "block-cursor-blurred-background": blurred,
        "input-selection-background": theme.primary,
        "input-selection-foreground": on_cursor,
        "border": theme.primary,
        "border-blurred": grey,
        "scrollbar": grey,
        "scrollbar-background": rail,
    }
    return replace(theme, variables=variables | theme.variables)


#: Every text at least 7:1 against what is behind it (WCAG 2.2, 1.4.6), the cursor black on yellow.
HIGH_CONTRAST_DARK = _high_contrast(
    _with_words(
        Theme(
            name="high-contrast-dark",
            primary="#ffd700",
            secondary="#5ce9ff",
            accent="#5ce9ff",
            warning="#ffd24d",
            error="#ff9e9e",
            success="#4dff4d",
            foreground="#ffffff",
            background="#000000",
            surface="#161616",
            panel="#262626",
        ),
        primary="#ffe04d",
    ),
    on_cursor="#000000",
    blurred="#332c00",
    grey="#b0b0b0",
    muted="#d8d8d8",
    rail="#1c1c1c",
)

#: The same on white, the cursor white on dark blue.
HIGH_CONTRAST_LIGHT = _high_contrast(
    _with_words(
        Theme(
            name="high-contrast-light",
            primary="#00308f",
            secondary="#00308f",
            accent="#4b0082",
            warning="#5c3a00",
            error="#990000",
            success="#004d1a",
            foreground="#000000",
            background="#ffffff",
            surface="#f2f2f2",
            panel="#e4e4e4",
            dark=False,
        )
    ),
    on_cursor="#ffffff",
    blurred="#ccd9f5",
    grey="#505050",
    muted="#303030",
    rail="#ececec",
)

#: Blue, yellow, orange and pink after Okabe and Ito (https://jfly.uni-koeln.de/color/), some of them lighter, to be
#: read on a dark ground: no two of them, and none and the plain text, look alike without one of the three cones.
COLOUR_BLIND = _with_words(
    Theme(
        name="colour-blind-safe",
        primary="#0072b2",
        secondary="#56b4e9",
        accent="#e8b0d4",
        warning="#f0e442",
        error="#f0701f",
        success="#4ca6f0",
        foreground="#ffffff",
        background="#121212",
        surface="#1a1a1a",
        panel="#262626",
        variables={
            "text": "auto 100%",
            "text-muted": "auto 72%",
            "text-disabled": "auto 65%",
            "foreground-muted": "#bcbcbc",
            "block-cursor-foreground": "#ffffff",
            "button-color-foreground": "auto 100%",
        },
    ),
    primary="#8fd0f5",
    secondary="#8fd0f5",
)

_READABLE_DARK = replace(
    BUILTIN_THEMES["textual-dark"],
    primary="#006bbd",
    variables={
        "text-disabled": "auto 52%",
        "block-cursor-foreground": "#ffffff",
        "button-color-foreground": "auto 100%",
    },
)

_READABLE_LIGHT = replace(
    BUILTIN_THEMES["textual-light"],
    variables={
        **BUILTIN_THEMES["textual-light"].variables,
        **_coloured(accent="#7a4600", warning="#7a4600", success="#1a6330"),
        "text-muted": "auto 68%",
        "text-disabled": "auto 62%",
        "foreground-muted": "#4f4f4f",
        "block-cursor-blurred-background": "#c3d3e0",
        "button-color-foreground": "auto 100%",
    },
)

#: What is registered beside Textual's own, or in their place.
THEMES = (_READABLE_DARK, _READABLE_LIGHT, HIGH_CONTRAST_DARK, HIGH_CONTRAST_LIGHT, COLOUR_BLIND)
