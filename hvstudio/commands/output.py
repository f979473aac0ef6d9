"""How commands speak: JSON, tables and numbers on standard output, everything else on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from hvstudio.files.store import write_atomically


def say(text: str = "") -> None:
    """A line of the command's result."""
    print(text)


def remark(text: str) -> None:
    """A line that is about the result and must not get into a pipe."""
    print(text, file=sys.stderr)


def say_json(value: Any) -> None:
    """The result as JSON; what is not finite becomes null, as JSON knows no NaN."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    print(json.dumps(finite(value), indent=2, ensure_ascii=encoding != "utf8", allow_nan=False))


def write_text(path: str, text: str) -> None:
    """Write a result to a file in one step, or to standard output when the path is `-`."""
    if path == "-":
        sys.stdout.write(text)
        return
    write_atomically(Path(path), text.encode("utf-8"))


def finite(value: Any) -> Any:
    """The same value with None in place of NaN and infinity, and plain lists and numbers throughout."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[int] = (0,)) -> str:
    """Columns under their headings; those whose numbers are in `left` aligned left, the others right."""
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]
    lines: list[str] = []
    for row in [headings, ["─" * width for width in widths], *rows]:
        cells = [
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def shown_number(value: float | None) -> str:
    """A number with at most four significant digits, or a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value != 0 and (abs(value) >= 1e7 or abs(value) < 1e-3):
        return f"{value:.3g}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}" if value else "0"


def shown_seconds(value: float | None) -> str:
    """A duration as people read it: `1.25 ms`."""
    if value is None or not math.isfinite(value):
        return "–"
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns" if value else "0"


def shown_share(value: float | None) -> str:
    """A fraction as a percentage."""
    return "–" if value is None or not math.isfinite(value) else f"{value * 100:.1f} %"


def shown_rate(value: float | None) -> str:
    """Bytes per second in MB/s."""
    return "–" if value is None or not math.isfinite(value) else shown_number(value / 1e6)


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
