"""A small picture over the canvas: what the composition would be after a fix or a conversion, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from hvstudio.catalog.catalog import Catalog
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.pictures.export import Look, render_image
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.model.document import Document

_SIZE: Final = QSize(460, 280)
_DELAY_MS: Final = 250
_MARGIN: Final = 14


class PreviewCard(QFrame):
    """Shown while the pointer or the keyboard rests on a button that was registered with `watch`."""

    def __init__(self, canvas: QWidget, *, catalog: Catalog, runner: Runner, theme: Theme) -> None:
        super().__init__(canvas)
        self.setObjectName("previewCard")
        self.setAccessibleName("Preview")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._canvas, self._catalog, self._theme = canvas, catalog, theme
        self._drawing = Latest(runner)
        self._wanted: tuple[str, Callable[[], Document]] | None = None
        self._watched: dict[QObject, tuple[str, Callable[[], Document]]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self.draw)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.addWidget(self.title)
        column.addWidget(self.picture, 1)
        self.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme

    def watch(self, button: QPushButton, make: Callable[[], Document]) -> None:
        """Show what `make` gives while somebody rests on the button. `make` runs off the GUI thread."""
        self._watched[button] = (button.accessibleName() or button.text(), make)
        button.installEventFilter(self)
        button.destroyed.connect(lambda: self._watched.pop(button, None))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come and go with the pointer and the keyboard."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn) and watched in self._watched:
            self._wanted = self._watched[watched]
            self._timer.start()
        elif event.type() in (
            QEvent.Type.Leave, QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.MouseButtonPress,
        ):  # fmt: skip
            self.put_away()
        return super().eventFilter(watched, event)

    def put_away(self) -> None:
        """Show nothing."""
        self._timer.stop()
        self._wanted = None
        self.hide()

    def draw(self) -> None:
        """Work out the picture that is wanted."""
        wanted = self._wanted
        if wanted is None:
            return
        look = Look(theme=self._theme, scale=1.0, transparent=True)

        def work() -> QImage:
            return render_image(wanted[1](), self._catalog, look=look)

        self._drawing.ask(work, lambda image: self._show(wanted, image), lambda _error: self.put_away())

    def _show(self, wanted: tuple[str, Callable[[], Document]], image: QImage) -> None:
        if self._wanted is not wanted:
            return
        ratio = self.devicePixelRatioF()
        scaled = image.scaled(
            _SIZE * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )  # fmt: skip
        shown = QPixmap.fromImage(scaled)
        shown.setDevicePixelRatio(ratio)
        self.picture.setPixmap(shown)
        self.title.setText(f"Preview: {wanted[0]}")
        self.setFixedWidth(_SIZE.width() + 2 * _MARGIN)
        self.adjustSize()
        room = self._canvas.rect()
        self.move(room.right() - self.width() - _MARGIN, room.bottom() - self.height() - _MARGIN)
        self.show()
        self.raise_()
