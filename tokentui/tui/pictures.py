"""Saving a picture of the screen where it can be saved, and saying where that is."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from tokentui.domain.masking import masked
from tokentui.store.private_files import write_private


def save_picture(app: App[Any]) -> tuple[str, str]:
    """Save an SVG picture into the current folder, or else into the home folder; what to say, and its kind."""
    failures, name = [], f"{app.title}_{datetime.now():%Y-%m-%dT%H_%M_%S_%f}.svg"
    for folder in (".", "~"):
        try:
            saved = _save(app.export_screenshot(), folder, name)
        except (OSError, RuntimeError) as error:
            failures.append(f"{_shown(folder)} cannot be written ({getattr(error, 'strerror', None) or error})")
        else:
            return ". ".join([f"Saved {saved}", *failures]) + ".", "done"
    return f"No picture was saved: {', and '.join(failures)}.", "error"


@contextmanager
def pasted_concealed(screens: Iterable[Screen[Any]]) -> Iterator[None]:
    """Mask the fields that a value was pasted into, until the picture is taken."""
    fields = [field for screen in screens for field in screen.query(Input) if masked(field.value) != field.value]
    before = [field.password for field in fields]
    for field in fields:
        field.password = True
    yield
    for field, password in zip(fields, before, strict=True):
        field.password = password


def _save(picture: str, folder: str, name: str) -> Path:
    """For its owner alone: names of tokens and endpoints are on it."""
    file = Path(folder).expanduser().absolute() / name
    write_private(file, picture.encode())
    return file


def _shown(folder: str) -> str:
    try:
        return str(Path(folder).expanduser().absolute())
    except OSError:  # it was removed while we are in it
        return "the current folder"
    except RuntimeError:
        return "the home folder"
