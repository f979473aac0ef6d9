"""Which kernel runs: the compiled one where there is one, else the same source interpreted."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

from hvstudio.simulation.kernel import kernel


def engine_name() -> str:
    """ "compiled" or "interpreted"."""
    return name_of(kernel)


def name_of(module: Any) -> str:
    """Like `engine_name`, for a given kernel module."""
    return "compiled" if module.is_compiled() else "interpreted"


def interpreted_kernel() -> Any:
    """The kernel's source as a plain Python module, whatever is installed: the oracle of tests."""
    path = str(Path(__file__).with_name("kernel.py"))
    loader = SourceFileLoader("hvstudio.simulation.kernel_interpreted", path)
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
