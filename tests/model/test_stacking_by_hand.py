"""Stacks whose every rectangle is worked out by hand: chips in rows, VMs wrapped into a grid, spare room shared."""

from __future__ import annotations

import pytest

from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block
from hvstudio.model.geometry import Rect
from hvstudio.model.index import index_of
from hvstudio.model.stacking import Form, Place, lay_out

# The gaps of the layout: 6 between layers, 8 between columns, 6 inside a frame, 38 in an empty frame, 6 between chips,
# 8 around chips.
FORMS = {
    "disk": Form(is_chip=True),
    "virtual_disk": Form(is_chip=True),
    "vm": Form(is_frame=True, wraps=True, chips_below=True, chips_per_row=2),
    "parent": Form(is_frame=True, fills=True),
}


class World:
    """A document built by names: bars of 100 by 40, systems of 88, chips of 60 by 20, and a ground as wide as said."""

    def __init__(self, ground: float = 100.0) -> None:
        self.document = Document()
        self.ids: dict[str, BlockId] = {}
        self.ground = ground

    def add(self, kind: str, name: str, on: str = "") -> None:
        support = self.ids[on] if on else None
        self.document, self.ids[name] = add_block(self.document, kind=kind, name=name, rests_on=support)

    def measure(self, block: Block) -> tuple[float, float]:
        if FORMS.get(block.kind, Form()).is_chip:
            return 60.0, 20.0
        return {"host": self.ground, "os": 88.0}.get(block.kind, 100.0), 40.0

    def places(self) -> dict[str, Place]:
        layout = lay_out(self.document, index_of(self.document), forms=FORMS, measure=self.measure)
        return {name: layout.places[block_id] for name, block_id in self.ids.items()}


def test_three_chips_of_a_vm_stand_in_two_rows_under_its_title() -> None:
    """Two chips need 2 x 60 + 6 = 126, so the VM is 142 wide; two rows 46 high under 40 of title, with 8 - 2 around."""
    world = World()
    world.add("vm", "vm")
    for name in ("one", "two", "three"):
        world.add("virtual_disk", name, "vm")
    places = world.places()
    assert places["vm"].bar == Rect(0.0, -92.0, 142.0, 92.0)
    assert places["vm"].column == Rect(0.0, -136.0, 142.0, 136.0)  # 38 + 6 of an empty frame above the bar
    assert places["one"].bar == Rect(8.0, -54.0, 60.0, 20.0)
    assert places["two"].bar == Rect(74.0, -54.0, 60.0, 20.0)
    assert places["three"].bar == Rect(8.0, -28.0, 60.0, 20.0)
    assert [places[name].depth for name in ("vm", "one")] == [0, 1]


def test_nine_chips_of_a_bar_stand_in_two_rows_at_its_right_end() -> None:
    """Eight need 8 x 60 + 7 x 6 = 522, with the title 100 and 8 at the end 630; two rows are 46 + 16 = 62 high."""
    world = World()
    world.add("host", "host")
    for number in range(9):
        world.add("disk", f"disk {number}", "host")
    places = world.places()
    assert places["host"].bar == Rect(0.0, -62.0, 630.0, 62.0)
    assert places["disk 0"].bar == Rect(100.0, -54.0, 60.0, 20.0)
    assert places["disk 7"].bar == Rect(562.0, -54.0, 60.0, 20.0)
    assert places["disk 8"].bar == Rect(100.0, -28.0, 60.0, 20.0)


@pytest.mark.parametrize("parent_first", [True, False])
def test_twelve_vms_wrap_beside_the_parent_and_share_the_spare_room(parent_first: bool) -> None:
    """Two rows of six, on a ground of 1,000.

    Least width: six VMs 6 x 100 + 5 x 8 = 640, the parent 88 + 12 = 100, 8 between: 748. The spare 252 is the grid's:
    892, so a VM gets (892 - 40) / 6 = 142. The parent holds a tower of four bars, 4 x 40 + 3 x 6 = 178, and is
    40 + 6 + 178 + 6 = 230 high; the grid needs 2 x 84 + 8 = 176, so each row gets (230 - 176) / 2 = 27 more: 111.
    The row stands at 46 over the ground, on a bar of 40 and a gap of 6.
    """
    world = World(ground=1000.0)
    world.add("host", "host")
    if parent_first:
        world.add("parent", "parent", "host")
    for number in range(12):
        world.add("vm", f"vm {number}", "host")
    if not parent_first:
        world.add("parent", "parent", "host")
    below = "parent"
    for level in range(4):
        world.add("os", f"level {level}", below)
        below = f"level {level}"
    places = world.places()
    parent, grid = (0.0, 108.0) if parent_first else (900.0, 0.0)

    assert places["host"].bar == Rect(0.0, -40.0, 1000.0, 40.0)
    assert places["host"].column == Rect(0.0, -276.0, 1000.0, 276.0)
    assert places["parent"].bar == Rect(parent, -86.0, 100.0, 40.0)
    assert places["parent"].column == Rect(parent, -276.0, 100.0, 230.0)
    assert places["vm 0"].bar == Rect(grid, -86.0, 142.0, 40.0)
    assert places["vm 0"].column == Rect(grid, -157.0, 142.0, 111.0)
    assert places["vm 5"].column == Rect(grid + 750.0, -157.0, 142.0, 111.0)
    assert places["vm 6"].bar == Rect(grid, -205.0, 142.0, 40.0)
    assert places["vm 6"].column == Rect(grid, -276.0, 142.0, 111.0)
    assert places["vm 11"].column == Rect(grid + 750.0, -276.0, 142.0, 111.0)
    # Inside the frame of the parent, 6 over its bar, and 3 x 46 further up.
    assert places["level 0"].bar == Rect(parent + 6.0, -132.0, 88.0, 40.0)
    assert places["level 3"].bar == Rect(parent + 6.0, -270.0, 88.0, 40.0)


def test_ten_vms_stay_in_one_row_and_eleven_wrap() -> None:
    for count, rows in ((10, 1), (11, 2)):
        world = World()
        world.add("host", "host")
        for number in range(count):
            world.add("vm", f"vm {number}", "host")
        places = world.places()
        assert len({places[f"vm {number}"].bar.y for number in range(count)}) == rows
