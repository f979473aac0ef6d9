"""Putting several forms of one thing on the clipboard, so that the program pasting takes what it likes best."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication, QImage


def put_on_clipboard(forms: Mapping[str, bytes], *, text: str = "", image: QImage | None = None) -> None:
    """Put a text or an image on the clipboard, and further `forms` of it by MIME type.

    The forms are added to the data that Qt itself made. Data made here (`QMimeData()` in Python) and still on the
    clipboard when the program ends crashes it: it is destroyed after the interpreter. To see whether that has gone:
    put a `QMimeData` on the clipboard with the offscreen platform and end the program; the exit code is 0.
    """
    clipboard = QGuiApplication.clipboard()
    if image is not None:
        clipboard.setImage(image)
    else:
        clipboard.setText(text)
    data = clipboard.mimeData()
    for mime_type, content in forms.items():
        data.setData(mime_type, QByteArray(content))
