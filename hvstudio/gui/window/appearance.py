"""The theme of a window: which one was chosen, and one loop that gives it to everything that draws."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from hvstudio.gui.look.stylesheet import stylesheet
from hvstudio.gui.look.theme import Theme, Themed, load_theme, palette
from hvstudio.settings import Settings

THEME_CHOICES: Final = (("Light", "light"), ("Dark", "dark"), ("As the system", "system"))


def chosen_theme(settings: Settings) -> Theme:
    """The theme that the person has chosen; that of the system, if they leave it to it."""
    if settings.theme != "system":
        return load_theme(settings.theme)
    is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return load_theme("dark" if is_dark else "light")


def dress(window: QWidget, theme: Theme) -> None:
    """Give palette and style sheet to a window; a style sheet of the application costs several times as much."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setPalette(palette(theme))
    window.setStyleSheet(stylesheet(theme))


def apply_theme(window: QWidget, theme: Theme) -> None:
    """Draw a window and everything in it in another theme: parts of a part before the part itself."""
    dress(window, theme)
    for widget in reversed(window.findChildren(QWidget)):
        if isinstance(widget, Themed):
            widget.apply_theme(theme)
