"""Attaching: a virtual device is backed by another block, never by itself."""

from __future__ import annotations

import pytest
from attrs import evolve

from hvstudio.errors import EditError
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block, attach, insert_blocks

DISKS = Document()
DISKS, A = add_block(DISKS, kind="virtual_disk", name="A")
DISKS, B = add_block(DISKS, kind="virtual_disk", name="B")
DISKS, C = add_block(DISKS, kind="virtual_disk", name="C")


def test_a_block_is_attached_and_detached() -> None:
    attached = attach(DISKS, A, B)
    assert attached.block(A).attached_to == B
    assert attach(attached, A, None).block(A).attached_to is None


def test_a_block_is_not_attached_to_itself() -> None:
    with pytest.raises(EditError, match="attached to itself"):
        attach(DISKS, A, A)


def test_attachments_do_not_form_a_ring() -> None:
    chain = attach(attach(DISKS, A, B), B, C)
    with pytest.raises(EditError, match="what is attached to it"):
        attach(chain, C, A)


def test_blocks_attached_in_a_ring_are_not_inserted() -> None:
    ring = [evolve(DISKS.block(A), attached_to=B), evolve(DISKS.block(B), attached_to=A)]
    with pytest.raises(EditError, match="attached to itself"):
        insert_blocks(Document(), ring)
