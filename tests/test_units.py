"""Quantities as people type and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvstudio.errors import QuantityError
from hvstudio.units import Quantity, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("16 GiB", Quantity.BYTES, 16 * 2**30),
        ("16gb", Quantity.BYTES, 16 * 2**30),
        ("512M", Quantity.BYTES, 512 * 2**20),
        ("1.5 TiB", Quantity.BYTES, 1.5 * 2**40),
        ("2.4 GHz", Quantity.HERTZ, 2.4e9),
        ("2400 mhz", Quantity.HERTZ, 2.4e9),
        ("10 ms", Quantity.SECONDS, 0.010),
        ("10 us", Quantity.SECONDS, 10e-6),
        ("10 µs", Quantity.SECONDS, 10e-6),
        ("2 min", Quantity.SECONDS, 120),
        ("50 %", Quantity.FRACTION, 0.5),
        ("0.5", Quantity.FRACTION, 0.5),
        ("1 Gbit/s", Quantity.BITS_PER_SECOND, 1e9),
        ("100 Mb/s", Quantity.BITS_PER_SECOND, 100e6),
        ("150 MB/s", Quantity.BYTES_PER_SECOND, 150e6),
        ("3 k/s", Quantity.PER_SECOND, 3000),
        ("1 000 000", Quantity.COUNT, 1e6),
        ("2 M cycles", Quantity.CYCLES, 2e6),
        ("1e6", Quantity.CYCLES, 1e6),
        (".5", Quantity.PLAIN, 0.5),
    ],
)
def test_a_typed_quantity_is_read_in_base_units(text: str, quantity: Quantity, value: float) -> None:
    assert parse_quantity(text, quantity) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "many", "1,5 GiB", "5 parsec", "1e999", "--3", "0x10", "nan", "inf", "3 GHz 4"])
def test_what_is_no_quantity_is_refused_with_a_hint_or_a_reason(text: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, Quantity.BYTES)

    assert caught.value.message


def test_a_refusal_names_the_units_that_are_understood() -> None:
    with pytest.raises(QuantityError, match="GiB"):
        parse_quantity("5 parsec", Quantity.BYTES)


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (16 * 2**30, Quantity.BYTES, "16 GiB"),
        (2.4e9, Quantity.HERTZ, "2.4 GHz"),
        (0.0125, Quantity.SECONDS, "12.5 ms"),
        (0, Quantity.SECONDS, "0 s"),
        (0.333, Quantity.FRACTION, "33.3 %"),
        (1e10, Quantity.BITS_PER_SECOND, "10 Gbit/s"),
        (100, Quantity.PLAIN, "100"),
        (1e6, Quantity.COUNT, "1000000"),
    ],
)
def test_a_value_is_shown_in_the_unit_people_use(value: float, quantity: Quantity, text: str) -> None:
    assert format_quantity(value, quantity) == text


@given(
    value=st.floats(min_value=1e-9, max_value=1e14, allow_nan=False),
    quantity=st.sampled_from(list(Quantity)),
)
def test_what_is_shown_can_be_typed_back(value: float, quantity: Quantity) -> None:
    # Four significant digits are shown; a count below one base unit loses its tail.
    assert parse_quantity(format_quantity(value, quantity), quantity) == pytest.approx(value, rel=6e-4, abs=1e-9)
