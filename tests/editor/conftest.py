"""Small worlds for the editor's tests, laid out with round numbers."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.forms import forms_of
from hvstudio.editor.slots import Stage
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block
from hvstudio.model.index import index_of
from hvstudio.model.stacking import lay_out


def measure(block: Block) -> tuple[float, float]:
    """Chips are 60 by 20, everything else 100 by 40."""
    chips = {"disk", "nic", "virtual_disk", "virtual_nic", "virtual_switch"}
    return (60.0, 20.0) if block.kind in chips else (100.0, 40.0)


class World:
    """A document built by names, and what gestures need to know about it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.document = Document()

    def add(self, kind: str, name: str, on: str = "", *, product: str = "", attached: str = "",
            position: tuple[float, float] | None = None) -> BlockId:  # fmt: skip
        self.document, block_id = add_block(
            self.document,
            kind=kind,
            name=name,
            product=product,
            rests_on=self[on] if on else None,
            attached_to=self[attached] if attached else None,
            position=position,
        )
        return block_id

    def __getitem__(self, name: str) -> BlockId:
        return next(block.id for block in self.document.blocks.values() if block.name == name)

    @property
    def stage(self) -> Stage:
        index = index_of(self.document)
        layout = lay_out(self.document, index, forms=forms_of(self.catalog), measure=measure)
        return Stage(document=self.document, index=index, layout=layout, catalog=self.catalog)

    def at(self, name: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
        """A point of a block's bar."""
        bar = self.stage.layout.places[self[name]].bar
        return bar.x + bar.width * across, bar.y + bar.height * down

    def row(self, name: str, document: Document | None = None) -> list[str]:
        """The names of what rests on a block."""
        shown = document or self.document
        return [shown.block(child).name for child in index_of(shown).children_of(self[name])]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return shipped_catalog()


@pytest.fixture
def world(catalog: Catalog) -> World:
    """Nothing yet."""
    return World(catalog)


@pytest.fixture
def type1(catalog: Catalog) -> World:
    """Hyper-V with a parent partition (system and switch inside) and two VMs, the first with a system and a disk."""
    world = World(catalog)
    world.add("host", "host", position=(0.0, 0.0))
    world.add("disk", "disk", "host")
    world.add("nic", "nic", "host")
    world.add("hypervisor", "hv", "host", product="hyper-v-2016")
    world.add("parent_partition", "parent", "hv")
    world.add("os", "root", "parent", product="windows-server-2016")
    world.add("virtual_switch", "switch", "parent", attached="nic")
    world.add("vm", "a", "hv")
    world.add("os", "guest", "a", product="linux")
    world.add("virtual_disk", "adisk", "a", attached="disk")
    world.add("vm", "b", "hv")
    return world
