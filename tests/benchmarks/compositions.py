"""Large compositions for benchmarks, grown from a shipped example."""

from __future__ import annotations

from attrs import evolve

from hvstudio.files.examples import load_example
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import set_parameters
from hvstudio.model.index import index_of


def consolidation(vms: int) -> Document:
    """The consolidation example with that many VMs (a multiple of 32) on a host that grows along."""
    document = load_example("consolidation-32")
    index = index_of(document)
    originals = [block.id for block in document.blocks.values() if block.kind == "vm"]
    host = next(block.id for block in document.blocks.values() if block.kind == "host")
    copies = vms // len(originals)
    blocks = dict(document.blocks)
    for copy in range(1, copies):
        for vm in originals:
            ids = {block_id: BlockId(f"{block_id}-{copy}") for block_id in index.subtree(vm)}
            for block_id, new_id in ids.items():
                block = document.blocks[block_id]
                support = ids.get(block.rests_on, block.rests_on) if block.rests_on else None
                blocks[new_id] = evolve(block, id=new_id, rests_on=support)
    size = {"sockets": 2 * copies, "memory_bytes": copies * 2**38}
    return set_parameters(evolve(document, blocks=blocks), [host], size)
