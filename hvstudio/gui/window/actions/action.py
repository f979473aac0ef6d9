"""One action: its words, its keys, its places, what it does, and when it cannot be done and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen
from PySide6.QtGui import QAction, QKeySequence

from hvstudio.catalog.role import Role
from hvstudio.gui.window.actions.state import State, WhyNot, always
from hvstudio.gui.window.parts import Parts

BAR_END: Final = 90
"""From this place on actions stand at the right end of the tool bar."""
ARRANGE: Final = "Align and distribute"
"""The menu within the Edit menu that puts free stacks in line."""
MENUS: Final = ("File", "Edit", "View", "Run", "Architecture", "Help")


@frozen(kw_only=True)
class Action:
    """One row of the table.

    `bar`, `on_block` and `on_canvas` are its places in the tool bar and in the context menus of a block and of the
    empty canvas: lower numbers first, a line between those of different tens, 0 for nowhere. `BAR_END` and above
    stand at the right end of the bar.
    """

    name: str
    text: str
    menu: str
    tip: str
    act: Callable[[Parts], object]
    icon: str = ""
    keys: tuple[str, ...] = ()
    """Portable key sequences, the first is shown."""
    why_not: WhyNot = always
    starts_group: bool = False
    bar: int = 0
    on_block: int = 0
    on_canvas: int = 0
    roles: frozenset[Role] = frozenset()
    """The roles of the blocks in whose menu it stands; of all if there are none."""
    is_of_runs: bool = False
    """Whether context menus have it only while something runs."""
    label: Callable[[State], str] | None = None
    """Its text where that changes."""
    symbol: Callable[[State], str] | None = None
    """Its icon where that changes; drawn in the colour for the ground of the primary button."""
    is_on: Callable[[State], bool] | None = None
    """Whether what it switches is on; None for an action that is no switch."""
    role: QAction.MenuRole = QAction.MenuRole.NoRole

    @property
    def shown_keys(self) -> str:
        """The first of its keys as this system writes it; empty when it has none."""
        native = QKeySequence.SequenceFormat.NativeText
        return QKeySequence(self.keys[0]).toString(native) if self.keys else ""
