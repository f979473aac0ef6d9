"""Edits: what they do in small worlds, and what holds after any sequence of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from model_strategies import SCRIPTS, Draw, run

from hvstudio.errors import EditError
from hvstudio.model.change import between
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import (
    add_block,
    attach,
    free_name,
    insert_blocks,
    move_block,
    move_blocks,
    move_roots,
    remove_blocks,
    rename_block,
    replace_block,
    set_parameters,
    set_product,
    set_title,
    suppress_rule,
)
from hvstudio.model.index import index_of


@pytest.fixture
def row() -> tuple[Document, list[BlockId]]:
    """A host carrying a, b and c side by side."""
    document, host = add_block(Document(), kind="host", name="Host")
    ids = [host]
    for name in ("a", "b", "c"):
        document, block_id = add_block(document, kind="os", name=name, rests_on=host)
        ids.append(block_id)
    return document, ids


def names_on(document: Document, support: BlockId) -> list[str]:
    return [document.block(child).name for child in index_of(document).children_of(support)]


def test_ids_are_readable_and_count_up(row: tuple[Document, list[BlockId]]) -> None:
    document, ids = row
    assert ids == ["host-1", "os-2", "os-3", "os-4"]
    assert document.next_number == 5


def test_a_removed_id_is_not_given_again(row: tuple[Document, list[BlockId]]) -> None:
    document, ids = row
    document, fresh = add_block(remove_blocks(document, [ids[3]]), kind="os", name="d")
    assert fresh == "os-5"


def test_removing_a_host_removes_what_rests_on_it(row: tuple[Document, list[BlockId]]) -> None:
    document, ids = row
    assert len(remove_blocks(document, [ids[0]])) == 0


def test_removing_a_disk_detaches_what_was_attached_to_it() -> None:
    document, host = add_block(Document(), kind="host", name="Host")
    document, disk = add_block(document, kind="disk", name="Disk", rests_on=host)
    document, virtual = add_block(document, kind="virtual_disk", name="v", attached_to=disk)
    assert remove_blocks(document, [disk]).block(virtual).attached_to is None


def test_moving_in_front_of_a_sibling_and_to_the_end(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, a, b, c) = row
    assert names_on(move_block(document, c, rests_on=host, before=a), host) == ["c", "a", "b"]
    assert names_on(move_block(document, a, rests_on=host), host) == ["b", "c", "a"]
    assert names_on(move_blocks(document, [c, b], rests_on=host, before=a), host) == ["c", "b", "a"]


def test_inserting_several_in_front_keeps_their_order(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, a, *_) = row
    new = [Block(id=BlockId(f"os-{number}"), kind="os", name=str(number), rests_on=host) for number in (7, 8)]
    inserted = insert_blocks(document, new, before=a)
    assert names_on(inserted, host) == ["7", "8", "a", "b", "c"]
    assert inserted.next_number == 9


def test_a_root_moved_onto_something_loses_its_position(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, *_) = row
    document, free = add_block(document, kind="os", name="free", position=(5.0, 6.0))
    assert document.positions[free] == (5.0, 6.0)
    docked = move_block(document, free, rests_on=host)
    assert free not in docked.positions
    assert move_block(docked, free, rests_on=None, position=(1.0, 2.0)).positions[free] == (1.0, 2.0)


def test_nothing_rests_on_itself_or_on_what_rests_on_it(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, a, *_) = row
    document, vm = add_block(document, kind="vm", name="vm", rests_on=a)
    for block_id, goal in ((host, host), (host, vm), (a, vm)):
        with pytest.raises(EditError, match="cannot rest on itself"):
            move_block(document, block_id, rests_on=goal)


def test_unknown_blocks_are_refused_by_name(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, a, *_) = row
    gone = BlockId("gone-9")
    for attempt in (
        lambda: remove_blocks(document, [gone]),
        lambda: rename_block(document, gone, "x"),
        lambda: move_block(document, a, rests_on=gone),
        lambda: move_block(document, a, rests_on=host, before=gone),
        lambda: attach(document, a, gone),
        lambda: set_parameters(document, [gone], {}),
    ):
        with pytest.raises(EditError) as caught:
            attempt()
        assert caught.value.where == gone


def test_parameters_go_back_to_their_default_with_none(row: tuple[Document, list[BlockId]]) -> None:
    document, (_, a, b, _) = row
    document = set_parameters(document, [a, b], {"memory_reserve_bytes": 5})
    assert document.block(a).parameters == {"memory_reserve_bytes": 5}
    assert set_parameters(document, [a], {"memory_reserve_bytes": None}).block(a).parameters == {}
    assert set_product(document, [a], "linux").block(a).product == "linux"


def test_a_rule_is_silenced_with_a_reason_and_speaks_again(row: tuple[Document, list[BlockId]]) -> None:
    document, (_, a, *_) = row
    quiet = suppress_rule(document, a, "x.y", "lab")
    assert quiet.block(a).suppressed == {"x.y": "lab"}
    assert suppress_rule(quiet, a, "x.y", None).block(a).suppressed == {}


def test_free_names_count_on() -> None:
    document, _ = add_block(Document(), kind="vm", name="Web")
    assert free_name(document, "Mail") == "Mail"
    assert free_name(document, "Web") == "Web 2"
    document, _ = add_block(document, kind="vm", name="Web 2")
    assert free_name(document, "Web") == "Web 3"


def test_only_free_blocks_have_positions_to_set(row: tuple[Document, list[BlockId]]) -> None:
    document, (_, a, *_) = row
    with pytest.raises(EditError):
        move_roots(document, {a: (1.0, 1.0)})


def test_replacing_must_not_move(row: tuple[Document, list[BlockId]]) -> None:
    document, (_, a, *_) = row
    with pytest.raises(EditError):
        replace_block(document, Block(id=a, kind="os", name="a"))


def test_a_change_names_exactly_what_differs(row: tuple[Document, list[BlockId]]) -> None:
    document, (host, a, b, c) = row
    renamed = between(document, rename_block(document, a, "A"))
    assert (renamed.changed, renamed.restacked) == ({a}, False)
    reordered = between(document, move_block(document, c, rests_on=host, before=a))
    assert (set(reordered.changed), reordered.restacked) == (set(), True)
    removed = between(document, remove_blocks(document, [b]))
    assert (removed.removed, removed.restacked) == ({b}, True)
    moved = between(document, move_roots(document, {host: (3.0, 4.0)}))
    assert (moved.moved, moved.restacked) == ({host}, False)
    assert not between(document, set_title(document, "other"))


@given(SCRIPTS)
def test_after_any_edits_the_document_is_sound(script: list[Draw]) -> None:
    document = Document()
    for draw in script:
        document = run(document, draw)
        assert_sound(document)


@given(SCRIPTS)
def test_earlier_values_are_never_touched_by_later_edits(script: list[Draw]) -> None:
    document = Document()
    kept: list[tuple[Document, tuple[str, ...], dict[BlockId, object]]] = []
    for draw in script:
        kept.append((document, tuple(document.blocks), dict(document.positions)))
        document = run(document, draw)
    for value, order, positions in kept:
        assert (tuple(value.blocks), dict(value.positions)) == (order, positions)


@given(SCRIPTS)
def test_the_change_leads_from_one_value_to_the_next(script: list[Draw]) -> None:
    document = Document()
    for draw in script:
        after = run(document, draw)
        change = between(document, after)
        assert change.added == after.blocks.keys() - document.blocks.keys()
        assert change.removed == document.blocks.keys() - after.blocks.keys()
        for block_id in document.blocks.keys() & after.blocks.keys():
            same = document.block(block_id) is after.block(block_id)
            assert same == (block_id not in change.changed)
        document = after


def assert_sound(document: Document) -> None:
    """What every edit must leave behind."""
    index = index_of(document)
    for block_id, block in document.blocks.items():
        assert block.id == block_id
        assert block.rests_on is None or block.rests_on in document.blocks
        assert block.attached_to is None or block.attached_to in document.blocks
        assert block.name.strip()
        seen = {block_id}
        for below in index.below(block_id):
            assert below.id not in seen
            seen.add(below.id)
        tail = block_id.rpartition("-")[2]
        assert int(tail) < document.next_number
    assert set(document.positions) == set(index.roots)
