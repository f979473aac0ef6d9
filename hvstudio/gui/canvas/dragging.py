"""What a drag carries: a block of the palette as MIME data, written by the palette and read by the canvas."""

from __future__ import annotations

import json
from typing import Any, Final, cast

from PySide6.QtCore import QByteArray, QMimeData

from hvstudio.editor.starters import Wanted

BLOCK_MIME: Final = "application/x-hvstudio-block"
_LONGEST: Final = 10_000
_MOST_AT_ONCE: Final = 100


def write_wanted(wanted: Wanted) -> QMimeData:
    """The MIME data of a block to be placed."""
    payload: dict[str, object] = {"kind": wanted.kind, "product": wanted.product}
    if wanted.count > 1:
        payload["count"] = wanted.count
    data = QMimeData()
    data.setData(BLOCK_MIME, QByteArray(json.dumps(payload).encode()))
    return data


def read_wanted(data: QMimeData | None) -> Wanted | None:
    """The block that is dragged, or None when it is something else or not understood."""
    if data is None or not data.hasFormat(BLOCK_MIME):
        return None
    raw = bytes(data.data(BLOCK_MIME).data())
    if len(raw) > _LONGEST:
        return None
    try:
        payload: Any = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return _wanted(cast("dict[str, Any]", payload)) if isinstance(payload, dict) else None


def _wanted(payload: dict[str, Any]) -> Wanted | None:
    kind, product, count = payload.get("kind"), payload.get("product") or "", payload.get("count", 1)
    if not isinstance(kind, str) or not isinstance(product, str):
        return None
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return Wanted(kind=kind, product=product, count=min(max(count, 1), _MOST_AT_ONCE))
