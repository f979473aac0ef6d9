"""Random edit scripts for hypothesis: sequences of edits as a person, or a careless program, might make them."""

from __future__ import annotations

from attrs import frozen
from hypothesis import strategies as st

from hvstudio.catalog.kinds import KINDS
from hvstudio.errors import EditError
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import (
    add_block,
    attach,
    move_blocks,
    move_roots,
    remove_blocks,
    rename_block,
    set_parameters,
    set_title,
    suppress_rule,
)


@frozen
class Draw:
    """One random edit: which kind of edit, and numbers that choose blocks, kinds and places."""

    what: str
    first: int
    second: int
    third: int
    word: str


WORDS = st.text(alphabet="abcXYZ 0123äß\u200b\t", max_size=12)
DRAWS = st.builds(
    Draw,
    st.sampled_from(
        [
            "add",
            "add",
            "add",
            "move",
            "move",
            "reorder",
            "remove",
            "rename",
            "set",
            "attach",
            "place",
            "title",
            "suppress",
        ]
    ),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(0, 1000),
    WORDS,
)
SCRIPTS = st.lists(DRAWS, max_size=40)


def run(document: Document, draw: Draw) -> Document:
    """What the edit makes of the document; the same document where the edit is refused or has nothing to work on."""
    try:
        return _run(document, draw)
    except EditError:
        return document


def _run(document: Document, draw: Draw) -> Document:
    first, second = _pick(document, draw.first), _pick(document, draw.second)
    point = (float(draw.second), -float(draw.third))
    if draw.what == "add":
        kind = list(KINDS)[draw.third % len(KINDS)]
        return add_block(document, kind=kind, name=draw.word.strip() or kind, rests_on=first, position=point)[0]
    if draw.what == "title":
        return set_title(document, draw.word)
    if first is None:
        return document
    if draw.what == "move":
        goal = second if draw.third % 4 else None
        return move_blocks(document, [first], rests_on=goal, positions={first: point})
    if draw.what == "reorder":
        return move_blocks(document, [first], rests_on=document.block(first).rests_on, before=second)
    if draw.what == "remove":
        return remove_blocks(document, [first])
    if draw.what == "rename":
        return rename_block(document, first, draw.word)
    if draw.what == "set":
        return set_parameters(document, [first], {"memory_bytes": draw.second or None})
    if draw.what == "attach":
        return attach(document, first, second)
    if draw.what == "place":
        return move_roots(document, {first: point})
    return suppress_rule(document, first, "some.rule", draw.word)


def _pick(document: Document, number: int) -> BlockId | None:
    """A block by number; one time out of so many none at all."""
    ids = list(document.blocks)
    position = number % (len(ids) + 1)
    return ids[position] if position < len(ids) else None
