"""The scene under random edits: what it shows after following them is what a fresh one shows, and all can be drawn."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent.parent / "model"))

from model_strategies import DRAWS, SCRIPTS, Draw, run

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.run import check
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.gui.drawing.composing import compose
from hvstudio.gui.drawing.diagram import attached_devices, draw_attachments, draw_region
from hvstudio.gui.drawing.painting import Detail
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import Document


def made(script: list[Draw]) -> Document:
    document = Document()
    for draw in script:
        document = run(document, draw)
    return document


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.one_of(DRAWS, DRAWS, st.sampled_from(["undo", "redo"])), max_size=25))
def test_following_edits_shows_what_a_fresh_scene_shows(
    qapp: QApplication, catalog: Catalog, light: Theme, script: list[Draw | str]
) -> None:
    workspace = Workspace(Document(), catalog=catalog)
    scene = CanvasScene(workspace, light)
    for entry in script:
        if isinstance(entry, Draw):
            workspace.apply(entry.what, lambda document, entry=entry: run(document, entry))
        elif entry == "undo":
            workspace.undo()
        else:
            workspace.redo()
    fresh = CanvasScene(Workspace(workspace.document, catalog=catalog), light)
    assert dict(scene.picture.layout.places) == dict(fresh.picture.layout.places)
    assert rendered(scene) == rendered(fresh)
    scene.close()
    fresh.close()


def rendered(scene: CanvasScene) -> QImage:
    """All of the scene, small."""
    image = QImage(240, 160, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    scene.render(painter, source=scene.sheet.boundingRect())
    painter.end()
    return image


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(SCRIPTS)
def test_any_document_can_be_drawn_in_every_detail(
    qapp: QApplication, catalog: Catalog, dark: Theme, script: list[Draw]
) -> None:
    document = made(script)
    picture = compose(document, catalog, theme=dark, report=check(document, catalog))
    image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    for detail in Detail:
        drawn = draw_region(painter, picture, picture.layout.bounds(), detail)
        assert len(drawn) == len(document)
    draw_attachments(painter, picture, iter(attached_devices(picture)), strong=True)
    painter.end()


@pytest.mark.usefixtures("qapp")
def test_kinds_of_a_newer_version_are_drawn_plainly(catalog: Catalog, light: Theme) -> None:
    from hvstudio.model.edits import add_block

    document, _ = add_block(Document(), kind="teapot", name="From the future")
    picture = compose(document, catalog, theme=light)
    image = QImage(200, 100, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    assert len(draw_region(painter, picture, picture.layout.bounds(), Detail.FULL)) == 1
    painter.end()
