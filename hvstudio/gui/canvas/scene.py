"""The scene: what the workspace holds, as a picture that follows it by what each edit touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve
from PySide6.QtWidgets import QGraphicsScene

from hvstudio.checks.finding import Report
from hvstudio.editor.arrangement import Arrangement
from hvstudio.editor.forms import forms_of
from hvstudio.editor.gestures import Preview
from hvstudio.editor.slots import Stage
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.gui.canvas.sheet import Overlay, Sheet
from hvstudio.gui.drawing.diagram import Picture
from hvstudio.gui.drawing.face import Faces, marks_of
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.drawing.painting import Strokes, rectf
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import Block, BlockId
from hvstudio.model.geometry import Rect

_ROOM: float = 4000.0
"""Free canvas around the diagram, in scene units."""


class CanvasScene(QGraphicsScene):
    """A projection of the workspace: it holds no state of the document that could disagree with it."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.workspace = workspace
        self.lettering = Lettering()
        self.faces = Faces(workspace.catalog, self.lettering)
        self.arrangement = Arrangement(forms=forms_of(workspace.catalog), measure=self.faces.measure)
        self.arrangement.follow(workspace.document, workspace.index)
        self.picture = Picture(
            document=workspace.document,
            index=workspace.index,
            layout=self.arrangement.layout,
            faces=self.faces,
            strokes=Strokes(theme, self.lettering),
            with_hints=True,
        )
        self.former_bounds = self.picture.layout.bounds()
        """Where the diagram was before the last change of the document."""
        self.sheet = Sheet(self.picture)
        self.overlay = Overlay(self.picture)
        self.addItem(self.sheet)
        self.addItem(self.overlay)
        self.overlay.selection = workspace.selection
        self._grow()
        self._leave: Callable[[], None] = workspace.add_listener(self.follow)

    @property
    def stage(self) -> Stage:
        """What gestures start from: the present document as it is laid out now."""
        return Stage(
            document=self.picture.document,
            index=self.picture.index,
            layout=self.picture.layout,
            catalog=self.workspace.catalog,
        )

    def close(self) -> None:
        """Follow the workspace no longer."""
        self._leave()

    def follow(self, event: Event) -> None:
        """Show what the workspace holds now; only what the event touched is drawn again."""
        if self.picture.document is not self.workspace.document:
            self._follow_document(event)
        self.overlay.selection = self.workspace.selection
        if self.overlay.hovered not in self.picture.layout.places:
            self.overlay.hovered = None
        self.overlay.refresh()

    def apply_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self._show(evolve(self.picture, strokes=Strokes(theme, self.lettering)), None)

    def set_report(self, report: Report | None) -> None:
        """Show the badges and class tags of a report."""
        old, new = self.picture.marks, marks_of(report)
        changed = {
            block_id
            for before, after in ((old.severities, new.severities), (old.classes, new.classes))
            for block_id in before.keys() | after.keys()
            if before.get(block_id) != after.get(block_id)
        }
        self._show(evolve(self.picture, marks=new), self._bars(changed))

    def set_heat(self, values: Mapping[BlockId, float] | None) -> None:
        """Show how busy blocks are, 0 to 1; None shows nothing."""
        heat = {block_id: round(value, 2) for block_id, value in (values or {}).items()}
        changed = {
            block_id
            for block_id in heat.keys() | self.picture.heat.keys()
            if heat.get(block_id) != self.picture.heat.get(block_id)
        }
        if changed:
            self._show(evolve(self.picture, heat=heat), self._bars(changed))

    def set_preview(self, preview: Preview | None, *, held: Iterable[BlockId] = (), is_band: bool = False) -> None:
        """Show where a gesture stands; None when none is under way."""
        self.overlay.preview = preview
        self.overlay.held = tuple(held) if preview is not None else ()
        self.overlay.is_band = is_band
        if is_band and preview is not None:
            self.overlay.selection = preview.selected
        else:
            self.overlay.selection = self.workspace.selection
        self.overlay.refresh()

    def set_ghost(self, block: Block | None) -> None:
        """What the ghost of a preview looks like: a block that is not in the document yet."""
        self.overlay.ghost = None if block is None else self.faces.of(block)

    def set_hovered(self, block_id: BlockId | None) -> None:
        """Show which block the pointer is on."""
        if block_id != self.overlay.hovered:
            self.overlay.hovered = block_id
            self.overlay.refresh()

    def set_focused(self, has_focus: bool) -> None:
        """Show whether keys go to the canvas."""
        self.overlay.has_focus = has_focus
        self.overlay.update()

    def set_highlight(self, block_ids: Iterable[BlockId]) -> None:
        """Show which blocks an argument speaks of."""
        self.overlay.highlighted = frozenset(block_ids)
        self.overlay.refresh()

    def _follow_document(self, event: Event) -> None:
        document, index = self.workspace.document, self.workspace.index
        old = self.picture.layout.places
        self.former_bounds = self.picture.layout.bounds()
        touched = self.arrangement.follow(document, index, None if event.replaced else event.change)
        new = self.arrangement.layout.places
        picture = evolve(self.picture, document=document, index=index, layout=self.arrangement.layout)
        if event.replaced:
            self._show(picture, None)
            return
        named = touched | event.change.changed | event.change.removed | event.change.added
        areas = [places[block_id].column for block_id in named for places in (old, new) if block_id in places]
        self._show(picture, areas if len(areas) < 400 else None)

    def _show(self, picture: Picture, areas: Iterable[Rect] | None) -> None:
        self.picture = picture
        self.sheet.show_picture(picture, areas)
        self.overlay.picture = picture
        self.overlay.refresh()
        self._grow()

    def _bars(self, block_ids: Iterable[BlockId]) -> list[Rect]:
        places = self.picture.layout.places
        return [places[block_id].bar for block_id in block_ids if block_id in places]

    def _grow(self) -> None:
        """Keep room around the diagram, and never take away room that the view may be showing."""
        wanted = rectf(self.picture.layout.bounds()).adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
        if not self.sceneRect().contains(wanted):
            self.setSceneRect(self.sceneRect().united(wanted))
