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


#: Every text at least 7:1 against what is behind it (WCAG 2.2, 1.4.6), the cursor black on yellow.
HIGH_CONTRAST_DARK = Theme(
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
    variables={
        **_PLAIN,
        **_coloured(
            primary="#ffe04d",
            secondary="#5ce9ff",
            accent="#5ce9ff",
            warning="#ffd24d",
            error="#ff9e9e",
            success="#4dff4d",
        ),
        "foreground-muted": "#d8d8d8",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#332c00",
        "input-selection-background": "#ffd700",
        "input-selection-foreground": "#000000",
        "border": "#ffd700",
        "border-blurred": "#b0b0b0",
        "scrollbar": "#b0b0b0",
        "scrollbar-background": "#1c1c1c",
    },
)

#: The same on white, the cursor white on dark blue.
HIGH_CONTRAST_LIGHT = Theme(
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
    variables={
        **_PLAIN,
        **_coloured(
            primary="#00308f",
            secondary="#00308f",
            accent="#4b0082",
            warning="#5c3a00",
            error="#990000",
            success="#004d1a",
        ),
        "foreground-muted": "#303030",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#ccd9f5",
        "input-selection-background": "#00308f",
        "input-selection-foreground": "#ffffff",
        "border": "#00308f",
        "border-blurred": "#505050",
        "scrollbar": "#505050",
        "scrollbar-background": "#ececec",
    },
)

#: Blue, yellow, orange and pink after Okabe and Ito (https://jfly.uni-koeln.de/color/), some of them lighter, to be
#: read on a dark ground: no two of them, and none and the plain text, look alike without one of the three cones.
COLOUR_BLIND = Theme(
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
        **_coloured(
            primary="#8fd0f5",
            secondary="#8fd0f5",
            accent="#e8b0d4",
            warning="#f0e442",
            error="#f0701f",
            success="#4ca6f0",
        ),
        "text": "auto 100%",
        "text-muted": "auto 72%",
        "text-disabled": "auto 65%",
        "foreground-muted": "#bcbcbc",
        "block-cursor-foreground": "#ffffff",
        "button-color-foreground": "auto 100%",
    },
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
