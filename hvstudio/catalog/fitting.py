"""Whether a value fits a parameter as its kind declares it."""

from __future__ import annotations

import math

from hvstudio.catalog.declaration import Parameter, ValueType
from hvstudio.units import format_quantity


def value_problem(parameter: Parameter, value: object) -> str:
    """Why a value does not fit a parameter, in a sentence; empty when it fits."""
    expected = parameter.value_type
    if expected is ValueType.BOOLEAN:
        return "" if isinstance(value, bool) else f"{parameter.label} must be true or false."
    if expected is ValueType.CHOICE:
        known = [choice.value for choice in parameter.choices]
        return "" if value in known else f"{parameter.label} must be one of {', '.join(known)}."
    if expected is ValueType.TEXT:
        if not isinstance(value, str):
            return f"{parameter.label} must be a text."
        too_long = parameter.maximum is not None and len(value) > parameter.maximum
        return f"{parameter.label} may have at most {parameter.maximum:,.0f} characters." if too_long else ""
    return _number_problem(parameter, value)


def _number_problem(parameter: Parameter, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{parameter.label} must be a number."
    if isinstance(value, float) and not math.isfinite(value):
        return f"{parameter.label} must be a number."
    if parameter.value_type is ValueType.INTEGER and int(value) != value:
        return f"{parameter.label} must be a whole number."
    if parameter.minimum is not None and value < parameter.minimum:
        return f"{parameter.label} must be at least {format_quantity(parameter.minimum, parameter.quantity)}."
    if parameter.maximum is not None and value > parameter.maximum:
        return f"{parameter.label} must be at most {format_quantity(parameter.maximum, parameter.quantity)}."
    return ""
