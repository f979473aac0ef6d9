"""Quantities as people type and read them: '16 GiB', '2.4 GHz', '10 ms', '50 %'. SI base units inside."""

from __future__ import annotations

import math
import re
from enum import Enum
from typing import Final

from hvstudio.errors import QuantityError


class Quantity(Enum):
    """What a number measures; decides the units that may be typed and how it is shown."""

    COUNT = "count"
    BYTES = "bytes"
    HERTZ = "hertz"
    SECONDS = "seconds"
    FRACTION = "fraction"
    CYCLES = "cycles"
    PER_SECOND = "per second"
    BITS_PER_SECOND = "bits per second"
    BYTES_PER_SECOND = "bytes per second"
    PLAIN = "plain"


_DECIMAL: Final = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_BINARY: Final = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}
_SMALL: Final = {"": 1.0, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9}


def _with_prefixes(unit: str, prefixes: dict[str, float]) -> dict[str, float]:
    return {prefix + unit: factor for prefix, factor in prefixes.items()}


# KB, MB, GB, TB follow the usage of memory and disk dialogs of every hypervisor here: powers of 1024.
_BYTE_UNITS: Final = {
    "B": 1.0,
    **_with_prefixes("B", _BINARY),
    "KB": 2.0**10,
    "kB": 2.0**10,
    "MB": 2.0**20,
    "GB": 2.0**30,
    "TB": 2.0**40,
    "PB": 2.0**50,
    "K": 2.0**10,
    "M": 2.0**20,
    "G": 2.0**30,
    "T": 2.0**40,
}

UNITS: Final[dict[Quantity, dict[str, float]]] = {
    Quantity.COUNT: dict(_DECIMAL),
    Quantity.BYTES: {"": 1.0, **_BYTE_UNITS},
    Quantity.HERTZ: {"": 1.0, **_with_prefixes("Hz", _DECIMAL)},
    Quantity.SECONDS: {"": 1.0, **_with_prefixes("s", _SMALL), "min": 60.0, "h": 3600.0},
    Quantity.FRACTION: {"": 1.0, "%": 0.01},
    Quantity.CYCLES: {
        **_DECIMAL,
        **{f"{prefix} cycles".strip(): factor for prefix, factor in _DECIMAL.items()},
    },
    Quantity.PER_SECOND: {"": 1.0, "/s": 1.0, "k/s": 1e3, "M/s": 1e6, "/min": 1 / 60, "/h": 1 / 3600},
    Quantity.BITS_PER_SECOND: {"": 1.0, **_with_prefixes("bit/s", _DECIMAL), **_with_prefixes("b/s", _DECIMAL)},
    Quantity.BYTES_PER_SECOND: {"": 1.0, **_with_prefixes("B/s", _DECIMAL), **_with_prefixes("B/s", _BINARY)},
    Quantity.PLAIN: {"": 1.0},
}

_SHOWN: Final[dict[Quantity, tuple[tuple[str, float], ...]]] = {
    Quantity.BYTES: (("TiB", 2.0**40), ("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10), ("B", 1.0)),
    Quantity.HERTZ: (("GHz", 1e9), ("MHz", 1e6), ("kHz", 1e3), ("Hz", 1.0)),
    Quantity.SECONDS: (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
    Quantity.CYCLES: (("G cycles", 1e9), ("M cycles", 1e6), ("k cycles", 1e3), ("cycles", 1.0)),
    Quantity.PER_SECOND: (("M/s", 1e6), ("k/s", 1e3), ("/s", 1.0)),
    Quantity.BITS_PER_SECOND: (("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3), ("bit/s", 1.0)),
    Quantity.BYTES_PER_SECOND: (("GB/s", 1e9), ("MB/s", 1e6), ("kB/s", 1e3), ("B/s", 1.0)),
}

_NUMBER: Final = re.compile(r"^\s*([+-]?(?:\d+(?:[ _]\d{3})*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*?)\s*$")


def parse_quantity(text: str, quantity: Quantity) -> float:
    """Read what a person typed, giving SI base units.

    Raises QuantityError naming the units that are understood. `1,5` is refused rather than guessed at.
    """
    match = _NUMBER.match(text)
    units = UNITS[quantity]
    if match is None:
        raise QuantityError(f"“{shortened(text)}” is not a number.", hint=_unit_hint(quantity))
    number, unit = match.groups()
    factor = _factor(unit, units)
    if factor is None:
        raise QuantityError(f"“{shortened(unit)}” is not a unit known here.", hint=_unit_hint(quantity))
    value = float(number.replace(" ", "").replace("_", "")) * factor
    if not math.isfinite(value):
        raise QuantityError(f"“{shortened(text)}” is too large.")
    return value


def format_quantity(value: float, quantity: Quantity) -> str:
    """A short text that `parse_quantity` reads back to the same value, within four significant digits."""
    if quantity is Quantity.FRACTION:
        return f"{_digits(value * 100)} %"
    for unit, factor in _SHOWN.get(quantity, ()):
        if abs(value) >= factor * 0.99995:
            return f"{_digits(value / factor)} {unit}"
    shown = _SHOWN.get(quantity)
    if shown and value == 0:
        return f"0 {'s' if quantity is Quantity.SECONDS else shown[-1][0]}"
    return f"{_digits(value)} {shown[-1][0]}" if shown else _digits(value)


def shortened(text: str, limit: int = 40) -> str:
    """The text on one line and cut to `limit` characters, for quoting in a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _factor(unit: str, units: dict[str, float]) -> float | None:
    if unit in units:
        return units[unit]
    folded = {name.lower(): factor for name, factor in units.items() if name.lower() not in ("m", "mb/s", "mbit/s")}
    return folded.get(unit.lower(), folded.get(unit.lower().rstrip("s")))


def _unit_hint(quantity: Quantity) -> str:
    names = [name for name in UNITS[quantity] if name]
    return f"Units understood: {', '.join(names)}." if names else "Type a plain number."


def _digits(value: float) -> str:
    rounded = float(f"{value:.4g}") if abs(value) < 1e4 else round(value, 0 if abs(value) < 1e15 else -3)
    return f"{rounded:g}" if abs(rounded) < 1e6 else f"{rounded:.0f}" if abs(rounded) < 1e15 else f"{rounded:.4g}"
