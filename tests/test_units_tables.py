"""Every unit that is understood, with its factor written out, and every unit in which a value is shown."""

from __future__ import annotations

import pytest

from hvstudio.errors import QuantityError
from hvstudio.units import UNITS, Quantity, format_quantity, parse_quantity, shortened

KIB, MIB, GIB, TIB, PIB = 1024, 1024**2, 1024**3, 1024**4, 1024**5
UNDERSTOOD = {
    Quantity.COUNT: {"k": 1e3, "M": 1e6, "G": 1e9},
    Quantity.BYTES: {
        "": 1, "B": 1, "KiB": KIB, "MiB": MIB, "GiB": GIB, "TiB": TIB, "KB": KIB, "kB": KIB, "MB": MIB, "GB": GIB,
        "TB": TIB, "PB": PIB, "K": KIB, "M": MIB, "G": GIB, "T": TIB,
    },
    Quantity.HERTZ: {"": 1, "Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    Quantity.SECONDS: {"": 1, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60, "h": 3600},
    Quantity.FRACTION: {"": 1, "%": 0.01},
    Quantity.CYCLES: {"": 1, "k": 1e3, "M": 1e6, "cycles": 1, "k cycles": 1e3, "M cycles": 1e6, "G cycles": 1e9},
    Quantity.PER_SECOND: {"": 1, "/s": 1, "k/s": 1e3, "M/s": 1e6, "/min": 1 / 60, "/h": 1 / 3600},
    Quantity.BITS_PER_SECOND: {"": 1, "bit/s": 1, "kbit/s": 1e3, "Mbit/s": 1e6, "Gbit/s": 1e9, "Gb/s": 1e9, "b/s": 1},
    Quantity.BYTES_PER_SECOND: {"": 1, "B/s": 1, "kB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9, "KiB/s": KIB, "GiB/s": GIB},
    Quantity.PLAIN: {"": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "unit", "factor"),
    [(quantity, unit, factor) for quantity, units in UNDERSTOOD.items() for unit, factor in units.items()],
    ids=str,
)
def test_three_of_a_unit_are_three_times_its_factor(quantity: Quantity, unit: str, factor: float) -> None:
    assert parse_quantity(f"3 {unit}", quantity) == pytest.approx(3 * factor, rel=1e-12)


def test_every_quantity_is_in_the_table_above() -> None:
    assert set(UNDERSTOOD) == set(UNITS)


SHOWN = {
    Quantity.BYTES: ["1 B", "1 KiB", "1 MiB", "1 GiB", "1 TiB"],
    Quantity.HERTZ: ["1 Hz", "1 kHz", "1 MHz", "1 GHz"],
    Quantity.SECONDS: ["1 ns", "1 µs", "1 ms", "1 s", "1 min", "1 h"],
    Quantity.CYCLES: ["1 cycles", "1 k cycles", "1 M cycles", "1 G cycles"],
    Quantity.PER_SECOND: ["1 /s", "1 k/s", "1 M/s"],
    Quantity.BITS_PER_SECOND: ["1 bit/s", "1 kbit/s", "1 Mbit/s", "1 Gbit/s"],
    Quantity.BYTES_PER_SECOND: ["1 B/s", "1 kB/s", "1 MB/s", "1 GB/s"],
}


@pytest.mark.parametrize(
    ("quantity", "text"), [(quantity, text) for quantity, texts in SHOWN.items() for text in texts], ids=str
)
def test_one_of_a_unit_is_shown_as_one_of_it(quantity: Quantity, text: str) -> None:
    unit = text.removeprefix("1 ")
    assert format_quantity(UNDERSTOOD[quantity].get(unit, 1.0), quantity) == text


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (1023, Quantity.BYTES, "1023 B"),
        (1023.99, Quantity.BYTES, "1 KiB"),  # four digits of it are 1024
        (0.25, Quantity.BYTES, "0.25 B"),
        (-2 * MIB, Quantity.BYTES, "-2 MiB"),
        (0, Quantity.BYTES, "0 B"),
        (0, Quantity.PER_SECOND, "0 /s"),
        (0.999, Quantity.HERTZ, "0.999 Hz"),
        (1234567, Quantity.COUNT, "1234567"),
        (12345.6, Quantity.PLAIN, "12346"),
        (1234.56, Quantity.PLAIN, "1235"),
        (1e15, Quantity.PLAIN, "1e+15"),
        (999999, Quantity.PLAIN, "999999"),
        (1000000, Quantity.PLAIN, "1000000"),
        (0.5, Quantity.FRACTION, "50 %"),
    ],
)
def test_values_at_the_edges_of_units_and_digits(value: float, quantity: Quantity, text: str) -> None:
    assert format_quantity(value, quantity) == text


def test_forty_letters_are_quoted_whole_and_one_more_is_cut() -> None:
    assert shortened("x" * 40) == "x" * 40
    assert shortened("x" * 41) == "x" * 39 + "…"
    assert shortened("x" * 11, 10) == "x" * 9 + "…"
    assert shortened("two\n  lines") == "two lines"


def test_units_are_read_whatever_their_case_where_only_one_can_be_meant() -> None:
    assert parse_quantity("2 gib", Quantity.BYTES) == 2 * GIB
    assert parse_quantity("2 mins", Quantity.SECONDS) == 120
    assert parse_quantity("2 HOURS".replace("HOURS", "H"), Quantity.SECONDS) == 7200


def test_what_does_not_fit_into_a_number_is_too_large() -> None:
    with pytest.raises(QuantityError, match="too large"):
        parse_quantity("9e307 GHz", Quantity.HERTZ)
