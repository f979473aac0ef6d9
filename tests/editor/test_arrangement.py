"""The layout that follows edits stack by stack, against one made from scratch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given

sys.path.insert(0, str(Path(__file__).parent.parent / "model"))

from model_strategies import SCRIPTS, Draw, run

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.editor.arrangement import Arrangement
from hvstudio.editor.forms import forms_of
from hvstudio.model.change import between
from hvstudio.model.document import Block, Document
from hvstudio.model.edits import move_roots, rename_block
from hvstudio.model.index import index_of
from hvstudio.model.stacking import lay_out

if TYPE_CHECKING:
    from conftest import World

FORMS = forms_of(empty_catalog())


def measure(block: Block) -> tuple[float, float]:
    """Sizes that depend on the name, so that a new name moves its neighbours."""
    return 40.0 + 8.0 * len(block.name), 30.0


@given(SCRIPTS)
def test_after_any_edits_it_is_the_layout_made_from_scratch(script: list[Draw]) -> None:
    document = Document()
    arrangement = Arrangement(forms=FORMS, measure=measure)
    arrangement.follow(document, index_of(document))
    for draw in script:
        after = run(document, draw)
        before = arrangement.layout.places
        touched = arrangement.follow(after, index_of(after), between(document, after))
        fresh = lay_out(after, index_of(after), forms=FORMS, measure=measure)
        assert dict(arrangement.layout.places) == dict(fresh.places)
        assert arrangement.layout.order == fresh.order
        moved = {block for block, place in fresh.places.items() if before.get(block) != place}
        assert moved <= touched
        document = after


def test_an_edit_in_one_stack_leaves_the_others_as_they_are(type1: World) -> None:
    type1.add("host", "other", position=(5000.0, 0.0))
    arrangement = Arrangement(forms=FORMS, measure=measure)
    arrangement.follow(type1.document, index_of(type1.document))
    kept = arrangement.layout.places[type1["other"]]
    after = rename_block(type1.document, type1["a"], "a much longer name")
    touched = arrangement.follow(after, index_of(after), between(type1.document, after))
    assert arrangement.layout.places[type1["other"]] is kept
    assert type1["other"] not in touched
    assert type1["a"] in touched


def test_moving_a_host_shifts_its_stack(type1: World) -> None:
    arrangement = Arrangement(forms=FORMS, measure=measure)
    arrangement.follow(type1.document, index_of(type1.document))
    before = arrangement.layout.places[type1["a"]].bar
    after = move_roots(type1.document, {type1["host"]: (100.0, 50.0)})
    touched = arrangement.follow(after, index_of(after), between(type1.document, after))
    bar = arrangement.layout.places[type1["a"]].bar
    assert (bar.x - before.x, bar.y - before.y) == (100.0, 50.0)
    assert touched == frozenset(type1.document.blocks)
