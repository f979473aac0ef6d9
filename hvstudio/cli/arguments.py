"""Arguments that several commands take, and how their values are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hvstudio.errors import HVStudioError
from hvstudio.units import Quantity, parse_quantity


def typed(read: Callable[[str], Any], wish: str) -> Callable[[str], Any]:
    """A reader whose complaint says what is wished for."""

    def reader(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, HVStudioError) as error:
            said = error.message if isinstance(error, HVStudioError) else f"“{text}” does not fit."
            raise argparse.ArgumentTypeError(f"{said} {wish}") from None

    return reader


def _seconds(text: str) -> float:
    value = parse_quantity(text, Quantity.SECONDS)
    if not 0 < value <= 1e6:
        raise ValueError(text)
    return value


def _warmup(text: str) -> float | None:
    if text == "auto":
        return None
    value = parse_quantity(text, Quantity.SECONDS)
    if not 0 <= value <= 1e6:
        raise ValueError(text)
    return value


def whole(minimum: int, maximum: int) -> Callable[[str], int]:
    """A reader of whole numbers from `minimum` to `maximum`."""

    def read(text: str) -> int:
        value = int(text)
        if not minimum <= value <= maximum:
            raise ValueError(text)
        return value

    return read


def add_file(parser: argparse.ArgumentParser) -> None:
    """The document to work on."""
    parser.add_argument("file", metavar="FILE", help="a document, a picture exported from one, or - for standard input")


def add_json(parser: argparse.ArgumentParser, *, csv: str = "") -> None:
    """JSON instead of text; `csv` says what such a file would hold; empty where there is none."""
    shapes = parser.add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_true", help="print JSON for other programs")
    if csv:
        shapes.add_argument("--csv", metavar="OUT", help=f"write {csv} as CSV to this file (- to print it)")


def add_run(parser: argparse.ArgumentParser, *, replications: int) -> None:
    """How to run it; `replications` is how often unless said."""
    parser.add_argument(
        "--duration", default=60.0, metavar="S",
        type=typed(_seconds, "Above 0, at most 1000000 s. Example: --duration 60, or '2 min'."),
        help="simulated seconds, warm-up included (60)",
    )  # fmt: skip
    parser.add_argument(
        "--warmup", default=None, metavar="auto|S",
        type=typed(_warmup, "From 0 to 1000000 s. Example: --warmup 5, or --warmup auto."),
        help="simulated seconds left out of the figures (auto)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=typed(whole(0, 2**63 - 1), "A seed is a whole number from 0 on."), default=1, metavar="N",
        help="the same seed gives the same run, everywhere (1)",
    )  # fmt: skip
    parser.add_argument(
        "--replications", default=replications, metavar="R",
        type=typed(whole(1, 10_000), "A whole number from 1 to 10000."),
        help=f"independent runs to average ({replications})",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=typed(whole(1, 1024), "A whole number from 1 to 1024."), default=None, metavar="N",
        help="processors to use (all)",
    )  # fmt: skip
