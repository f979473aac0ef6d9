"""Actions that change what is seen, and nothing else."""

from __future__ import annotations

from typing import Final

from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.state import needs_blocks, needs_selection
from hvstudio.gui.window.parts import Parts


def _centre(parts: Parts) -> None:
    if parts.workspace.primary is not None:
        parts.canvas.centre_on(parts.workspace.primary)


def _toggle_grid(parts: Parts) -> None:
    parts.choices.change(show_grid=not parts.choices.settings.show_grid)


# fmt: off
VIEW: Final[tuple[Action, ...]] = (
    Action(name="zoom-in", text="Zoom in", menu="View", icon="zoom-in", keys=("Ctrl++", "Ctrl+="), bar=42,
           tip="See less, larger", act=lambda parts: parts.canvas.zoom_in()),
    Action(name="zoom-out", text="Zoom out", menu="View", icon="zoom-out", keys=("Ctrl+-",), bar=41,
           tip="See more, smaller", act=lambda parts: parts.canvas.zoom_out()),
    Action(name="fit", text="Fit to window", menu="View", icon="fit", keys=("Ctrl+0",), why_not=needs_blocks, bar=43,
           on_canvas=21, tip="Show the whole composition", act=lambda parts: parts.canvas.fit()),
    Action(name="centre", text="Centre on selection", menu="View", keys=("Ctrl+J",), why_not=needs_selection,
           on_block=31, tip="Bring the selected block into the middle", act=_centre),
    Action(name="grid", text="Grid", menu="View", starts_group=True, is_on=lambda state: state.is_grid_shown,
           tip="Show the dots that free stacks snap to", act=_toggle_grid),
)
# fmt: on
