"""Saving a picture of the screen where it can be saved, and saying where that is."""

from pathlib import Path
from typing import Any

from textual.app import App


def save_picture(app: App[Any]) -> tuple[str, str]:
    """Save an SVG picture into the current folder, or else into the home folder; what to say, and its kind."""
    failures = []
    for folder in (".", "~"):
        try:
            saved = Path(app.save_screenshot(path=folder)).absolute()
        except OSError as error:
            failures.append(f"{_shown(folder)} cannot be written ({error.strerror or error})")
        else:
            return ". ".join([f"Saved {saved}", *failures]) + ".", "done"
    return f"No picture was saved: {', and '.join(failures)}.", "error"


def _shown(folder: str) -> str:
    try:
        return str(Path(folder).expanduser().absolute())
    except OSError:  # it was removed while we are in it
        return "the current folder"
    except RuntimeError:
        return "the home folder"
