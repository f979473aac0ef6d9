"""The one door to the files that ship with the program; `resources/` of the checkout is installed as hvstudio.data."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from hvstudio.errors import HVStudioError


def resource(path: str) -> Traversable:
    """A shipped file or folder by its path below `resources/`; absolute paths and `..` are refused."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "" in parts:
        raise HVStudioError("this is not a path of a shipped file", where=path)
    found = files("hvstudio.data").joinpath(*parts)
    if not (found.is_file() or found.is_dir()):
        raise HVStudioError("this file should ship with the program", where=path, hint="Install HVStudio again.")
    return found


def read_text(path: str) -> str:
    """The text of a shipped file."""
    return resource(path).read_text(encoding="utf-8")


def names_in(folder: str, suffix: str = "") -> Iterator[str]:
    """The names of the files in a shipped folder that end in `suffix`, sorted."""
    for entry in sorted(resource(folder).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(suffix) and not entry.name.startswith(("_", ".")):
            yield entry.name
