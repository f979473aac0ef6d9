"""The hand and the commands of the canvas, one small behaviour each: what is held, said, selected, refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hvstudio.editor.starters import Wanted
from hvstudio.gui.canvas.commands import CanvasCommands
from hvstudio.gui.canvas.dragging import BLOCK_MIME, read_wanted, write_wanted
from hvstudio.gui.canvas.hand import Hand
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import add_block

MakeCanvas = Callable[..., CanvasView]
IdOf = Callable[[Document, str], BlockId]
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class Held:
    """A hand of its own on a canvas, in scene units, and what it said."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.said: list[str] = []
        self.hand = Hand(view.canvas, to_scene=QPointF, say=self.said.append)

    def at(self, name: str, across: float = 0.3, down: float = 0.3) -> QPoint:
        """A point of a block's bar."""
        block_id = next(block.id for block in self.view.workspace.document.blocks.values() if block.name == name)
        bar = self.view.canvas.picture.layout.places[block_id].bar
        return QPoint(round(bar.x + bar.width * across), round(bar.y + bar.height * down))

    def names(self) -> list[str]:
        """The names of what is selected."""
        workspace = self.view.workspace
        return [workspace.document.block(block_id).name for block_id in workspace.selection]

    def click(self, name: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press and release on a block."""
        self.hand.press(self.at(name), modifiers)
        self.hand.release(self.at(name), modifiers)


@pytest.fixture
def held(make_canvas: MakeCanvas, small_stack: Document) -> Held:
    return Held(make_canvas(small_stack))


def test_control_toggles_and_shift_only_adds(held: Held) -> None:
    held.click("VM 1")
    held.click("VM 2", CONTROL)
    assert held.names() == ["VM 1", "VM 2"]
    held.click("VM 1", CONTROL)
    assert held.names() == ["VM 2"]
    held.click("VM 1", SHIFT)
    held.click("VM 1", SHIFT)
    assert sorted(held.names()) == ["VM 1", "VM 2"]


def test_one_of_several_that_is_clicked_stays_alone_but_only_once_it_is_let_go(held: Held) -> None:
    held.click("VM 1")
    held.click("VM 2", CONTROL)
    held.hand.press(held.at("VM 1"), NONE)
    assert len(held.names()) == 2, "it may become a drag of both"
    held.hand.release(held.at("VM 1"), NONE)
    assert held.names() == ["VM 1"]


def test_a_click_on_the_ground_clears_unless_a_key_is_held(held: Held) -> None:
    far = QPoint(-5000, -5000)
    for modifiers, left in ((CONTROL, ["VM 1"]), (SHIFT, ["VM 1"]), (NONE, [])):
        held.click("VM 1")
        held.hand.press(far, modifiers)
        held.hand.release(far, modifiers)
        assert held.names() == left


def test_it_is_busy_from_the_press_to_the_release_and_drags_from_the_distance_on(held: Held) -> None:
    far_enough = QApplication.startDragDistance()
    start = held.at("VM 1")
    assert (held.hand.is_busy, held.hand.is_dragging) == (False, False)
    held.hand.press(start, NONE)
    assert (held.hand.is_busy, held.hand.is_dragging) == (True, False)
    held.hand.move(start + QPoint(far_enough - 1, 0), NONE)
    assert not held.hand.is_dragging
    held.hand.move(start + QPoint(far_enough, 0), NONE)
    assert held.hand.is_dragging
    held.hand.cancel()
    assert (held.hand.is_busy, held.hand.is_dragging) == (False, False)
    assert held.said[-1] == ""
    assert held.view.canvas.overlay.preview is None


def test_while_it_is_held_it_says_where_it_would_go(held: Held) -> None:
    held.hand.press(held.at("VM 1"), NONE)
    held.hand.move(held.at("VM 2", 0.9), NONE)
    assert held.said[-1] == "Goes on “Hyper-V”."
    held.hand.move(QPoint(5000, 5000), NONE)
    assert held.said[-1] == ""
    held.hand.cancel()
    held.hand.press(held.at("Windows"), NONE)
    held.hand.move(held.at("Disk"), NONE)
    assert held.said[-1].startswith(("Goes on", "An operating system"))


def test_a_band_drawn_with_control_keeps_what_was_selected(held: Held) -> None:
    held.click("Server")
    bounds = held.view.canvas.picture.layout.places
    vm = next(block.id for block in held.view.workspace.document.blocks.values() if block.name == "VM 2")
    bar = bounds[vm].bar
    # From outside the stack on its right: the last VM stands at its right end.
    start = QPoint(round(bar.right + 60), round(bar.y - 400))
    end = QPoint(round(bar.x - 2), round(bar.bottom + 2))
    for modifiers, expected in ((CONTROL, {"Server", "VM 2"}), (NONE, {"VM 2"})):
        held.hand.press(start, modifiers)
        held.hand.move(end, modifiers)
        assert not held.hand.is_dragging
        held.hand.release(end, modifiers)
        assert set(held.names()) == expected
        held.click("Server")


def test_a_new_block_over_the_wrong_place_is_refused_with_a_sentence_that_stays(held: Held) -> None:
    before = held.view.workspace.document
    held.hand.start_placing(Wanted(kind="virtual_disk"), (100.0, 40.0))
    assert held.hand.drop_several(held.at("Server"), NONE) is None
    held.hand.drop(held.at("Server"), NONE)
    assert held.view.workspace.document is before
    assert held.said[-1] != ""
    assert not held.hand.is_busy


def test_how_many_is_answered_once(held: Held) -> None:
    held.hand.start_placing(Wanted(kind="vm"), (100.0, 40.0))
    answered = held.hand.drop_several(held.at("Hyper-V"), SHIFT)
    assert answered is not None
    answered(3)
    vms = [block for block in held.view.workspace.document.blocks.values() if block.kind == "vm"]
    assert len(vms) == 2 + 3
    answered(3)
    assert len([block for block in held.view.workspace.document.blocks.values() if block.kind == "vm"]) == 5
    held.hand.press(held.at("VM 1"), NONE)
    held.hand.move(held.at("VM 2"), NONE)
    assert held.hand.drop_several(held.at("VM 2"), SHIFT) is None, "what is moved is not counted"
    held.hand.cancel()


def test_a_gesture_does_not_outlive_its_document(held: Held) -> None:
    assert not held.hand.outlived()
    held.hand.press(held.at("VM 1"), NONE)
    held.hand.move(held.at("VM 2"), NONE)
    assert not held.hand.outlived()
    held.view.workspace.apply("Add", lambda document: add_block(document, kind="note", name="n")[0])
    assert held.hand.outlived()
    held.hand.cancel()


@pytest.mark.parametrize(
    ("key", "modifiers", "moved"),
    [
        (Qt.Key.Key_Right, CONTROL, (16.0, 0.0)),
        (Qt.Key.Key_Left, CONTROL, (-16.0, 0.0)),
        (Qt.Key.Key_Up, CONTROL, (0.0, -16.0)),
        (Qt.Key.Key_Down, CONTROL, (0.0, 16.0)),
        (Qt.Key.Key_Right, ALT, (1.0, 0.0)),
        (Qt.Key.Key_Down, ALT, (0.0, 1.0)),
        (Qt.Key.Key_Down, NONE, (0.0, 0.0)),
    ],
)
def test_arrows_with_a_key_held_move_a_free_block(
    held: Held, key: Qt.Key, modifiers: Qt.KeyboardModifier, moved: tuple[float, float]
) -> None:
    workspace = held.view.workspace
    workspace.apply("Note", lambda document: add_block(document, kind="note", name="n", position=(2000.0, 64.0))[0])
    note = next(block.id for block in workspace.document.blocks.values() if block.name == "n")
    workspace.select([note])
    QTest.keyClick(held.view, key, modifiers)
    assert workspace.document.positions[note] == (2000.0 + moved[0], 64.0 + moved[1])


def test_the_first_arrow_chooses_the_first_block_and_shift_takes_along(held: Held) -> None:
    QTest.keyClick(held.view, Qt.Key.Key_Up)
    assert held.names() == ["Server"]
    QTest.keyClick(held.view, Qt.Key.Key_Up, SHIFT)
    assert held.names() == ["Server", "Hyper-V"]
    QTest.keyClick(held.view, Qt.Key.Key_Escape)
    assert held.names() == []


def test_what_is_dragged_is_read_as_it_was_written() -> None:
    assert read_wanted(write_wanted(Wanted(kind="vm", product="", count=7))) == Wanted(kind="vm", product="", count=7)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"kind": "vm"}', Wanted(kind="vm", product="", count=1)),
        ('{"kind": "vm", "product": null, "count": 0}', Wanted(kind="vm", product="", count=1)),
        ('{"kind": "vm", "count": 100}', Wanted(kind="vm", product="", count=100)),
        ('{"kind": "vm", "count": 101}', Wanted(kind="vm", product="", count=100)),
        ('{"kind": "vm", "count": true}', None),
        ('{"kind": "vm", "count": "2"}', None),
        ('{"kind": 3}', None),
        ('{"kind": "vm", "product": 3}', None),
        ("[]", None),
        ("{", None),
        ('{"kind": "vm", "product": "' + "x" * (10_000 - 29) + '"}', Wanted(kind="vm", product="x" * (10_000 - 29))),
        ('{"kind": "vm", "product": "' + "x" * (10_001 - 29) + '"}', None),
    ],
    ids=range(12),
)
def test_what_else_may_be_in_a_drag(text: str, wanted: Wanted | None) -> None:
    data = write_wanted(Wanted(kind="os"))
    data.setData(BLOCK_MIME, text.encode())
    assert read_wanted(data) == wanted


class TestCommands:
    @pytest.fixture
    def told(self) -> list[str]:
        return []

    @pytest.fixture
    def commands(self, held: Held, told: list[str]) -> CanvasCommands:
        return CanvasCommands(held.view.canvas, told.append)

    def test_inserting_without_a_selection_goes_where_such_things_go(self, commands: CanvasCommands) -> None:
        proposal = commands.insert(Wanted(kind="vm"), (0.0, 0.0))
        assert proposal is not None
        made = proposal.document.block(proposal.select[0])
        assert made.rests_on is not None
        assert proposal.document.block(made.rests_on).name == "Hyper-V"
        assert proposal.label == f"Add “{made.name}”"

    def test_inserting_something_free_stands_right_of_what_is_there(self, commands: CanvasCommands) -> None:
        """In the middle of the stack there is no room: 48 right of its end, on the grid of 16."""
        column = next(iter(commands.scene.stage.layout.places.values())).column
        middle = (column.x + column.width / 2, column.y + column.height / 2)
        proposal = commands.insert(Wanted(kind="host"), middle)
        assert proposal is not None
        across, _ = proposal.document.positions[proposal.select[0]]
        assert across == round((column.right + 48.0) / 16) * 16

    def test_inserting_something_free_where_there_is_room_stands_in_the_middle(self, commands: CanvasCommands) -> None:
        width, height = commands.size_of(Wanted(kind="host"))
        proposal = commands.insert(Wanted(kind="host"), (8000.0, 4000.0))
        assert proposal is not None
        found = proposal.document.positions[proposal.select[0]]
        assert found == (round((8000.0 - width / 2) / 16) * 16, round((4000.0 + height / 2) / 16) * 16)

    def test_inserting_onto_what_has_no_slot_says_so(
        self, commands: CanvasCommands, told: list[str], held: Held, id_of: IdOf
    ) -> None:
        held.view.workspace.select([id_of(held.view.workspace.document, "Server")])
        assert commands.insert(Wanted(kind="virtual_disk"), (0.0, 0.0)) is None
        assert "no slot" in told[0]
        assert commands.insert(Wanted(kind="teapot"), (0.0, 0.0)) is None

    def test_a_block_is_told_in_one_sentence(self, commands: CanvasCommands, held: Held, id_of: IdOf) -> None:
        document = held.view.workspace.document
        assert commands.described(id_of(document, "VM 1")) == "VM 1, virtual machine, 1 vCPU · 1 GiB, on Hyper-V"
        assert commands.described(id_of(document, "Server")).endswith(", free")
        assert commands.described(None) == ""
        assert commands.described(BlockId("gone")) == ""

    def test_a_tip_names_kind_facts_and_attachment(self, commands: CanvasCommands, held: Held, id_of: IdOf) -> None:
        document = held.view.workspace.document
        lines = commands.tip(id_of(document, "vDisk 1")).split("<br>")
        assert lines[0] == "<b>vDisk 1</b>"
        assert lines[1] == "Virtual disk"
        assert lines[-1] == "attached to Disk"
        assert len(lines) == 4
        assert commands.tip(None) == ""
        assert commands.tip(BlockId("gone")) == ""

    def test_a_probe_is_named_as_it_would_be(self, commands: CanvasCommands) -> None:
        assert commands.probe(Wanted(kind="vm")).name == "Virtual machine"
        assert commands.probe(Wanted(kind="vm", count=2)).name == "2 × Virtual machine"
        assert commands.probe(Wanted(kind="hypervisor", product="hyper-v-2016")).name == "Hyper-V (Windows Server 2016)"
        assert commands.probe(Wanted(kind="teapot")).name == "teapot"

    def test_deleting_nothing_is_no_step(self, commands: CanvasCommands, held: Held) -> None:
        before = held.view.workspace.document
        held.view.workspace.select([])
        commands.delete()
        commands.duplicate()
        assert not commands.copy()
        assert held.view.workspace.document is before

    def test_a_deleted_host_leaves_nothing_selected(self, commands: CanvasCommands, held: Held, id_of: IdOf) -> None:
        held.view.workspace.select([id_of(held.view.workspace.document, "Server")])
        commands.delete()
        assert len(held.view.workspace.document) == 0
        assert held.view.workspace.selection == ()

    def test_everything_can_be_selected(self, commands: CanvasCommands, held: Held) -> None:
        commands.select_all()
        assert set(held.view.workspace.selection) == set(held.view.workspace.document.blocks)
