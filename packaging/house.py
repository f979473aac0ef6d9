"""The house in one picture: the rooms of hvstudio/, each above those that it imports, drawn from the sources.

    python3 packaging/house.py             writes packaging/house.svg
    python3 packaging/house.py --check     1 when the picture there is not the one that this would write

Standard library only. An arrow says "imports"; arrows that follow from others are left out.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "hvstudio"
PICTURE = CHECKOUT / "packaging" / "house.svg"
# Where to cut: everything is drawn by its first folder, but the simulation's plan maker reads diagrams and the rest of
# the simulation does not know that there are any.
ROOMS_OF_THEIR_OWN = ("simulation.compile",)
DOOR = "__main__"

WIDTH, HEIGHT, GAP, BETWEEN_LAYERS, MARGIN = 236, 92, 22, 46, 24
LETTERS_A_LINE = 36


def room_of(module: str) -> str:
    """`model.edits` is in the room `model`; `simulation.compile.walk` in `simulation.compile`."""
    for room in ROOMS_OF_THEIR_OWN:
        if module == room or module.startswith(f"{room}."):
            return room
    return module.partition(".")[0]


def rooms() -> dict[str, set[str]]:
    """Every room and the rooms that it imports, as the sources are now; imports inside functions count as well."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not module or module == DOOR:
            continue
        imported = found.setdefault(room_of(module), set())
        imported |= {room_of(name) for name in imports_of(path) if name} - {room_of(module)}
    return {room: {other for other in imported if other in found} for room, imported in found.items()}


def imports_of(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports, without the leading `hvstudio.`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.removeprefix("hvstudio.") for name in names if name.startswith("hvstudio."))


def layers(imports: dict[str, set[str]]) -> list[list[str]]:
    """From the bottom: a room stands one layer above the highest room that it imports.

    Raises ValueError when rooms import each other in a circle.
    """
    height: dict[str, int] = {}
    while len(height) < len(imports):
        ready = [room for room, below in imports.items() if room not in height and below <= height.keys()]
        if not ready:
            raise ValueError(f"a circle of rooms: {', '.join(sorted(imports.keys() - height.keys()))}")
        height |= {room: max((height[other] + 1 for other in imports[room]), default=0) for room in ready}
    return [sorted(room for room in imports if height[room] == level) for level in range(max(height.values()) + 1)]


def arrows(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Importer and imported, without those that a longer way of arrows says already."""

    def reached(room: str) -> set[str]:
        return imports[room].union(*(reached(other) for other in imports[room]))

    return [
        (room, other)
        for room in sorted(imports)
        for other in sorted(imports[room])
        if not any(other in reached(between) for between in imports[room] - {other})
    ]


def sentence_of(room: str) -> str:
    """What the room says of itself on its first line."""
    path = PACKAGE.joinpath(*room.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def folders_in(room: str) -> list[str]:
    """The rooms inside a room."""
    path = PACKAGE.joinpath(*room.split("."))
    inside = sorted(folder.parent.name for folder in path.glob("*/__init__.py")) if path.is_dir() else []
    return [name for name in inside if f"{room}.{name}" not in ROOMS_OF_THEIR_OWN]


def picture() -> str:
    """The drawing as SVG text."""
    imports = rooms()
    levels = layers(imports)
    width = max(len(level) for level in levels) * (WIDTH + GAP) - GAP + 2 * MARGIN
    height = len(levels) * (HEIGHT + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * MARGIN
    corner: dict[str, tuple[int, int]] = {}
    for number, level in enumerate(reversed(levels)):
        left = (width - len(level) * (WIDTH + GAP) + GAP) // 2
        for column, room in enumerate(level):
            corner[room] = (left + column * (WIDTH + GAP), MARGIN + number * (HEIGHT + BETWEEN_LAYERS))
    lines = [_arrow(corner[room], corner[other]) for room, other in arrows(imports)]
    boxes = [_box(room, *corner[room]) for room in sorted(imports)]
    return "\n".join([_head(width, height), *lines, *boxes, "</svg>", ""])


def _head(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="11" fill="#1f2430">\n'
        "<title>The rooms of hvstudio: each stands above those that it imports</title>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#8a93a6"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )


def _arrow(upper: tuple[int, int], lower: tuple[int, int]) -> str:
    x1, y1 = upper[0] + WIDTH // 2, upper[1] + HEIGHT
    x2, y2 = lower[0] + WIDTH // 2, lower[1]
    x1 += max(-WIDTH // 3, min(WIDTH // 3, (x2 - x1) // 8))
    x2 -= max(-WIDTH // 3, min(WIDTH // 3, (x2 - x1) // 8))
    bend = BETWEEN_LAYERS * 3 // 4
    way = f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
    return f'<path d="{way}" fill="none" stroke="#8a93a6" marker-end="url(#tip)"/>'


def _box(room: str, left: int, top: int) -> str:
    said = textwrap.wrap(sentence_of(room), LETTERS_A_LINE)[:3]
    inside = textwrap.shorten(", ".join(folders_in(room)), LETTERS_A_LINE + 4, placeholder=" …")
    texts = [f'<text x="{left + 10}" y="{top + 20}" font-size="14" font-weight="bold">{escape(room)}</text>']
    texts += [
        f'<text x="{left + 10}" y="{top + 37 + 14 * number}">{escape(line)}</text>' for number, line in enumerate(said)
    ]
    if inside:
        texts.append(f'<text x="{left + 10}" y="{top + HEIGHT - 9}" fill="#5b6475">{escape(inside)}</text>')
    frame = f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#eef2fb" stroke="#5c6f9e"/>'
    return f'<g id="{escape(room)}">{frame}{"".join(texts)}</g>'


def main(argv: list[str]) -> int:
    """Writes the picture, or with `--check` says whether it is up to date."""
    if argv == ["--check"]:
        return int(PICTURE.read_text(encoding="utf-8") != picture())
    PICTURE.write_text(picture(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
