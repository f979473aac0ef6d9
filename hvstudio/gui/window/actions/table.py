"""The table of all actions. Menus, tool bar, context menus, command palette and key page are read off it."""

from __future__ import annotations

from typing import Final

from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.architecture import ARCHITECTURE
from hvstudio.gui.window.actions.edit import EDIT
from hvstudio.gui.window.actions.file import FILE
from hvstudio.gui.window.actions.help import HELP
from hvstudio.gui.window.actions.run import RUN
from hvstudio.gui.window.actions.view import VIEW

ACTIONS: Final[tuple[Action, ...]] = (*FILE, *EDIT, *VIEW, *RUN, *ARCHITECTURE, *HELP)
