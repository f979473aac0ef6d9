"""The examples that ship with the program, in the order a newcomer reads them."""

from __future__ import annotations

from typing import Final

from hvstudio.errors import FileError
from hvstudio.files.native import from_text
from hvstudio.model.document import Document
from hvstudio.resources import names_in, read_text

FIRST_EXAMPLE: Final = "hyper-v-2016"
"""What a newcomer is shown."""

_SUFFIX: Final = ".hvs"
_READING_ORDER: Final = (
    "native",
    "virtual-pc",
    "vmware-workstation",
    "virtual-server-2005",
    "hyper-v-2016",
    "same-four-on-type2",
    "same-four-on-hybrid",
    "same-four-on-type1",
    "noisy-host",
    "weight-reserve-limit",
    "nested-hyper-v",
    "consolidation-32",
)


def example_names() -> tuple[str, ...]:
    """The names that `load_example` takes: the three architectures first, unknown newcomers last."""
    there = [name.removesuffix(_SUFFIX) for name in names_in("examples", _SUFFIX)]
    known = [name for name in _READING_ORDER if name in there]
    return (*known, *(name for name in there if name not in known))


def example_text(name: str) -> str:
    """The text of an example's file, to be copied as it is. FileError when there is none of that name."""
    names = example_names()
    if name not in names:
        raise FileError("there is no example of this name.", where=name, hint=f"There are: {', '.join(names)}.")
    return read_text(f"examples/{name}{_SUFFIX}")


def load_example(name: str) -> Document:
    """The document of an example. FileError when there is none of that name."""
    return from_text(example_text(name), name=f"example {name}")


def example_title(name: str) -> str:
    """How an example is called in a list."""
    return load_example(name).title
