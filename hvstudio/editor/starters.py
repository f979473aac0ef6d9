"""What a drop creates: a block in its slot, its device attached to what is at hand, and whole VMs in one step.

A virtual machine dropped on a hypervisor comes with a virtual disk and a virtual network card, attached to the first
disk and the first virtual switch (else network card) of its host, if there are such. A virtual device or switch
dropped by itself is attached in the same way. Everything one drop creates is one step of undo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.editor.names import Names
from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document, Point, Value
from hvstudio.model.edits import insert_blocks
from hvstudio.model.index import Index, index_of

_HOLDERS: Final = (Role.OPERATING_SYSTEM, Role.PARENT_PARTITION)
"""What may have a switch for the machines beside it built into it."""


@frozen(kw_only=True)
class Wanted:
    """What to put on the canvas: a kind, maybe a product, maybe parameters, and how many of it."""

    kind: str
    product: str = ""
    parameters: Mapping[str, Value] | None = None
    count: int = 1


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
    declared = catalog.kinds.get(wanted.kind)
    if declared is None:
        raise EditError("this kind of block is not known here", where=wanted.kind)
    starter = _Starter(document, catalog)
    made: list[BlockId] = []
    for number in range(max(1, wanted.count)):
        made.append(starter.add(wanted, support))
        if support is not None and document.block(support).kind in declared.sound_supports:
            starter.add_devices(made[-1], declared.comes_with)
        if support is None and position is not None:
            starter.positions[made[-1]] = (position[0] + 24.0 * number, position[1] - 24.0 * number)
    return starter.finished(before), tuple(made)


def default_attachment(document: Document, catalog: Catalog, index: Index, block: Block) -> BlockId | None:
    """What a virtual device in its place is attached to when nobody says: the first fitting thing nearest below what
    it is built into.

    A virtual network card prefers a switch to a bare card; both are looked for on the host and on everything between.
    """
    if block.kind not in catalog.kinds or block.rests_on is None:
        return None
    return _attachment_below(document, catalog, index, kind=block.kind, machine=block.rests_on)


def _attachment_below(
    document: Document, catalog: Catalog, index: Index, *, kind: str, machine: BlockId
) -> BlockId | None:
    """What a device of that kind is attached to in a machine or layer that stands in the document."""
    layers = [below.id for below in index.below(machine)]
    return _attachment_on(document, catalog, index, kind=kind, layers=layers)


def _attachment_on(
    document: Document, catalog: Catalog, index: Index, *, kind: str, layers: Sequence[BlockId]
) -> BlockId | None:
    found = (_first_on(document, index, wanted, layers) for wanted in catalog.kind(kind).attaches_to)
    return next((target for target in found if target is not None), None)


def _first_on(document: Document, index: Index, kind: str, layers: Sequence[BlockId]) -> BlockId | None:
    """The first block of a kind built into one of the layers or into what stands beside the layers above it."""
    for layer in layers:
        for child in index.children_of(layer):
            if document.block(child).kind == kind:
                return child
        for child in index.children_of(layer):
            if role_of(document.block(child)) in _HOLDERS:
                for inner in index.above(child):
                    if document.block(inner).kind == kind and _same_machine(document, index, inner, child):
                        return inner
    return None


def _same_machine(document: Document, index: Index, inner: BlockId, outer: BlockId) -> bool:
    """Whether no VM lies between the two: a switch inside another VM is not at hand."""
    for block in index.below(inner):
        if block.id == outer:
            return True
        if role_of(block) is Role.VIRTUAL_MACHINE:
            return False
    return True


class _Starter:
    """New blocks gathered for one edit, so that many cost one copy of the document."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self.document = document
        self.catalog = catalog
        self.index = index_of(document)
        self.names = Names(document, catalog)
        self.number = document.next_number
        self.blocks: dict[BlockId, Block] = {}
        self.positions: dict[BlockId, Point] = {}

    def add(self, wanted: Wanted, rests_on: BlockId | None) -> BlockId:
        """One block of what is wanted; a device in its place is attached."""
        target = None
        if rests_on is not None and rests_on in self.document.blocks:
            target = _attachment_below(
                self.document, self.catalog, self.index, kind=wanted.kind, machine=rests_on
            )  # fmt: skip
        return self._add(wanted, rests_on, target)

    def add_devices(self, machine: BlockId, roles: Sequence[Role]) -> None:
        """The devices that a new machine comes with, each only if there is something to attach it to."""
        support = self.blocks[machine].rests_on
        if support is None:
            return
        layers = [support, *(below.id for below in self.index.below(support))]
        for kind in map(kind_for, roles):
            target = _attachment_on(self.document, self.catalog, self.index, kind=kind, layers=layers)
            if target is not None:
                self._add(Wanted(kind=kind), machine, target)

    def _add(self, wanted: Wanted, rests_on: BlockId | None, attached_to: BlockId | None) -> BlockId:
        while (block_id := BlockId(f"{wanted.kind}-{self.number}")) in self.document.blocks:
            self.number += 1
        self.number += 1
        self.blocks[block_id] = Block(
            id=block_id,
            kind=wanted.kind,
            name=self.names.for_new(wanted.kind, wanted.product),
            product=wanted.product,
            rests_on=rests_on,
            attached_to=attached_to,
            parameters=dict(wanted.parameters or {}),
        )
        return block_id

    def finished(self, before: BlockId | None) -> Document:
        """The document with everything that was gathered."""
        made = insert_blocks(self.document, list(self.blocks.values()), before=before)
        return evolve(made, positions={**made.positions, **self.positions}) if self.positions else made
