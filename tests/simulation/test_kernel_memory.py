"""The memory that Python lays out is the memory that the kernel reads."""

from __future__ import annotations

import re
from pathlib import Path

from hvstudio.simulation import kernel
from hvstudio.simulation.engine import engine_name
from hvstudio.simulation.records import RECORDS


def declared_records() -> dict[str, list[str]]:
    """Names of the fields of every struct that kernel.py declares."""
    source = Path(kernel.__file__).with_name("kernel.py").read_text(encoding="utf-8")
    structs = re.findall(r"^(\w+) = cython\.struct\((.*?)\)", source, re.DOTALL | re.MULTILINE)
    return {name: re.findall(r"(\w+)=cython\.\w+", body) for name, body in structs}


def test_fields_come_in_the_order_the_kernel_declares() -> None:
    assert declared_records() == {name: list(layout.names or ()) for name, layout in RECORDS.items()}


def test_types_are_those_the_kernel_declares() -> None:
    source = Path(kernel.__file__).with_name("kernel.py").read_text(encoding="utf-8")
    structs = dict(re.findall(r"^(\w+) = cython\.struct\((.*?)\)", source, re.DOTALL | re.MULTILINE))
    for name, layout in RECORDS.items():
        kinds = dict(re.findall(r"(\w+)=cython\.(\w+)", structs[name]))
        for field in layout.names or ():
            assert kinds[field] == {"<i8": "longlong", "<i4": "int", "<f8": "double"}[layout[field].str], f"{name}.{field}"


def test_compiled_records_have_the_same_size() -> None:
    if engine_name() == "compiled":
        assert kernel.record_sizes() == {name: layout.itemsize for name, layout in RECORDS.items()}
