"""Gestures on any document, anywhere: never an exception but a refusal, and what they give is sound."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "model"))

from model_strategies import SCRIPTS, Draw, run

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.catalog.kinds import KINDS
from hvstudio.editor.clipboard import copy_text, paste
from hvstudio.editor.forms import forms_of
from hvstudio.editor.gestures import Moving, Placing, Proposal, RubberBand, moved_by_keys
from hvstudio.editor.navigation import following, neighbour
from hvstudio.editor.slots import Stage, find_target, has_slot, hit
from hvstudio.editor.starters import Wanted
from hvstudio.errors import EditError
from hvstudio.model.document import Block, Document
from hvstudio.model.index import index_of
from hvstudio.model.stacking import lay_out

CATALOG = empty_catalog()
POINTS = st.lists(
    st.tuples(st.floats(-600, 1200), st.floats(-900, 300), st.booleans()), min_size=1, max_size=5
)  # fmt: skip


def measure(block: Block) -> tuple[float, float]:
    return (60.0, 20.0) if "disk" in block.kind or "nic" in block.kind else (100.0, 40.0)


def staged(script: list[Draw]) -> Stage:
    document = Document()
    for draw in script:
        document = run(document, draw)
    index = index_of(document)
    layout = lay_out(document, index, forms=forms_of(CATALOG), measure=measure)
    return Stage(document=document, index=index, layout=layout, catalog=CATALOG)


def assert_sound(proposal: Proposal | None, before: Document) -> None:
    if proposal is None:
        return
    document = proposal.document
    index = index_of(document)
    assert set(proposal.select) <= set(document.blocks)
    assert set(document.positions) == set(index.roots)
    assert before.blocks.keys() <= document.blocks.keys()
    assert proposal.label


@given(SCRIPTS, st.sampled_from([*KINDS, "teapot"]), POINTS, st.integers(1, 3))
def test_placing_anything_anywhere(
    script: list[Draw], kind: str, points: list[tuple[float, float, bool]], count: int
) -> None:
    stage = staged(script)
    gesture = Placing(stage, Wanted(kind=kind, count=count))
    for x, y, bypass in points:
        target = gesture.move((x, y), bypass_grid=bypass).target
        if target.support is not None:
            assert has_slot(CATALOG, kind, stage.document.block(target.support).kind)
            assert target.before is None or stage.document.block(target.before).rests_on == target.support
        assert not (target.support and target.refusal)
    try:
        proposal = gesture.finish()
    except EditError:
        return
    assert_sound(proposal, stage.document)
    if proposal is not None:
        assert len(proposal.select) == count


@given(SCRIPTS, st.sets(st.integers(0, 30), max_size=4), POINTS)
def test_moving_anything_anywhere(
    script: list[Draw], chosen: set[int], points: list[tuple[float, float, bool]]
) -> None:
    stage = staged(script)
    ids = [block_id for number, block_id in enumerate(stage.document.blocks) if number in chosen]
    gesture = Moving(stage, ids, (points[0][0], points[0][1]))
    for x, y, bypass in points:
        gesture.move((x, y), bypass_grid=bypass)
    proposal = gesture.finish()
    assert_sound(proposal, stage.document)
    if proposal is not None:
        assert len(proposal.document) == len(stage.document)


@given(SCRIPTS, POINTS, st.integers(0, 30))
def test_pointing_walking_and_nudging(script: list[Draw], points: list[tuple[float, float, bool]], number: int) -> None:
    stage = staged(script)
    for x, y, _ in points:
        found = hit(stage, (x, y))
        assert found is None or found in stage.document.blocks
        find_target(stage, "os", (x, y))
        assert set(RubberBand(stage, (0.0, 0.0)).move((x, y)).selected) <= set(stage.document.blocks)
    ids = list(stage.document.blocks)
    if number < len(ids):
        for direction in ("up", "down", "left", "right"):
            found = neighbour(stage, ids[number], direction)
            assert found is None or (found in stage.document.blocks and found != ids[number])
        assert following(stage, ids[number]) in stage.document.blocks
        for step in ((16.0, 0.0), (-16.0, 0.0), (0.0, 16.0)):
            assert_sound(moved_by_keys(stage, [ids[number]], step), stage.document)


@given(SCRIPTS, SCRIPTS, st.sets(st.integers(0, 30), min_size=1, max_size=4), st.integers(0, 40))
def test_copying_from_anywhere_to_anywhere(source: list[Draw], goal: list[Draw], chosen: set[int], onto: int) -> None:
    document = staged(source).document
    text = copy_text(document, [block_id for number, block_id in enumerate(document.blocks) if number in chosen])
    if not text:
        return
    other = staged(goal).document
    targets = list(other.blocks)
    pasted, heads = paste(other, text, targets[onto] if onto < len(targets) else None, catalog=CATALOG)
    index = index_of(pasted)
    copied = [block_id for head in heads for block_id in index.subtree(head)]
    assert len(pasted) == len(other) + len(copied)
    assert set(pasted.positions) == set(index.roots)
    for block_id in copied:
        target = pasted.block(block_id).attached_to
        assert target is None or target in pasted.blocks
