"""Everything one can do from menus, toolbar, keyboard and command palette: one table, with why not when not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from attrs import frozen
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon, QKeySequence

from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.work.run_state import RunState


@frozen(kw_only=True)
class State:
    """What decides which actions are possible."""

    blocks: int = 0
    machines: int = 0
    selected: int = 0
    undo_label: str = ""
    redo_label: str = ""
    run: RunState = RunState.IDLE
    has_results: bool = False
    clipboard: bool = True
    has_hypervisor: bool = False
    free: int = 0
    """How many of the selected blocks rest on nothing."""


ARRANGE: Final = "Align and distribute"
"""The menu within the Edit menu that puts free stacks in line."""

WhyNot: TypeAlias = Callable[[State], str]
"""Why an action is not possible now, in a sentence; empty when it is."""


@frozen(kw_only=True)
class ActionSpec:
    """One action. `shortcuts` are portable key sequences, the first is shown; `menu` is the menu it stands in."""

    name: str
    text: str
    menu: str
    tip: str
    icon: str = ""
    shortcuts: tuple[str, ...] = ()
    why_not: WhyNot = lambda _state: ""
    starts_group: bool = False


def _needs_selection(state: State) -> str:
    return "" if state.selected else "Select a block first."


def _needs_one(state: State) -> str:
    return "" if state.selected == 1 else "Select exactly one block first."


def _needs_one_in_run(state: State) -> str:
    return _needs_run(state) or _needs_one(state)


def _needs_blocks(state: State) -> str:
    return "" if state.blocks else "There is nothing on the canvas yet."


def _needs_undo(state: State) -> str:
    return "" if state.undo_label else "Nothing has been changed yet."


def _needs_redo(state: State) -> str:
    return "" if state.redo_label else "Nothing was undone."


def _needs_clipboard(state: State) -> str:
    return "" if state.clipboard else "Nothing was copied yet."


def _can_run(state: State) -> str:
    return "" if state.blocks else "Put blocks on the canvas first: hardware, an operating system and a workload."


def _needs_run(state: State) -> str:
    return "" if state.run.is_live else "Nothing is running. Press Space to run."


def _needs_results(state: State) -> str:
    return "" if state.has_results else "Run once first: there are no results yet."


def _needs_hypervisor(state: State) -> str:
    return "" if state.has_hypervisor else "There is no hypervisor in this composition."


def _needs_two_free(state: State) -> str:
    return "" if state.free >= 2 else "Select at least two hosts, notes or free stacks first."


def _needs_three_free(state: State) -> str:
    return "" if state.free >= 3 else "Select at least three hosts, notes or free stacks first."


# fmt: off
ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(name="new", text="New", menu="File", icon="new", shortcuts=("Ctrl+N",), tip="Begin with nothing"),
    ActionSpec(name="open", text="Open…", menu="File", icon="open", shortcuts=("Ctrl+O",),
               tip="Open a composition, or a picture exported from one"),
    ActionSpec(name="examples", text="Examples…", menu="File", icon="gallery", shortcuts=("Ctrl+Shift+E",),
               tip="Open one of the examples, each with a note on what to look at"),
    ActionSpec(name="save", text="Save", menu="File", icon="save", shortcuts=("Ctrl+S",), starts_group=True,
               tip="Save the composition"),
    ActionSpec(name="save-as", text="Save as…", menu="File", shortcuts=("Ctrl+Shift+S",),
               tip="Save the composition in another file"),
    ActionSpec(name="export", text="Export picture…", menu="File", icon="export", shortcuts=("Ctrl+E",),
               why_not=_needs_blocks, starts_group=True,
               tip="Export the diagram as PNG, SVG or PDF; the picture opens again as the composition"),
    ActionSpec(name="copy-image", text="Copy picture", menu="File", icon="image", shortcuts=("Ctrl+Shift+C",),
               why_not=_needs_blocks, tip="Copy the diagram to the clipboard as a picture"),
    ActionSpec(name="export-plot", text="Export plot…", menu="File", icon="plot", why_not=_needs_results,
               tip="Export the throughput plot as PNG, SVG or CSV"),
    ActionSpec(name="quit", text="Quit", menu="File", shortcuts=("Ctrl+Q",), starts_group=True, tip="Close the studio"),

    ActionSpec(name="undo", text="Undo", menu="Edit", icon="undo", shortcuts=("Ctrl+Z",), why_not=_needs_undo,
               tip="Take back the last change"),
    ActionSpec(name="redo", text="Redo", menu="Edit", icon="redo", shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"),
               why_not=_needs_redo, tip="Do again what was undone"),
    ActionSpec(name="cut", text="Cut", menu="Edit", icon="cut", shortcuts=("Ctrl+X",), why_not=_needs_selection,
               starts_group=True, tip="Cut the selected blocks with all that rests on them"),
    ActionSpec(name="copy", text="Copy", menu="Edit", icon="copy", shortcuts=("Ctrl+C",), why_not=_needs_selection,
               tip="Copy the selected blocks with all that rests on them"),
    ActionSpec(name="paste", text="Paste", menu="Edit", icon="paste", shortcuts=("Ctrl+V",), why_not=_needs_clipboard,
               tip="Paste onto the selected block"),
    ActionSpec(name="duplicate", text="Duplicate", menu="Edit", icon="duplicate", shortcuts=("Ctrl+D",),
               why_not=_needs_selection, tip="Put a copy beside each selected block"),
    ActionSpec(name="delete", text="Delete", menu="Edit", icon="delete", shortcuts=("Del",), why_not=_needs_selection,
               tip="Delete the selected blocks with all that rests on them"),
    ActionSpec(name="rename", text="Rename", menu="Edit", icon="rename", shortcuts=("F2",), why_not=_needs_one,
               tip="Give the selected block another name"),
    ActionSpec(name="select-all", text="Select all", menu="Edit", icon="select-all", shortcuts=("Ctrl+A",),
               why_not=_needs_blocks, starts_group=True, tip="Select every block"),
    ActionSpec(name="find", text="Find on canvas…", menu="Edit", icon="find", shortcuts=("Ctrl+F",),
               why_not=_needs_blocks, tip="Find blocks by name, product or kind"),
    ActionSpec(name="command-palette", text="Command palette…", menu="Edit", icon="command", shortcuts=("Ctrl+K",),
               tip="Type what you want to do or insert"),

    ActionSpec(name="align-left", text="Align left edges", menu=ARRANGE, why_not=_needs_two_free,
               tip="Put the selected stacks in line at the left edge of them all"),
    ActionSpec(name="align-centre", text="Align centres", menu=ARRANGE, why_not=_needs_two_free,
               tip="Put the selected stacks in line at their centres, one above the other"),
    ActionSpec(name="align-right", text="Align right edges", menu=ARRANGE, why_not=_needs_two_free,
               tip="Put the selected stacks in line at the right edge of them all"),
    ActionSpec(name="align-top", text="Align tops", menu=ARRANGE, why_not=_needs_two_free, starts_group=True,
               tip="Put the upper ends of the selected stacks in line"),
    ActionSpec(name="align-middle", text="Align middles", menu=ARRANGE, why_not=_needs_two_free,
               tip="Put the middles of the selected stacks in line, side by side"),
    ActionSpec(name="align-bottom", text="Align bottoms", menu=ARRANGE, why_not=_needs_two_free,
               tip="Put the selected stacks on common ground"),
    ActionSpec(name="distribute-across", text="Distribute across", menu=ARRANGE, why_not=_needs_three_free,
               starts_group=True, tip="Make the gaps between the selected stacks equal, from left to right"),
    ActionSpec(name="distribute-down", text="Distribute down", menu=ARRANGE, why_not=_needs_three_free,
               tip="Make the gaps between the selected stacks equal, from top to bottom"),

    ActionSpec(name="zoom-in", text="Zoom in", menu="View", icon="zoom-in", shortcuts=("Ctrl++", "Ctrl+="),
               tip="See less, larger"),
    ActionSpec(name="zoom-out", text="Zoom out", menu="View", icon="zoom-out", shortcuts=("Ctrl+-",),
               tip="See more, smaller"),
    ActionSpec(name="fit", text="Fit to window", menu="View", icon="fit", shortcuts=("Ctrl+0",), why_not=_needs_blocks,
               tip="Show the whole composition"),
    ActionSpec(name="centre", text="Centre on selection", menu="View", shortcuts=("Ctrl+J",), why_not=_needs_selection,
               tip="Bring the selected block into the middle"),

    ActionSpec(name="run", text="Run", menu="Run", icon="run", shortcuts=("Space",), why_not=_can_run,
               tip="Simulate this composition; press again to pause"),
    ActionSpec(name="stop", text="Stop", menu="Run", icon="stop", shortcuts=("Shift+Space",), why_not=_needs_run,
               tip="End the run and keep what it found"),
    ActionSpec(name="run-again", text="Run again", menu="Run", icon="run-again", shortcuts=("Ctrl+Shift+R",),
               why_not=_can_run, tip="Start a new run of the composition as it is now; earlier runs are kept"),
    ActionSpec(name="slower", text="Slower", menu="Run", icon="slower", shortcuts=("<", ","), starts_group=True,
               tip="Simulate fewer seconds per second"),
    ActionSpec(name="faster", text="Faster", menu="Run", icon="faster", shortcuts=(">", "."),
               tip="Simulate more seconds per second"),
    ActionSpec(name="crash", text="Crash block", menu="Run", icon="crash", why_not=_needs_one_in_run, starts_group=True,
               tip="While it runs: let the selected block fail, with everything that depends on it"),
    ActionSpec(name="pause-vm", text="Pause or resume VM", menu="Run", icon="pause", why_not=_needs_one_in_run,
               tip="While it runs: freeze the selected virtual machine, or let it go on"),
    ActionSpec(name="save-vm", text="Save or restore VM", menu="Run", icon="save", why_not=_needs_one_in_run,
               tip="While it runs: save the selected virtual machine's state and stop it, or restore it"),
    ActionSpec(name="power-vm", text="Switch VM off or on", menu="Run", icon="stop", why_not=_needs_one_in_run,
               tip="While it runs: switch the selected virtual machine off, or on again after that or a crash"),

    ActionSpec(name="to-type1", text="Convert to Type 1", menu="Architecture", icon="convert",
               why_not=_needs_hypervisor, tip="Put the same VMs on a thin hypervisor with a parent partition"),
    ActionSpec(name="to-hybrid", text="Convert to Hybrid", menu="Architecture", icon="convert",
               why_not=_needs_hypervisor, tip="Put the same VMs on a hypervisor side by side with the OS"),
    ActionSpec(name="to-type2", text="Convert to Type 2", menu="Architecture", icon="convert",
               why_not=_needs_hypervisor, tip="Put the same VMs on a hypervisor that runs on the OS"),

    ActionSpec(name="compare", text="Compare architectures…", menu="Architecture", icon="compare",
               shortcuts=("Ctrl+Shift+A",), why_not=_needs_hypervisor, starts_group=True,
               tip="Run the same VMs on every architecture and compare what each gets"),

    ActionSpec(name="help", text="Help", menu="Help", icon="help", shortcuts=("F1",), tip="How to use the studio"),
    ActionSpec(name="shortcuts", text="Keyboard cheat sheet", menu="Help", tip="All keys on one page"),
    ActionSpec(name="about", text="About HVStudio", menu="Help", icon="about", tip="Versions and engine"),
)
# fmt: on


class Actions:
    """The QActions of one window, made from the table. `refresh` switches them and says why not."""

    def __init__(self, owner: QObject, handlers: Mapping[str, Callable[[], object]]) -> None:
        self._actions: dict[str, QAction] = {}
        self._shown: State | None = None
        for spec in ACTIONS:
            action = QAction(spec.text, owner)
            action.setObjectName(f"action.{spec.name}")
            action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
            action.setMenuRole(QAction.MenuRole.NoRole)
            if spec.name in ("quit", "about"):
                action.setMenuRole(QAction.MenuRole.QuitRole if spec.name == "quit" else QAction.MenuRole.AboutRole)
            action.setIconVisibleInMenu(spec.name != "run")  # its icon has the colour for the button's ground
            handler = handlers[spec.name]
            action.triggered.connect(lambda _checked=False, handler=handler: handler())
            self._actions[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def in_menu(self, menu: str) -> list[tuple[ActionSpec, QAction]]:
        """The actions of a menu, in order."""
        return [(spec, self._actions[spec.name]) for spec in ACTIONS if spec.menu == menu]

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in another theme's colours."""
        self._shown = None
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.name].setIcon(icon(spec.icon, theme))
        self._actions["run"].setIcon(QIcon())

    def refresh(self, state: State, theme: Theme) -> None:
        """Switch every action on or off; the tool tip of one that is off says why."""
        if state == self._shown:
            return
        self._shown = state
        for spec in ACTIONS:
            action = self._actions[spec.name]
            reason = spec.why_not(state)
            action.setEnabled(not reason)
            action.setToolTip(_tool_tip(spec, reason))
            action.setStatusTip(f"{spec.tip}. {reason}" if reason else spec.tip)
        self._actions["undo"].setText(f"Undo {_lowered(state.undo_label)}".strip())
        self._actions["redo"].setText(f"Redo {_lowered(state.redo_label)}".strip())
        run = self._actions["run"]
        text = {RunState.RUNNING: "Pause", RunState.PAUSED: "Continue"}.get(state.run, "Run")
        if run.text() != text or run.icon().isNull():
            run.setText(text)
            run.setIcon(icon("pause" if state.run is RunState.RUNNING else "run", theme, colour="accent-text"))


def _tool_tip(spec: ActionSpec, reason: str) -> str:
    keys = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText) if spec.shortcuts else ""
    head = f"<b>{spec.text.rstrip('…')}</b>" + (f" &nbsp; {keys.replace('<', '&lt;')}" if keys else "")
    tail = f"<p><i>Not now: {reason}</i></p>" if reason else ""
    return f"<p>{head}</p><p>{spec.tip}.</p>{tail}"


def _lowered(label: str) -> str:
    return label[:1].lower() + label[1:] if label else ""
