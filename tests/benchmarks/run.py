"""The engine's speed and memory: `python tests/benchmarks/run.py [--quick]`.

Ratios are of things measured in turns in this one run (medians of interleaved rounds, CPU time of the thread), so that
a machine busy with other things disturbs both sides alike. Throughputs are compared with the exact answer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import compositions
import plans

from hvstudio.catalog.load import shipped_catalog
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.estimate.estimate import estimate
from hvstudio.simulation.kernel import kernel
from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.run.stepped_run import SteppedRun

# Exact mean-value analysis of the closed network at 4, 64 and 512 VMs (see tests/simulation/test_theory.py).
EXACT = {4: 2780.35, 64: 7981.24, 512: 7998.0}
EVENTS_PER_REQUEST = 3
"""End of thinking, of the first and of the second service: what any engine must do for one request."""


def started(plan: Plan) -> kernel.Kernel:
    memory = Memory(plan)
    engine = kernel.Kernel(memory)
    for vm in range(len(memory.vms)):
        engine.start_vm(vm)
    return engine


class Ours:
    """A plan that is run on and on; a round gives events per CPU second."""

    def __init__(self, plan: Plan, *, simulated_s: float) -> None:
        self.engine = started(plan)
        self.simulated_s = simulated_s
        self.engine.advance(int(0.1e9))

    def round(self) -> float:
        now, events, _ = self.engine.clock()
        began = time.thread_time()
        self.engine.advance(now + int(self.simulated_s * 1e9))
        return (self.engine.clock()[1] - events) / (time.thread_time() - began)


class Theirs:
    """A SimPy twin that is run on and on; a round gives requests per CPU second."""

    def __init__(self, twin: plans.ClosedNetworkTwin | plans.RealisticTwin, *, simulated_ms: float) -> None:
        self.twin = twin
        self.simulated_ms = simulated_ms
        twin.env.run(until=50.0)

    def round(self) -> float:
        before = self.twin.completed
        began = time.thread_time()
        self.twin.env.run(until=self.twin.env.now + self.simulated_ms)
        return (self.twin.completed - before) / (time.thread_time() - began)


def interleaved(sides: list[Callable[[], float]], rounds: int) -> list[float]:
    """The median of each side, measured in turns."""
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, values in zip(sides, found, strict=True):
            values.append(side())
    return [statistics.median(values) for values in found]


def against_simpy(rounds: int) -> None:
    print("\nClosed network, 8 clients per VM (goal: 80 x SimPy at every size, flat from 64 to 512 VMs)")
    for vms, exact in EXACT.items():
        ours = Ours(plans.closed_network(vms), simulated_s=12.0 if vms == 4 else 4.0)
        theirs = Theirs(plans.ClosedNetworkTwin(vms), simulated_ms=2_000.0 if vms == 4 else 800.0)
        fast, slow = interleaved([ours.round, theirs.round], rounds)
        slow *= EVENTS_PER_REQUEST
        results = simulate(plans.closed_network(vms), RunOptions(duration_s=60.0))
        total = sum(vm.throughput_per_s for vm in results.vms)
        print(
            f"  {vms:4d} VMs: {fast / 1e6:6.2f} M events/s, SimPy {slow / 1e6:.3f} M: ratio {fast / slow:6.1f};"
            f" {total:.1f} requests/s, exact {exact:.1f} ({100 * (total / exact - 1):+.2f} %)"
        )


def growth(rounds: int) -> None:
    print("\nHardware growing with the VMs (goal: cost per event at most doubles over 1,000 x more VMs)")
    sides = {vms: Ours(plans.growing_host(vms), simulated_s=288.0 / vms) for vms in (4, 64, 512, 4000)}
    found = interleaved([side.round for side in sides.values()], rounds)
    for vms, speed in zip(sides, found, strict=True):
        print(f"  {vms:4d} VMs: {speed / 1e6:6.2f} M events/s, cost {found[0] / speed:.2f} x that of 4 VMs")


def realistic(rounds: int) -> None:
    print("\n64 VMs x 4 virtual processors on 32, I/O through a parent partition (goal: 3 M events/s, 30 x SimPy)")
    engine = Ours(plans.realistic(), simulated_s=0.5)
    twin = Theirs(plans.RealisticTwin(), simulated_ms=60.0)
    events, requests = interleaved([engine.round, twin.round], rounds)
    sample = simulate(plans.realistic(), RunOptions(duration_s=2.0, warmup_s=0.5))
    per_request = sample.events / (sum(vm.completions for vm in sample.vms) * 2.0 / 1.5)
    ours = events / per_request
    print(f"  {events / 1e6:.2f} M events/s, {per_request:.1f} events per request")
    print(f"  {ours:,.0f} requests per CPU second, SimPy {requests:,.0f}: ratio {ours / requests:.1f}")


def two_cores(rounds: int) -> None:
    print("\nTwo replications on two threads (goal: at least 1.8 x one after the other)")
    seconds = 15.0  # a replication takes 60 s by default; shorter ones measure the start of threads

    def timed(pool: Executor, together: int) -> float:
        began = time.perf_counter()
        for _ in range(2 // together):
            list(pool.map(plans.one_replication, [seconds] * together))
        return time.perf_counter() - began

    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        sides = [(threads, 1), (threads, 2), (processes, 1), (processes, 2)]
        timed(processes, 2)
        found = interleaved([lambda pool=pool, number=number: timed(pool, number) for pool, number in sides], rounds)
    print(f"  threads: {found[0]:.2f} s in turns, {found[1]:.2f} s together: {found[0] / found[1]:.2f} x")
    print(f"  what the machine could give now (two processes): {found[2] / found[3]:.2f} x")


def resident_bytes() -> int:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096


def memory_of_an_hour(simulated_s: float) -> None:
    print(f"\nMemory of {simulated_s:.0f} s of 64 VMs (goal: less than 50 MB for one hour)")
    simulate(plans.closed_network(4), RunOptions(duration_s=1.0))
    before = resident_bytes()
    run = SteppedRun(plans.closed_network(64), RunOptions(duration_s=simulated_s))
    highest = before
    began = time.perf_counter()
    while not run.finished:
        run.step()
        highest = max(highest, resident_bytes())
    results = run.results()
    highest = max(highest, resident_bytes())
    passed = time.perf_counter() - began
    print(
        f"  {(highest - before) / 1e6:.1f} MB more than before, {results.events / 1e6:.0f} M events in {passed:.0f} s"
    )


def start_of_a_run(rounds: int) -> None:
    print("\nFrom the plan of 512 VMs to the first sample (goal, with compiling: less than 100 ms)")
    for name, plan in (("stations", plans.closed_network(512)), ("full scheduling", plans.realistic(512))):
        found = []
        for _ in range(rounds):
            began = time.perf_counter()
            SteppedRun(plan, RunOptions(duration_s=60.0, sample_interval_s=0.001)).step()
            found.append(time.perf_counter() - began)
        print(f"  {name}: {statistics.median(found) * 1e3:.0f} ms")


def compositions_of_many_vms(rounds: int) -> None:
    print("\nThe consolidation example grown (goals: compiling and first sample of 512 VMs less than 100 ms)")
    print("  (estimate: 64 VMs less than 10 ms, 512 VMs less than 100 ms)")
    for vms in (64, 512):
        document, catalog = compositions.consolidation(vms), shipped_catalog()
        compiled, sampled, answered = [], [], []
        for _ in range(rounds):
            times = [time.perf_counter()]
            plan = compile_document(document, catalog)
            times.append(time.perf_counter())
            SteppedRun(plan, RunOptions(duration_s=60.0, sample_interval_s=0.001)).step()
            times.append(time.perf_counter())
            estimate(plan)
            times.append(time.perf_counter())
            for found, first, last in zip((compiled, sampled, answered), times, times[1:], strict=False):
                found.append((last - first) * 1e3)
        shown = [statistics.median(found) for found in (compiled, sampled, answered)]
        print(f"  {vms:>4} VMs: compiled {shown[0]:.0f} ms, first sample {shown[1]:.0f} ms, estimate {shown[2]:.1f} ms")


IMPORT = """
import time, numpy
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
memory, began = resident(), time.perf_counter()
import hvstudio.simulation.run.session, hvstudio.simulation.run.experiment
print((time.perf_counter() - began) * 1e3, (resident() - memory) / 1e6)
"""


def importing(rounds: int) -> None:
    print("\nImporting the engine beside numpy (goal: less than 150 ms and 60 MB)")
    found = []
    for _ in range(rounds):
        output = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout
        found.append([float(value) for value in output.split()])
    print(f"  {statistics.median(row[0] for row in found):.0f} ms, {statistics.median(row[1] for row in found):.1f} MB")


def main() -> None:
    """Run every benchmark and print what was measured beside the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and a shorter long run")
    quick = parser.parse_args().quick
    rounds = 3 if quick else 7
    print(f"engine: {engine_name()}")
    against_simpy(rounds)
    growth(rounds)
    realistic(rounds)
    two_cores(rounds)
    start_of_a_run(rounds)
    compositions_of_many_vms(rounds)
    importing(rounds)
    memory_of_an_hour(300.0 if quick else 3600.0)


if __name__ == "__main__":
    main()
