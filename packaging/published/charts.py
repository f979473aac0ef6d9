"""Two simple figures as SVG text: predicted against measured, and the error of every row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from attrs import frozen

SIZE = 460.0
MARGIN = 60.0
LOWEST = 0.04


@frozen(kw_only=True)
class Point:
    """One row: measured and predicted value, and its label."""

    label: str
    measured: float
    predicted: float


def scatter(points: Sequence[Point], *, title: str, lowest: float = LOWEST) -> str:
    """Predicted over measured ratios on logarithmic axes, with the lines of 10 and 25 % error."""

    def place(value: float) -> float:
        return math.log(max(value, lowest) / lowest) / math.log(1.3 / lowest) * SIZE

    body = [_text(MARGIN + SIZE / 2, 26, title, anchor="middle", size=15)]
    body.append(f'<rect x="{MARGIN}" y="40" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/>')
    for tick in (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0):
        at = place(tick)
        body.append(_text(MARGIN + at, 40 + SIZE + 18, f"{tick:g}", anchor="middle"))
        body.append(_text(MARGIN - 8, 40 + SIZE - at + 4, f"{tick:g}", anchor="end"))
    for factor, colour in ((1.0, "#333"), (1.1, "#7a7"), (1 / 1.1, "#7a7"), (1.25, "#c93"), (1 / 1.25, "#c93")):
        first, last = max(lowest, lowest / factor), min(1.3, 1.3 / factor)
        body.append(_line(place(first), place(first * factor), place(last), place(last * factor), colour))
    for point in points:
        x, y = MARGIN + place(point.measured), 40 + SIZE - place(point.predicted)
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#2b6cb0" fill-opacity="0.75">'
                    f"<title>{escape(point.label)}: measured {point.measured:.3f}, predicted {point.predicted:.3f}"
                    "</title></circle>")  # fmt: skip
    body.append(_text(MARGIN + SIZE / 2, 40 + SIZE + 42, "measured ratio to native", anchor="middle", size=13))
    body.append(f'<g transform="rotate(-90 18 {40 + SIZE / 2})">')
    body.append(_text(18, 40 + SIZE / 2, "predicted ratio to native", anchor="middle", size=13) + "</g>")
    return _svg(MARGIN + SIZE + 20, SIZE + 100, body)


def bars(points: Sequence[Point], *, title: str) -> str:
    """The relative error of every row as a horizontal bar, the largest first, cut at 60 %."""
    rows = sorted(points, key=lambda point: -abs(point.predicted / point.measured - 1))
    left, width, step = 350.0, 320.0, 17.0
    body = [_text(left + width / 2, 26, title, anchor="middle", size=15)]
    middle = left + width / 2
    for number, point in enumerate(rows):
        error = point.predicted / point.measured - 1
        length = max(-0.6, min(0.6, error)) / 0.6 * width / 2
        y = 46 + number * step
        colour = "#2b6cb0" if abs(error) <= 0.1 else "#c98a1b" if abs(error) <= 0.25 else "#b83232"
        body.append(_text(left - 6, y + 10, point.label, anchor="end", size=11))
        body.append(f'<rect x="{min(middle, middle + length):.1f}" y="{y:.1f}" width="{abs(length):.1f}" '
                    f'height="12" fill="{colour}"/>')  # fmt: skip
        body.append(_text(left + width + 6, y + 10, f"{error * 100:+.1f} %", anchor="start", size=11))
    bottom = 46 + len(rows) * step
    body.append(f'<line x1="{middle}" y1="40" x2="{middle}" y2="{bottom}" stroke="#333"/>')
    return _svg(left + width + 70, bottom + 16, body)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return (f'<line x1="{MARGIN + x1:.1f}" y1="{40 + SIZE - y1:.1f}" x2="{MARGIN + x2:.1f}" '
            f'y2="{40 + SIZE - y2:.1f}" stroke="{colour}"/>')  # fmt: skip


def _text(x: float, y: float, text: str, *, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _svg(width: float, height: float, body: Sequence[str]) -> str:
    lines = "\n".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" fill="#222">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{lines}\n</svg>\n'
    )
