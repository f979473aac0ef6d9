"""What every test of the window and the canvas needs: Qt warnings fail, canvases are made small and closed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.theme import Theme, load_theme
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import add_block

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of this folder need an application, and a warning of Qt fails them."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("gui")
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints"))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return shipped_catalog()


@pytest.fixture(scope="session")
def light() -> Theme:
    return load_theme("light")


@pytest.fixture(scope="session")
def dark() -> Theme:
    return load_theme("dark")


@pytest.fixture
def small_stack() -> Document:
    """A host with a disk and a card, Hyper-V on it, the parent partition and two VMs."""
    document, host = add_block(Document(), kind="host", name="Server")
    document, disk = add_block(document, kind="disk", name="Disk", rests_on=host)
    document, _ = add_block(document, kind="nic", name="Card", rests_on=host)
    document, hypervisor = add_block(
        document, kind="hypervisor", name="Hyper-V", product="hyper-v-2016", rests_on=host
    )  # fmt: skip
    document, parent = add_block(document, kind="parent_partition", name="Parent", rests_on=hypervisor)
    document, _ = add_block(document, kind="os", name="Windows", product="windows-server-2016", rests_on=parent)
    document, first = add_block(document, kind="vm", name="VM 1", rests_on=hypervisor)
    document, _ = add_block(document, kind="virtual_disk", name="vDisk 1", rests_on=first, attached_to=disk)
    document, _ = add_block(document, kind="vm", name="VM 2", rests_on=hypervisor)
    return document


@pytest.fixture
def make_canvas(qtbot: QtBot, catalog: Catalog, light: Theme) -> Iterator[Callable[..., CanvasView]]:
    """Makes canvases of 900 by 600 pixels that show all of a document."""
    made: list[CanvasView] = []

    def make(document: Document | None = None, *, size: tuple[int, int] = (900, 600)) -> CanvasView:
        view = CanvasView(Workspace(document or Document(), catalog=catalog), light)
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        qtbot.waitExposed(view)
        view.fit()
        made.append(view)
        return view

    yield make
    for view in made:
        view.close_canvas()


def named(document: Document, name: str) -> BlockId:
    """The id of the block of that name."""
    return next(block.id for block in document.blocks.values() if block.name == name)


@pytest.fixture
def id_of() -> Callable[[Document, str], BlockId]:
    return named
