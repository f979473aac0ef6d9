"""What a drop creates: a block in its slot, its device attached to what is at hand, and whole VMs in one step.

A virtual machine dropped on a hypervisor comes with a virtual disk and a virtual network card, attached to the first
disk and the first virtual switch (else network card) of its host, if there are such. A virtual device or switch
dropped by itself is attached in the same way. Everything one drop creates is one step of undo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.names import Names
from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document, Point, Value
from hvstudio.model.edits import insert_blocks
from hvstudio.model.index import Index, index_of


@frozen(kw_only=True)
class Wanted:
    """What to put on the canvas: a kind, maybe a product, maybe parameters, and how many of it."""

    kind: str
    product: str = ""
    parameters: Mapping[str, Value] | None = None
    count: int = 1


@frozen(kw_only=True)
class Guest:
    """What a ready-made VM contains: products of the catalogue, or empty for none."""

    os: str = ""
    workload: str = ""


def add_from_palette(
    document: Document,
    catalog: Catalog,
    wanted: Wanted,
    *,
    support: BlockId | None,
    before: BlockId | None = None,
    position: Point | None = None,
) -> tuple[Document, tuple[BlockId, ...]]:
    """Put what was dropped on `support` (in front of `before`) or free at `position`; gives the ids of the new blocks
    that rest on the support.
    """
    if wanted.kind not in catalog.kinds:
        raise EditError("this kind of block is not known here", where=wanted.kind)
    maker = _Maker(document, catalog)
    made: list[BlockId] = []
    for number in range(max(1, wanted.count)):
        made.append(maker.add(wanted.kind, wanted.product, support, wanted.parameters))
        if wanted.kind == "vm" and support is not None and document.block(support).kind == "hypervisor":
            maker.add_devices(made[-1])
        if support is None and position is not None:
            maker.positions[made[-1]] = (position[0] + 24.0 * number, position[1] - 24.0 * number)
    return maker.finished(before), tuple(made)


def add_virtual_machines(
    document: Document,
    catalog: Catalog,
    hypervisor: BlockId,
    *,
    guest: Guest | None = None,
    count: int = 1,
    before: BlockId | None = None,
) -> tuple[Document, tuple[BlockId, ...]]:
    """Complete VMs on a hypervisor: guest OS, workload, disk and network card attached; gives the ids of the VMs."""
    maker = _Maker(document, catalog)
    made: list[BlockId] = []
    for _ in range(max(1, count)):
        vm = maker.add("vm", "", hypervisor)
        maker.add_devices(vm)
        made.append(vm)
        top = vm
        if guest is not None and guest.os:
            top = maker.add("os", guest.os, vm)
        if guest is not None and guest.workload:
            maker.add("workload", guest.workload, top)
    return maker.finished(before), tuple(made)


def default_attachment(document: Document, catalog: Catalog, index: Index, block: Block) -> BlockId | None:
    """What a virtual device in its place is attached to when nobody says: the first fitting thing nearest below it.

    A virtual network card prefers a switch to a bare card; both are looked for on the host and on everything between.
    """
    declared = catalog.kinds.get(block.kind)
    if declared is None or not declared.attaches_to or block.rests_on is None:
        return None
    chain = [block.rests_on, *(below.id for below in index.below(block.rests_on))]
    for wanted in ("virtual_switch", "virtual_disk", "disk", "nic"):
        if wanted in declared.attaches_to:
            found = _first_on(document, index, wanted, chain[1:])
            if found is not None:
                return found
    return None


def _first_on(document: Document, index: Index, kind: str, chain: Sequence[BlockId]) -> BlockId | None:
    """The first block of a kind built into a layer of the chain or into what stands beside the layers above it."""
    for layer in chain:
        for child in index.children_of(layer):
            if document.block(child).kind == kind:
                return child
        for child in index.children_of(layer):
            if document.block(child).kind in ("os", "parent_partition"):
                for inner in index.above(child):
                    if document.block(inner).kind == kind and _same_machine(document, index, inner, child):
                        return inner
    return None


def _same_machine(document: Document, index: Index, inner: BlockId, outer: BlockId) -> bool:
    """Whether no VM lies between the two: a switch inside another VM is not at hand."""
    for block in index.below(inner):
        if block.id == outer:
            return True
        if document.block(block.id).kind == "vm":
            return False
    return True


class _Maker:
    """New blocks gathered for one edit, so that many cost one copy of the document."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self.document = document
        self.catalog = catalog
        self.index = index_of(document)
        self.names = Names(document)
        self.number = document.next_number
        self.blocks: dict[BlockId, Block] = {}
        self.positions: dict[BlockId, Point] = {}

    def add(
        self, kind: str, product: str, rests_on: BlockId | None, parameters: Mapping[str, Value] | None = None
    ) -> BlockId:
        while (block_id := BlockId(f"{kind}-{self.number}")) in self.document.blocks:
            self.number += 1
        self.number += 1
        block = Block(
            id=block_id,
            kind=kind,
            name=self.names.for_new(self.catalog, kind, product),
            product=product,
            rests_on=rests_on,
            parameters=dict(parameters or {}),
        )
        if rests_on in self.document.blocks:
            block = evolve(block, attached_to=default_attachment(self.document, self.catalog, self.index, block))
        self.blocks[block_id] = block
        return block_id

    def add_devices(self, vm: BlockId) -> None:
        """A disk and a network card for a new VM, each only if there is something to attach it to."""
        for kind in ("virtual_disk", "virtual_nic"):
            support = self.blocks[vm].rests_on
            probe = Block(id=BlockId("probe"), kind=kind, name="", rests_on=support)
            target = self._attachment_from(probe)
            if target is not None:
                device = self.add(kind, "", vm)
                self.blocks[device] = evolve(self.blocks[device], attached_to=target)

    def _attachment_from(self, probe: Block) -> BlockId | None:
        """As `default_attachment`, for a device of a VM that is not in the document yet."""
        declared = self.catalog.kinds[probe.kind]
        if probe.rests_on is None:
            return None
        chain = [probe.rests_on, *(below.id for below in self.index.below(probe.rests_on))]
        for wanted in ("virtual_switch", "virtual_disk", "disk", "nic"):
            if wanted in declared.attaches_to:
                found = _first_on(self.document, self.index, wanted, chain)
                if found is not None:
                    return found
        return None

    def finished(self, before: BlockId | None) -> Document:
        made = insert_blocks(self.document, list(self.blocks.values()), before=before)
        return evolve(made, positions={**made.positions, **self.positions}) if self.positions else made
