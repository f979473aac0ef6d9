"""Small compositions in a few words, and readable views of the plans that they compile to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Layer, Op, Plan


class Stack:
    """A document under construction. Blocks are named; `on` and `to` are names."""

    def __init__(self) -> None:
        self.blocks: dict[BlockId, Block] = {}

    def add(self, kind: str, name: str, *, on: str = "", to: str = "", product: str = "", **parameters: Value) -> str:
        block_id = BlockId(name)
        assert block_id not in self.blocks
        self.blocks[block_id] = Block(
            id=block_id,
            kind=kind,
            name=name,
            product=product,
            rests_on=BlockId(on) if on else None,
            attached_to=BlockId(to) if to else None,
            parameters=parameters,
        )
        return name

    def host(self, name: str = "host", *, product: str = "host-server-2016", **parameters: Value) -> str:
        """A host with a disk and a card, named after it."""
        self.add("host", name, product=product, **{"memory_bytes": 2**40, **parameters})
        self.add("disk", f"{name} disk", on=name, product="hdd-7k2")
        self.add("nic", f"{name} nic", on=name, product="nic-1g")
        return name

    def vm(self, name: str, *, on: str, work: bool = True, disk: str = "synthetic", nic: str = "synthetic",
           disk_to: str = "host disk", nic_to: str = "host nic", **parameters: Value) -> str:  # fmt: skip
        """A VM with a disk, a card, Linux, and a workload that does nothing until it is told what."""
        self.add("vm", name, on=on, **parameters)
        self.add("virtual_disk", f"{name} disk", on=name, to=disk_to, device_model=disk)
        self.add("virtual_nic", f"{name} nic", on=name, to=nic_to, device_model=nic)
        if work:
            self.add("os", f"{name} os", on=name, product="linux")
            self.work(f"{name} work", on=f"{name} os")
        return name

    def work(self, name: str, *, on: str, **parameters: Value) -> str:
        """One client that needs a million user cycles and nothing else unless told so."""
        quiet: dict[str, Value] = {
            "clients": 1, "think_s": 0.01, "user_cycles": 1e6, "kernel_cycles": 0.0, "syscalls": 0.0, "timer_hz": 0.0,
            "demand_scv": 0.0,
        }  # fmt: skip
        return self.add("workload", name, on=on, **{**quiet, **parameters})

    def change(self, name: str, **parameters: Value) -> None:
        block = self.blocks[BlockId(name)]
        self.blocks[block.id] = evolve(block, parameters={**block.parameters, **parameters})

    def rename(self, name: str, called: str) -> None:
        block = self.blocks[BlockId(name)]
        self.blocks[block.id] = evolve(block, name=called)

    @property
    def document(self) -> Document:
        return Document(blocks=self.blocks)


class Compiled:
    """A plan with names instead of numbers."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def rows(self) -> list[str]:
        """Names of the reported rows."""
        return [name for name, guest in zip(self.plan.vm_name, self.plan.vm_is_guest, strict=True) if guest]

    def row(self, name: str) -> int:
        return self.plan.vm_name.index(name)

    def steps(self, vm: str, *, spawned: bool = False) -> list[dict[str, Any]]:
        """The steps of the VM's route (or of what it spawns)."""
        plan = self.plan
        for index in range(len(plan.class_vm)):
            if plan.vm_name[plan.class_vm[index]] == vm and bool(plan.class_counts[index]) != spawned:
                return self._steps(int(plan.class_first_step[index]))
        raise AssertionError(f"{vm} has no such class")

    def _steps(self, row: int) -> list[dict[str, Any]]:
        plan, found = self.plan, []
        while plan.step_op[row] != Op.END:
            op, target = Op(int(plan.step_op[row])), int(plan.step_target[row])
            names = {Op.CPU: plan.context_name, Op.STATION: plan.station_name, Op.SEIZE: plan.station_name,
                     Op.FREE: plan.station_name}.get(op)  # fmt: skip
            found.append({
                "op": op, "at": names[target] if names else op.name.lower(), "mean": float(plan.step_mean[row]),
                "layer": Layer(int(plan.step_layer[row])), "exits": float(plan.step_exits[row]),
                "bytes": float(plan.step_bytes[row]), "purpose": int(plan.step_purpose[row]),
                "peer": int(plan.step_peer[row]),
            })  # fmt: skip
            row += 1
        return found

    def visits(self, vm: str, *, spawned: bool = False) -> list[str]:
        """What the route passes, in order, without repeating what follows itself."""
        places = [step["at"] for step in self.steps(vm, spawned=spawned)]
        return [place for number, place in enumerate(places) if number == 0 or places[number - 1] != place]

    def cycles(self, vm: str, layer: Layer | None = None) -> float:
        """Mean cycles of a request, of one layer or all."""
        steps = (step for step in self.steps(vm) if step["op"] is Op.CPU)
        return sum(step["mean"] for step in steps if layer is None or step["layer"] is layer)

    def tree(self) -> dict[str, Any]:
        """The scheduling tree as nested names; leaves of one context count as one."""
        plan = self.plan
        children: dict[int, list[int]] = {}
        for node, parent in enumerate(plan.node_parent):
            children.setdefault(int(parent), []).append(node)

        def below(node: int) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for child in children.get(node, []):
                context = int(plan.node_context[child])
                name = plan.node_name[child] if context < 0 else plan.context_name[context]
                found[name] = below(child)
            return found

        return below(-1)

    def node(self, name: str) -> int:
        return self.plan.node_name.index(name)


@pytest.fixture
def stack() -> Stack:
    return Stack()


@pytest.fixture
def new_stack() -> type[Stack]:
    """For tests that need several."""
    return Stack


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return shipped_catalog()


@pytest.fixture
def compiled(catalog: Catalog) -> Callable[[Stack], Compiled]:
    return lambda stack: Compiled(compile_document(stack.document, catalog))
