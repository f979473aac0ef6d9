"""The derived relations: who rests on whom, upwards and downwards."""

from __future__ import annotations

from hypothesis import given
from model_strategies import SCRIPTS, Draw, run

from hvstudio.model.document import Document
from hvstudio.model.edits import add_block
from hvstudio.model.index import index_of


def test_up_and_down_a_small_stack() -> None:
    document, host = add_block(Document(), kind="host", name="host")
    document, disk = add_block(document, kind="disk", name="disk", rests_on=host)
    document, os = add_block(document, kind="os", name="os", rests_on=host)
    document, work = add_block(document, kind="workload", name="work", rests_on=os)
    document, loose = add_block(document, kind="virtual_disk", name="loose", attached_to=disk)
    index = index_of(document)
    assert index.roots == (host, loose)
    assert index.children_of(host) == (disk, os)
    assert index.children_of(work) == ()
    assert list(index.above(host)) == [disk, os, work]
    assert list(index.subtree(os)) == [os, work]
    assert [block.id for block in index.below(work)] == [os, host]
    assert index.root_of(work) == host
    assert index.root_of(loose) == loose
    assert index.attached_to(disk) == (loose,)


@given(SCRIPTS)
def test_every_block_is_in_exactly_one_stack(script: list[Draw]) -> None:
    document = Document()
    for draw in script:
        document = run(document, draw)
    index = index_of(document)
    members = [block for root in index.roots for block in index.subtree(root)]
    assert sorted(members) == sorted(document.blocks)
    assert all(root == index.root_of(block) for root in index.roots for block in index.subtree(root))
    assert all(index.attached_to(block.attached_to).count(block.id) == 1
               for block in document.blocks.values() if block.attached_to is not None)  # fmt: skip
