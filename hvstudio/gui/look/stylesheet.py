"""The style sheet of the window, filled in with a theme's colours; what Fusion draws well is left to Fusion."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hvstudio.gui.look.theme import Theme
from hvstudio.resources import resource

_TEMPLATE: Final = """
QMainWindow, QDialog { background: {window}; }
QMainWindow::separator { background: {window}; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: {accent}; }
QToolTip { background: {surface-raised}; color: {text}; border: 1px solid {border-strong}; padding: 5px 7px; }

QToolBar { background: {window}; border: none; padding: 4px 6px; spacing: 2px; }
QToolBar::separator { background: {border}; width: 1px; margin: 5px 6px; }
QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 4px; color: {text}; background: transparent; }
QToolButton:hover:enabled { background: {hover}; border-color: {border}; }
QToolButton:pressed, QToolButton:checked { background: {selection}; border-color: {border}; }
QToolButton:focus { border-color: {focus}; }
QToolButton:disabled { color: {text-disabled}; }
QToolButton[primary="true"] { background: {accent}; color: {accent-text}; padding: 4px 12px 4px 8px; font-weight: 600; }
QToolButton[primary="true"]:hover { background: {accent}; border-color: {text}; }
QToolButton[primary="true"]:disabled { background: {border}; color: {text-disabled}; }
QToolButton::menu-indicator { image: none; }

QToolButton[chip="true"] { border-color: {border}; padding: 3px 8px; color: {text-muted}; }
QToolButton[chip="true"]:checked { background: {surface-raised}; border-color: {border-strong}; color: {text}; }
QToolButton[heading="true"] { color: {text-muted}; font-weight: 600; padding: 3px 2px; border: none;
    border-bottom: 1px solid {border}; border-radius: 0; text-align: left; }
QToolButton[heading="true"]:checked, QToolButton[heading="true"]:hover { background: transparent; border: none;
    border-bottom: 1px solid {border}; }
QToolButton[heading="true"]:hover, QToolButton[heading="true"]:focus { color: {text}; }

QMenuBar { background: {window}; padding: 1px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; color: {text}; }
QMenuBar::item:selected { background: {hover}; }
QMenu { background: {surface}; border: 1px solid {border}; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 4px; color: {text}; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: {selection}; color: {text}; }
QMenu::item:disabled { color: {text-disabled}; background: transparent; }
QMenu::separator { height: 1px; background: {border}; margin: 5px 8px; }
QStatusBar { background: {window}; color: {text-muted}; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: {text-muted}; padding: 0 10px 2px 6px; }

QDockWidget { color: {text-muted}; font-weight: 600; }
QDockWidget::title { background: {window}; padding: 6px 8px 5px 8px; text-align: left; }
QTabBar { background: {window}; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: {text-muted}; padding: 6px 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: {text}; }
QTabBar::tab:selected { color: {text}; border-bottom-color: {accent}; }
QTabWidget::pane { border: none; }

QTreeView, QListView, QTableView, QTextBrowser, QPlainTextEdit, QScrollArea {
    background: {surface}; color: {text}; border: none; outline: none; alternate-background-color: {surface-raised}; }
QTreeView { show-decoration-selected: 1; }
QTreeView::item, QListView::item { padding: 3px 2px; border: none; border-radius: 4px; color: {text}; }
QTreeView::item:hover, QListView::item:hover { background: {hover}; }
QTreeView::item:selected, QListView::item:selected { background: {selection}; color: {text}; }
QTableView { gridline-color: {border}; selection-background-color: {selection}; selection-color: {text}; }
QTableView::item { padding: 2px 6px; }
QHeaderView { background: {surface}; }
QHeaderView::section { background: {surface}; color: {text-muted}; border: none; border-bottom: 1px solid {border};
    padding: 5px 6px; font-weight: 600; }
QTableCornerButton::section { background: {surface}; border: none; }

QLineEdit, QPlainTextEdit#field { background: {surface}; color: {text}; border: 1px solid {border};
    border-radius: 5px; padding: 3px 7px; selection-background-color: {accent}; selection-color: {accent-text}; }
QLineEdit:hover, QPlainTextEdit#field:hover { border-color: {border-strong}; }
QLineEdit:focus, QPlainTextEdit#field:focus { border: 1px solid {focus}; }
QLineEdit[invalid="true"] { border: 1px solid {error}; }
QLineEdit:disabled { color: {text-disabled}; background: {surface-raised}; }
QPushButton { background: {surface-raised}; color: {text}; border: 1px solid {border}; border-radius: 5px;
    padding: 4px 12px; }
QPushButton:hover:enabled { border-color: {border-strong}; background: {hover}; }
QPushButton:pressed { background: {selection}; }
QPushButton:focus { border-color: {focus}; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMessageBox { messagebox-text-interaction-flags: 1; }
QPushButton:default { background: {accent}; color: {accent-text}; border-color: {accent}; }
QPushButton:disabled { color: {text-disabled}; }
QPushButton[quiet="true"] { background: transparent; border-color: transparent; color: {accent}; padding: 2px 6px; }
QPushButton[quiet="true"]:hover { background: {hover}; }
QPushButton[quiet="true"]:focus { border-color: {focus}; }

QComboBox { background: {surface}; color: {text}; border: 1px solid {border}; border-radius: 5px;
    padding: 3px 4px 3px 8px; }
QComboBox:hover:enabled { border-color: {border-strong}; }
QComboBox:focus { border-color: {focus}; }
QComboBox:disabled { color: {text-disabled}; background: {surface-raised}; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url({drawing:control-down}); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: {surface}; color: {text}; border: 1px solid {border}; outline: none;
    selection-background-color: {selection}; selection-color: {text}; padding: 3px; }
QCheckBox { spacing: 6px; color: {text}; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid {border-strong}; border-radius: 4px;
    background: {surface}; }
QCheckBox::indicator:checked { background: {accent}; border-color: {accent};
    image: url({drawing:control-check}); }
QCheckBox::indicator:indeterminate { background: {accent}; border-color: {accent};
    image: url({drawing:control-partial}); }
QCheckBox:focus { color: {focus}; }
QCheckBox::indicator:focus { border-color: {focus}; }
QCheckBox::indicator:disabled { border-color: {border}; background: {surface-raised}; }
QSplitter::handle { background: {border}; }
QSplitter::handle:horizontal { width: 1px; margin: 6px 3px; }
QSplitter::handle:hover { background: {accent}; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: {border}; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: {border-strong}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QLabel { background: transparent; }
QLabel[role="muted"] { color: {text-muted}; }
QLabel[role="title"] { font-weight: 600; font-size: 11pt; color: {text}; }
QLabel[role="heading"] { font-weight: 600; color: {text}; }
QLabel[changed="true"] { font-weight: 600; }
QLabel[role="section"] { font-weight: 600; color: {text-muted}; }
QLabel[role="success"] { color: {success}; }
QLabel[role="step"] { padding: 5px 7px; border: 1px solid transparent; border-radius: 5px; }
QLabel[role="step"]:hover, QLabel[role="step"]:focus { background: {hover}; border-color: {border}; }
QLabel[role="class"] { background: {accent}; color: {accent-text}; border-radius: 9px; padding: 2px 10px;
    font-weight: 600; }
QLabel[role="error"] { color: {error}; }
QLabel[role="badge"] { color: {warning}; font-size: 8pt; }
QFrame[role="card"] { background: {surface-raised}; border: 1px solid {border}; border-radius: 8px; }
QFrame[role="card"]:hover { border-color: {border-strong}; }
QFrame[role="rule"] { background: {border}; border: none; max-height: 1px; min-height: 1px; }
QWidget[role="panel"] { background: {surface}; }

QFrame#messageBar { border: none; border-bottom: 1px solid {border}; background: {surface-raised}; }
QFrame#messageBar[severity="error"] { border-left: 4px solid {error}; }
QFrame#messageBar[severity="warning"] { border-left: 4px solid {warning}; }
QFrame#messageBar[severity="note"] { border-left: 4px solid {note}; }
QFrame#messageBar[severity="success"] { border-left: 4px solid {success}; }
QFrame#findBar { background: {surface-raised}; border: 1px solid {border}; border-radius: 6px; }
QFrame#previewCard { background: {surface-raised}; border: 1px solid {accent}; border-radius: 8px; }
QFrame#commandPalette { background: {surface}; border: 1px solid {border-strong}; border-radius: 8px; }
QProgressBar { background: {border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: {accent}; border-radius: 3px; }
"""

_TOKEN: Final = re.compile(r"\{([a-z][a-z-]*)\}")
_DRAWING: Final = re.compile(r"url\(\{drawing:([a-z-]+)\}\)")


def stylesheet(theme: Theme) -> str:
    """The style sheet of the window in a theme's colours."""
    drawn = _DRAWING.sub(lambda match: _url(f"{match.group(1)}-{theme.name}"), _TEMPLATE)
    return _TOKEN.sub(lambda match: theme.colour(match.group(1)), drawn)


def _url(drawing: str) -> str:
    """Style sheets read drawings from files only; a package inside an archive goes without these small marks."""
    found = resource(f"icons/{drawing}.svg")
    return f'url("{found.as_posix()}")' if isinstance(found, Path) else "none"
