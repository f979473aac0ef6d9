"""The canvas by keyboard: walking, shifting, and the keys of the view's own commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from hvstudio.editor.gestures import moved_by_keys
from hvstudio.editor.navigation import following, neighbour
from hvstudio.gui.canvas.camera import Camera
from hvstudio.gui.canvas.commands import CanvasCommands
from hvstudio.gui.canvas.hand import Hand
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.model.document import BlockId, Point

_ARROWS: Final[Mapping[Qt.Key, tuple[str, Point]]] = {
    Qt.Key.Key_Up: ("up", (0.0, -16.0)),
    Qt.Key.Key_Down: ("down", (0.0, 16.0)),
    Qt.Key.Key_Left: ("left", (-16.0, 0.0)),
    Qt.Key.Key_Right: ("right", (16.0, 0.0)),
}
_FINE: Final = 16.0
"""With Alt, arrows move by one scene unit instead of a step of the grid."""
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier


class Keyboard:
    """Knows what keys do on the canvas. `actions` are keys without modifiers that the view itself answers."""

    def __init__(
        self,
        scene: CanvasScene,
        *,
        camera: Camera,
        hand: Hand,
        commands: CanvasCommands,
        actions: Mapping[Qt.Key, Callable[[], None]],
    ) -> None:
        self._scene = scene
        self._workspace = scene.workspace
        self._camera = camera
        self._hand = hand
        self._commands = commands
        self._actions = actions

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key means; gives whether it means anything here."""
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _ARROWS:
            self._arrow(_ARROWS[key], modifiers)
            return True
        if key == Qt.Key.Key_Escape:
            self._escape()
            return True
        action = self._actions.get(key) if not modifiers & ~_SHIFT else None
        if action is None:
            return self._commands.run_key(event)
        action()
        return True

    def tab(self, *, forward: bool) -> bool:
        """Walk to the next or former block; false at either end, where the focus leaves the canvas."""
        chosen = self._workspace.primary
        order = self._scene.picture.layout.order
        if not order or chosen == (order[-1] if forward else order[0]):
            return False
        self._go_to(following(self._scene.stage, chosen, backwards=not forward))
        return True

    def _escape(self) -> None:
        if self._hand.is_busy:
            self._hand.cancel()
        else:
            self._workspace.select([])
            self._scene.set_highlight(())

    def _arrow(self, arrow: tuple[str, Point], modifiers: Qt.KeyboardModifier) -> None:
        """Arrows walk; with Ctrl they shift what is selected by a step of the grid or a place, with Alt by little."""
        direction, step = arrow
        primary = self._workspace.primary
        if modifiers & (_CONTROL | _ALT):
            offset = (step[0] / _FINE, step[1] / _FINE) if modifiers & _ALT else step
            self._hand.attempt(lambda: moved_by_keys(self._scene.stage, self._workspace.selection, offset))
        elif primary is None:
            self._go_to(following(self._scene.stage, None))
        else:
            self._go_to(neighbour(self._scene.stage, primary, direction), extend=bool(modifiers & _SHIFT))

    def _go_to(self, block_id: BlockId | None, *, extend: bool = False) -> None:
        if block_id is not None:
            self._workspace.select([block_id], extend=extend)
            self._camera.keep_in_sight(self._scene.picture.layout.places[block_id].bar)
