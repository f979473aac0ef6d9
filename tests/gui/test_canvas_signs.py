"""Seen from afar the diagram still says what its blocks are, in letters that can be read."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QPainter

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.run import check
from hvstudio.files.examples import load_example
from hvstudio.gui.drawing.diagram import Picture, draw_region
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.drawing.painting import Detail, detail_at
from hvstudio.gui.drawing.signs import Sign, draw_signs, fitted, signs_of
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.pictures.export import compose
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block, rename_block

pytestmark = pytest.mark.usefixtures("qapp")


def picture_of(document: Document, catalog: Catalog, theme: Theme) -> Picture:
    return compose(document, catalog, theme=theme, report=check(document, catalog))


def signs(picture: Picture, scale: float) -> list[Sign]:
    return list(signs_of(picture, picture.layout.places.items(), scale))


def texts(picture: Picture, scale: float) -> list[str]:
    return [sign.text for sign in signs(picture, scale)]


@pytest.mark.parametrize("scale", [0.2, 0.27, 0.4])
def test_hosts_machines_and_the_class_are_named_at_low_zoom(
    small_stack: Document, catalog: Catalog, light: Theme, scale: float
) -> None:
    found = texts(picture_of(small_stack, catalog, light), scale)
    assert {"Server", "VM 1", "VM 2", "Type 1"} <= set(found)


def test_a_machine_is_named_across_its_guest_when_its_own_bar_is_too_low(
    small_stack: Document, catalog: Catalog, light: Theme
) -> None:
    machine_id = next(block.id for block in small_stack.blocks.values() if block.name == "VM 1")
    document, guest = add_block(small_stack, kind="os", name="G", rests_on=machine_id)
    document = rename_block(document, machine_id, "DB")
    picture = picture_of(document, catalog, light)
    (name,) = [sign for sign in signs(picture, 0.19) if sign.text == "DB"]
    guest_place = picture.layout.places[guest]
    machine = picture.layout.places[name.block]
    middle = (machine.column.y + machine.bar.bottom) / 2 * 0.19
    assert name.rect.y + name.rect.height / 2 == pytest.approx(middle)
    assert name.rect.y < guest_place.bar.bottom * 0.19
    assert "G" not in texts(picture, 0.19)


def test_letters_keep_their_size_while_zooming(small_stack: Document, catalog: Catalog, light: Theme) -> None:
    picture = picture_of(small_stack, catalog, light)
    widths = {
        scale: next(sign.rect.width for sign in signs(picture, scale) if sign.text == "VM 1")
        for scale in (0.3, 0.4, 0.6)
    }
    assert len(set(widths.values())) == 1


@pytest.mark.parametrize("name", ["consolidation-32", "same-four-on-type1", "nested-hyper-v", "virtual-server-2005"])
@pytest.mark.parametrize("scale", [0.07, 0.1, 0.15, 0.2, 0.3, 0.5])
def test_signs_never_cover_one_another(name: str, scale: float, catalog: Catalog, light: Theme) -> None:
    found = signs(picture_of(load_example(name), catalog, light), scale)
    for number, sign in enumerate(found):
        for other in found[number + 1 :]:
            assert not sign.rect.meets(other.rect), (sign.text, other.text)


def test_a_name_without_room_is_left_out_rather_than_cut_to_nothing(
    small_stack: Document, catalog: Catalog, light: Theme
) -> None:
    machine = next(block.id for block in small_stack.blocks.values() if block.name == "VM 1")
    document = rename_block(small_stack, machine, "A machine with a very long name indeed")
    picture = picture_of(document, catalog, light)
    for scale in (0.08, 0.12, 0.2, 0.3):
        for sign in signs(picture, scale):
            assert sign.text == "VM 2" or sign.block != machine or len(sign.text) >= 5
            assert sign.rect.width <= picture.layout.places[sign.block].column.width * scale


def test_drawing_signs_leaves_the_painter_as_it_was(small_stack: Document, catalog: Catalog, dark: Theme) -> None:
    picture = picture_of(small_stack, catalog, dark)
    image = QImage(300, 200, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.scale(0.2, 0.2)
    before = painter.worldTransform()
    visible = draw_region(painter, picture, picture.layout.bounds(), detail_at(0.2))
    draw_signs(painter, picture, visible)
    assert painter.worldTransform() == before
    painter.end()


def test_only_what_is_drawn_in_full_has_its_letters_in_the_diagram() -> None:
    assert [detail_at(scale) for scale in (0.05, 0.2, 0.4, 0.7)] == list(Detail)


def test_a_cut_name_keeps_the_number_by_which_it_differs() -> None:
    letters = Lettering()
    room = letters.width("sign", "Database 12") - 2.0
    first, second = (fitted(letters, "sign", f"Database {number}", room) for number in (12, 13))
    assert first.endswith("…12")
    assert second.endswith("…13")
    assert letters.width("sign", first) <= room
    assert fitted(letters, "sign", "Database", 300.0) == "Database"
    assert fitted(letters, "sign", "Database 12", 12.0) == ""
    assert fitted(letters, "sign", "123456789", 40.0)[-1] == "…"
