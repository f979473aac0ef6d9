"""The memory that Python lays out is the memory that the kernel reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from hvstudio.simulation.kernel import codes
from hvstudio.simulation.kernel.records import RECORDS

DECLARATION = Path(codes.__file__).with_name("kernel.pxd")
TYPES = {"long long": "<i8", "int": "<i4", "double": "<f8"}


def declared_records() -> dict[str, list[tuple[str, str]]]:
    """(name, type) of the fields of every struct that kernel.pxd declares."""
    source = DECLARATION.read_text(encoding="utf-8")
    structs = re.findall(r"^cdef struct (\w+):\n((?: {4}\w.*\n)+)", source, re.MULTILINE)
    return {
        record: [
            (name, TYPES[kind])
            for kind, names in re.findall(r"^ {4}(long long|int|double) (.*)$", body, re.MULTILINE)
            for name in names.split(", ")
        ]
        for record, body in structs
    }


def test_fields_and_types_are_those_the_kernel_declares_in_the_same_order() -> None:
    expected = {name: [(field, layout[field].str) for field in layout.names] for name, layout in RECORDS.items()}
    assert declared_records() == expected


def test_no_compiler_needs_to_pad_a_record() -> None:
    """NumPy lays out `align` as a C compiler does; where it changes nothing, both agree on every offset."""
    for name, layout in RECORDS.items():
        assert np.dtype(layout.descr, align=True).itemsize == layout.itemsize, name
        assert np.dtype(layout.descr, align=True).fields == layout.fields, name


WITHOUT_CYTHON = """
import sys
sys.modules["cython"] = None  # importing it fails from here on
from hvstudio.simulation.kernel.engine import interpreted_kernel, name_of
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.plan.plan import Arrivals, Layer
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.plan.steps import cpu
builder = PlanBuilder()
pool = builder.pool(processors=1, clock_hz=1e9)
vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
context = builder.context(vm=vm, name="c", parent=builder.node(pool=pool, name="root"))
route = [cpu(context, 1e6, layer=Layer.GUEST_USER)]
builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED)
module = interpreted_kernel()
results = simulate(builder.build(), RunOptions(duration_s=0.5, warmup_s=0.0), kernel_module=module)
print(name_of(module), results.engine, results.vms[0].completions)
"""


def test_the_kernel_runs_where_cython_is_not_installed() -> None:
    output = subprocess.run([sys.executable, "-c", WITHOUT_CYTHON], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["interpreted", "interpreted", "500"]
