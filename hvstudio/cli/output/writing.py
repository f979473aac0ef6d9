"""How commands speak: JSON, tables and numbers on standard output, everything else on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from hvstudio.cli.output.terminal import columns, harmless, on_one_line
from hvstudio.errors import FileError
from hvstudio.files.store import write_atomically

_WIDEST_CELL: Final = 40


def say(text: str = "") -> None:
    """A line of the command's result."""
    print(harmless(text))


def remark(text: str) -> None:
    """A line that is about the result and must not get into a pipe."""
    print(harmless(text), file=sys.stderr)


def say_json(value: Any) -> None:
    """The result as JSON; what is not finite becomes null, as JSON knows no NaN."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    print(json.dumps(finite(value), indent=2, ensure_ascii=encoding != "utf8", allow_nan=False))


def refuse_target(path: str, *, source: str) -> None:
    """Say before a long run what would go wrong after it: the results' place is the document, or is none.

    Raises FileError.
    """
    if path == "-":
        return
    target = Path(path)
    if source != "-" and _is_same_file(target, Path(source)):
        hint = "Choose another name for the results."
        raise FileError("this is the document itself, which the results would replace.", where=path, hint=hint)
    if target.suffix.lower() == ".hvs":
        hint = "Choose a name ending in .csv."
        raise FileError("names ending in .hvs are for documents, and these are results.", where=path, hint=hint)
    if target.is_dir():
        raise FileError("this is a folder.", where=path, hint="Choose a file name.")
    if not target.parent.is_dir():
        raise FileError(f"there is no folder {target.parent}.", where=path, hint="Create it, or choose another name.")


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def write_text(path: str, text: str, *, keep_backup: bool = False) -> None:
    """Write a result to a file in one step, or to standard output when the path is `-`."""
    if path == "-":
        sys.stdout.write(text)
        return
    write_atomically(Path(path), text.encode("utf-8"), keep_backup=keep_backup)


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
    """Columns under their headings; those whose numbers are in `left` aligned left, the others right.

    A cell is one line, and a name at most 40 columns wide; only the last column may say more.
    """
    last = len(headings) - 1
    shown = [
        [on_one_line(cell, 0 if column == last else _WIDEST_CELL) for column, cell in enumerate(row)]
        for row in [headings, *rows]
    ]
    widths = [max(columns(row[column]) for row in shown) for column in range(len(headings))]
    lines: list[str] = []
    for row in [shown[0], ["─" * width for width in widths], *shown[1:]]:
        cells: list[str] = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - columns(cell))
            cells.append(cell + gap if column in left else gap + cell)
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
        if abs(value) >= factor * 0.9995:  # 999.6 ms is 1 s
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
