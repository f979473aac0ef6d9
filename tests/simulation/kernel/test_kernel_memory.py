"""The memory that Python lays out is the memory that the kernel reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from hvstudio.simulation.kernel import kernel
from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.kernel.records import RECORDS


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
            assert kinds[field] == {"<i8": "longlong", "<i4": "int", "<f8": "double"}[layout[field].str], (
                f"{name}.{field}"
            )


def test_compiled_records_have_the_same_size() -> None:
    if engine_name() == "compiled":
        assert kernel.record_sizes() == {name: layout.itemsize for name, layout in RECORDS.items()}


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
