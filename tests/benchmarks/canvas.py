"""How smooth the canvas is: milliseconds for a zoom step, a pan, a drag step, an edit and an undo, by number of blocks.

Run: python tests/benchmarks/canvas.py [BLOCKS ...]. Software rendering into memory at 1600 x 1000, one thread.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.theme import load_theme
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import insert_blocks, rename_block

MACHINES_PER_HOST = 19
BARS = {"zoom": 1000 / 30, "pan": 1000 / 30, "drag": 1000 / 60}
"""What 500 blocks must stay under, in milliseconds."""


def document_of(blocks: int) -> Document:
    """Hosts with a disk, a card, a hypervisor and VMs of five blocks each."""
    made: list[Block] = []
    positions: dict[BlockId, tuple[float, float]] = {}

    def put(
        kind: str, rests_on: BlockId | None = None, *, product: str = "", attached: BlockId | None = None
    ) -> BlockId:
        block_id = BlockId(f"{kind}-{len(made) + 1}")
        made.append(
            Block(id=block_id, kind=kind, name=f"{kind} {len(made)}", product=product, rests_on=rests_on,
                  attached_to=attached)
        )  # fmt: skip
        return block_id

    while len(made) < blocks:
        host = put("host", product="host-server-2016")
        number = len(positions)
        positions[host] = (number % 4 * 2200.0, number // 4 * 900.0)
        disk, hypervisor = put("disk", host), put("hypervisor", host, product="hyper-v-2016")
        for _ in range(MACHINES_PER_HOST):
            machine = put("vm", hypervisor)
            put("workload", put("os", machine, product="linux"), product="web-server")
            put("virtual_disk", machine, attached=disk)
    made = made[:blocks]
    document = insert_blocks(Document(), made)
    known = {root: point for root, point in positions.items() if root in document.blocks}
    return Document(blocks=document.blocks, positions=known, next_number=document.next_number)


class Bench:
    """One canvas with so many blocks. `clock` gives seconds: of the wall, or of this thread alone."""

    def __init__(self, blocks: int, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        start = clock()
        self.document = document_of(blocks)
        self.workspace = Workspace(self.document, catalog=shipped_catalog())
        self.view = CanvasView(self.workspace, load_theme("light"))
        self.view.resize(1600, 1000)
        self.view.show()
        self.view.fit()
        self.settle()
        self.opened_ms = (clock() - start) * 1000

    def settle(self) -> None:
        QApplication.processEvents()

    def times(self, action: Callable[[int], None], *, count: int = 24) -> float:
        """The median time of an action, drawing included."""
        found: list[float] = []
        for number in range(count):
            start = self.clock()
            action(number)
            self.settle()
            found.append((self.clock() - start) * 1000)
        return statistics.median(found)

    def zoom(self) -> float:
        """Zooming in and out around the view that shows everything."""
        self.view.fit()
        return self.times(lambda number: self.view.zoom_in() if number % 8 < 4 else self.view.zoom_out())

    def zoom_near(self) -> float:
        """The same where letters are drawn."""
        self.view.zoom_to(0.6)
        result = self.times(lambda number: self.view.zoom_in() if number % 4 < 2 else self.view.zoom_out())
        self.view.fit()
        return result

    def pan(self) -> float:
        self.view.fit()
        self.view.zoom_to(self.view.scale_now * 2)
        return self.times(lambda number: self.view.camera.scroll(QPoint(7 if number % 2 else -9, 5)))

    def drag(self) -> float:
        """One VM held and moved over the others."""
        self.view.fit()
        machine = next(block.id for block in self.document.blocks.values() if block.kind == "vm")
        bar = self.view.canvas.picture.layout.places[machine].bar
        start = self.view.mapFromScene(QPointF(bar.x + 8, bar.y + 8))
        none = Qt.KeyboardModifier.NoModifier
        self.view.hand.press(start, none)
        result = self.times(lambda number: self.view.hand.move(start + QPoint(20 + 9 * number, number), none))
        self.view.hand.cancel()
        return result

    def edit(self) -> float:
        """A rename, with everything that follows it."""
        machine = next(block.id for block in self.document.blocks.values() if block.kind == "vm")
        return self.times(
            lambda number: void(
                self.workspace.apply("Rename", lambda document: rename_block(document, machine, f"Machine {number}"))
            )
        )

    def undo(self) -> float:
        return self.times(lambda number: void(self.workspace.undo()), count=20)


def void(value: object) -> None:
    """Drops a value."""


def main() -> int:
    """Measure, print a table, and say whether the bars for 500 blocks are met."""
    application = QApplication.instance() or QApplication([])
    met = True
    print(f"{'blocks':>7} {'open':>8} {'zoom':>8} {'near':>8} {'pan':>8} {'drag':>8} {'edit':>8} {'undo':>8}   ms")
    for blocks in [int(word) for word in sys.argv[1:]] or [50, 200, 500, 1000, 2000, 5000]:
        bench = Bench(blocks)
        row = {name: getattr(bench, name)() for name in ("zoom", "zoom_near", "pan", "drag", "edit", "undo")}
        print(f"{blocks:>7} {bench.opened_ms:8.1f} " + " ".join(f"{value:8.1f}" for value in row.values()))
        if blocks == 500:
            met = all(row[name] <= bar for name, bar in BARS.items())
        bench.view.close_canvas()
        bench.view.close()
    del application
    print("500 blocks: bars met" if met else "500 blocks: TOO SLOW")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
