"""Run documents through compile and simulation, and find native properties that the papers do not state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import evolve, frozen
from benches import Machine, Work, native_document, virtual_document
from cases import RatioCase, Unknown

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.document import Document, Value
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate


@frozen(kw_only=True)
class Measured:
    """What a run gave: completions per second and mean latency of the VMs together, busy part of the processors."""

    throughput: float
    latency: float
    busy: float
    each: tuple[float, ...]


@frozen(kw_only=True)
class Ratio:
    """A prediction: native and virtual value of the metric, the ratio (higher is better), what was solved for."""

    native: float
    virtual: float
    ratio: float
    solved: str = ""


def run(document: Document, catalog: Catalog, *, seconds: float) -> Measured:
    """Simulate a document; the first fifth is warm-up."""
    options = RunOptions(
        seed=1, duration_s=round(seconds * 1.2, 6), warmup_s=round(seconds * 0.2, 6), sample_interval_s=seconds
    )
    plan = compile_document(document, catalog)
    short = [note for note in plan.notes if note.startswith("Memory is short")]
    if short:
        raise ValueError(f"a measurement was not made with too little memory: {short[0]}")
    results = simulate(plan, options).to_json()
    rows = results["vms"]
    each = tuple(float(row["throughput_per_s"]) for row in rows)
    total = sum(each)
    latency = sum(rate * float(row["latency_s"]["mean"] or 0.0) for rate, row in zip(each, rows, strict=True))
    busy = 1.0 - float(results["host"]["cpu_utilisation"]["idle"])
    return Measured(throughput=total, latency=latency / total if total else 0.0, busy=busy, each=each)


def predict(case: RatioCase, catalog: Catalog) -> Ratio:
    """The predicted ratio of a case, the native run made to meet the native value first."""
    machine, load, solved = case.machine, case.load, ""
    if case.unknown is not None:
        value = _solve(case, case.unknown, catalog)
        machine, load = _with(machine, load, case.unknown, value)
        solved = f"{case.unknown.parameter} = {value:.4g}"
    if case.reference is None:
        native = run(native_document(machine, load), catalog, seconds=case.duration_s)
    else:
        native = run(virtual_document(*case.reference, load), catalog, seconds=case.duration_s)
    virtual = run(virtual_document(machine, case.guest, load, copies=case.copies), catalog, seconds=case.duration_s)
    return _ratio(case, native, virtual, solved)


def _ratio(case: RatioCase, native: Measured, virtual: Measured, solved: str) -> Ratio:
    if case.metric == "throughput":
        return Ratio(native=native.throughput, virtual=virtual.throughput,
                     ratio=virtual.throughput / native.throughput, solved=solved)  # fmt: skip
    before, after = (
        (native.latency, virtual.latency) if case.metric == "latency" else (native.busy, virtual.busy)
    )  # fmt: skip
    return Ratio(native=before, virtual=after, ratio=before / after, solved=solved)


def _with(machine: Machine, load: Work, unknown: Unknown, value: float) -> tuple[Machine, Work]:
    if unknown.of == "work":
        return machine, load.but(**{unknown.parameter: value})
    changed: Mapping[str, Value] = {unknown.parameter: value}
    if unknown.of == "disk":
        return evolve(machine, disk_settings={**machine.disk_settings, **changed}), load
    return evolve(machine, nic_settings={**machine.nic_settings, **changed}), load


def _solve(case: RatioCase, unknown: Unknown, catalog: Catalog) -> float:
    """Bisect for the value whose native run meets the target; more of every unknown means less throughput."""

    def throughput(value: float) -> float:
        machine, load = _with(case.machine, case.load, unknown, value)
        return run(native_document(machine, load), catalog, seconds=case.duration_s / 4).throughput

    return bisect(throughput, case.target, low=unknown.low, high=unknown.high)


def bisect(falling: Callable[[float], float], target: float, *, low: float, high: float) -> float:
    """Where a falling function takes a value, to a thousandth; the nearer end if it never does."""
    if falling(low) <= target:
        return low
    if falling(high) >= target:
        return high
    while high - low > 1e-3 * high:
        middle = 0.5 * (low + high)
        if falling(middle) > target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
