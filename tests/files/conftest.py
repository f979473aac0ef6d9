"""A small document that uses every field, for the tests of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvstudio.model.document import Block, BlockId, Document

HOST, DISK, VM, VDISK = (BlockId(name) for name in ("host-1", "disk-2", "vm-3", "virtual_disk-4"))


@pytest.fixture
def document() -> Document:
    """A host with a disk; on it a VM whose virtual disk is attached to that disk."""
    blocks = (
        Block(id=HOST, kind="host", name="Größe", product="host-server-2016", parameters={"sockets": 2, "slat": True}),
        Block(id=DISK, kind="disk", name='A "disk"\\', rests_on=HOST, parameters={"random_read_s": 0.0125}),
        Block(id=VM, kind="vm", name="虚拟机", rests_on=HOST, suppressed={"structure.vm-on-hardware": "on purpose"}),
        Block(
            id=VDISK, kind="virtual_disk", name="C:", rests_on=VM, attached_to=DISK,
            parameters={"format": "dynamic"}, extras={"colour": ["red", {"deep": None}]},
        ),
    )  # fmt: skip
    return Document(
        title="Every field",
        notes="Two lines.\nSecond.",
        blocks={block.id: block for block in blocks},
        positions={HOST: (10.5, -20.0)},
        next_number=9,
        extras={"author": {"name": "Ada"}},
    )


@pytest.fixture
def versions_folder() -> Path:
    """Files kept from every version of the format."""
    return Path(__file__).resolve().parent.parent / "data" / "versions"
