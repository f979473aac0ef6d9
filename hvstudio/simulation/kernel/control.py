"""Faults, life cycle and live edits: messages turned into calls of the kernel between slices."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any

import numpy as np

from hvstudio.errors import PlanError
from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.kernel.node_memory import are_virtual_processors, mean_sibling_weight, node_origins
from hvstudio.simulation.kernel.variates import draw_row
from hvstudio.simulation.plan.messages import (
    CheckpointVm,
    Crash,
    PauseVm,
    ResizeVm,
    ResumeVm,
    RunMessage,
    SaveVm,
    SetControls,
    SetWorkload,
    StartVm,
    StopVm,
)
from hvstudio.simulation.plan.plan import Arrivals, Plan
from hvstudio.simulation.plan.ranges import checked, checked_int


class Control:
    """Knows the state of every VM: running, paused, saved, stopped, crashed or off."""

    def __init__(self, plan: Plan, kernel: Any, *, memory: Memory) -> None:
        self._plan, self._kernel, self._memory = plan, kernel, memory
        self.states = ["off"] * len(plan.vm_name)
        self.notes: list[str] = []
        self.follow_ups: list[tuple[float, RunMessage]] = []
        """What a message leads to later: (seconds from now, message). The owner empties the list."""
        origins = node_origins(plan)
        self._weight = plan.node_weight[origins]
        self._reserve = plan.node_reserve[origins]
        self._limit = plan.node_limit[origins]
        self._parent = plan.node_parent[origins]
        self._context = plan.node_context[origins]
        self._works = np.arange(len(origins)) < len(plan.node_parent)
        self._mean_weight = mean_sibling_weight(plan)[origins]

    @property
    def expects_work(self) -> bool:
        """Whether some VM is running, so that an empty event list is worth telling."""
        return "running" in self.states or all(state == "off" for state in self.states)

    def start_all(self) -> None:
        """Switch on every VM that can start."""
        for vm, reason in enumerate(self._plan.vm_cannot_start):
            if reason:
                self.notes.append(f"{self._plan.vm_name[vm]} does not start: {reason}")
            else:
                self.states[vm] = "running"
                self._kernel.start_vm(vm)

    def apply(self, message: RunMessage) -> None:
        """Obey. Raises PlanError naming the block when there is nothing to obey on."""
        self._apply(message)

    @singledispatchmethod
    def _apply(self, message: object) -> None:
        raise PlanError(f"unknown message {message!r}.")

    @_apply.register
    def _(self, message: PauseVm) -> None:
        for vm in self._vms(message.block):
            if self.states[vm] == "running":
                self._kernel.freeze_vm(vm)
                self.states[vm] = "paused"

    @_apply.register
    def _(self, message: SaveVm) -> None:
        for vm in self._vms(message.block):
            if self.states[vm] in ("running", "paused"):
                self._kernel.freeze_vm(vm)
                self._kernel.hold_arrivals(vm)
                self.states[vm] = "saved"

    @_apply.register
    def _(self, message: ResumeVm) -> None:
        for vm in self._vms(message.block):
            if self.states[vm] in ("paused", "saved"):
                if self.states[vm] == "saved":
                    self._kernel.release_arrivals(vm)
                self._kernel.thaw_vm(vm)
                self.states[vm] = "running"

    @_apply.register
    def _(self, message: CheckpointVm) -> None:
        checked(message.pause_s * 1e9, "pause ns", where=message.block, range_name="ns")
        for vm in self._vms(message.block):
            if self.states[vm] == "running":
                self._kernel.freeze_vm(vm)
                self.states[vm] = "paused"
                self.follow_ups.append((message.pause_s, ResumeVm(message.block)))

    @_apply.register
    def _(self, message: ResizeVm) -> None:
        contexts = self._guest_contexts(message.block)
        for context in contexts:
            most = int(np.count_nonzero(self._plan.node_context == context))
            if not 1 <= message.processors <= most:
                raise PlanError(
                    f"processors is {message.processors}.",
                    where=message.block,
                    hint=f"While the VM runs it can have 1 to {most}; more need another composition.",
                )
            self._set_leaves(context, message.processors)

    @_apply.register
    def _(self, message: StopVm) -> None:
        for vm in self._vms(message.block):
            self._switch_off(vm, "stopped")

    @_apply.register
    def _(self, message: StartVm) -> None:
        for vm in self._vms(message.block):
            if self._plan.vm_cannot_start[vm]:
                raise PlanError(f"cannot start: {self._plan.vm_cannot_start[vm]}", where=message.block)
            if self.states[vm] in ("stopped", "crashed", "off"):
                self._kernel.thaw_vm(vm)
                self._kernel.start_vm(vm)
                self.states[vm] = "running"

    @_apply.register
    def _(self, message: Crash) -> None:
        hit = [
            vm
            for vm, block in enumerate(self._plan.vm_block)
            if block == message.block or message.block in self._plan.vm_depends_on[vm]
        ]
        if not hit:
            raise PlanError("nothing depends on this block.", where=message.block)
        for vm in hit:
            self._switch_off(vm, "crashed")

    @_apply.register
    def _(self, message: SetControls) -> None:
        changes = {"weight": message.weight, "reserve": message.reserve, "limit": message.limit}
        for name, value in changes.items():
            if value is not None:
                checked(value, name, where=message.block)
        nodes = self._nodes(message.block)
        for node in nodes:
            self._change_node(node, changes, message.block)

    @_apply.register
    def _(self, message: SetWorkload) -> None:
        if message.threads is not None:
            self._set_threads(message.block, message.threads)
        for kind in self._kinds(message.block):
            arrivals = Arrivals(int(self._plan.class_arrivals[kind]))
            if message.clients is not None and arrivals is Arrivals.CLOSED:
                self._kernel.set_clients(kind, checked_int(message.clients, "clients", where=message.block))
            if message.think_s is not None and arrivals is Arrivals.CLOSED:
                think = checked(message.think_s * 1e9, "think_ns", where=message.block)
                self._set_gap(kind, think)
            if message.rate_per_s is not None and arrivals is Arrivals.OPEN:
                rate = message.rate_per_s
                gap = checked(1e9 / rate if rate > 0 else 1e15, "gap_ns", where=message.block)
                self._set_gap(kind, gap)
                if self.states[int(self._plan.class_vm[kind])] != "saved":
                    self._kernel.redraw_arrival(kind)

    def _switch_off(self, vm: int, state: str) -> None:
        if self.states[vm] not in ("stopped", "crashed", "off"):
            self._kernel.stop_vm(vm)
            self._kernel.freeze_vm(vm)
        if self.states[vm] != "off":
            self.states[vm] = state

    def _vms(self, block: str) -> list[int]:
        found = [vm for vm, name in enumerate(self._plan.vm_block) if name == block]
        if not found:
            raise PlanError("there is no virtual machine of that block in this run.", where=block)
        return found

    def _guest_contexts(self, block: str) -> list[int]:
        """The contexts that are the VM's virtual processors: those of its own in which guest work is done."""
        plan, vms = self._plan, self._vms(block)
        return [
            context
            for context, is_guest in enumerate(are_virtual_processors(plan).tolist())
            if is_guest and int(plan.context_vm[context]) in vms
        ]

    def _kinds(self, block: str) -> list[int]:
        plan = self._plan
        found = [kind for kind, name in enumerate(plan.class_name) if name == block]
        if not found:
            vms = self._vms(block)
            found = [kind for kind, vm in enumerate(plan.class_vm.tolist()) if vm in vms]
        return found

    def _nodes(self, block: str) -> list[int]:
        """The nodes that carry the block's controls: those marked with it, else the VM's own subtree, else leaves."""
        plan = self._plan
        marked = [node for node, name in enumerate(plan.node_block) if name == block]
        if marked:
            return marked
        vms = self._vms(block)
        owners = self._owners()
        own = [
            node
            for node in range(len(owners))
            if len(owners[node]) == 1 and owners[node] <= set(vms) and plan.node_parent[node] >= 0
        ]
        tops = [node for node in own if plan.node_context[node] < 0 and plan.node_parent[node] not in own]
        return tops or own

    def _owners(self) -> list[set[int]]:
        """For each node, the VMs whose leaves are below it."""
        plan = self._plan
        owners: list[set[int]] = [set() for _ in range(len(plan.node_parent))]
        for node in range(len(owners) - 1, -1, -1):
            if plan.node_context[node] >= 0:
                owners[node].add(int(plan.context_vm[plan.node_context[node]]))
            if plan.node_parent[node] >= 0:
                owners[int(plan.node_parent[node])] |= owners[node]
        return owners

    def _change_node(self, node: int, changes: dict[str, float | None], block: str) -> None:
        tables = {"weight": self._weight, "reserve": self._reserve, "limit": self._limit}
        new = {name: float(tables[name][node] if value is None else value) for name, value in changes.items()}
        if 0 < new["limit"] < new["reserve"]:
            raise PlanError("limit is below reserve.", where=block, hint="Raise the limit or lower the reserve.")
        for name, value in new.items():
            tables[name][node] = value
        self._renew_pace(int(self._parent[node]))
        period = float(self._plan.node_period_ns[node])
        values = {
            "inverse_weight": float(self._mean_weight[node] / self._weight[node]),
            "full": int(np.rint(self._limit[node] * period)),
            "reserve": int(np.rint(self._reserve[node] * period)),
            "special": int(self._limit[node] > 0 or self._reserve[node] > 0),
        }
        self._kernel.set_node(node, values)

    def _renew_pace(self, parent: int) -> None:
        """Virtual time below a node runs at the pace of an average child: after a change of weights, of another one."""
        family = np.flatnonzero(self._parent == parent)
        mean = float(self._weight[family[self._works[family]]].mean())
        for node in map(int, family):
            if self._mean_weight[node] != mean:
                self._mean_weight[node] = mean
                pace = {"inverse_weight": mean / float(self._weight[node])}
                self._memory.put(self._kernel, "nodes", row=node, values=pace)

    def _set_threads(self, block: str, threads: int) -> None:
        plan = self._plan
        for context in (row for row, name in enumerate(plan.context_block) if name == block):
            most = int(np.count_nonzero(self._context == context))
            if not 1 <= threads <= most:
                raise PlanError(f"threads is {threads}.", where=block, hint=f"While it runs there can be 1 to {most}.")
            self._set_leaves(context, threads)
            self._count_leaves(int(plan.context_vm[context]))

    def _count_leaves(self, vm: int) -> None:
        """Ready time is a part of the time of the most leaves that there were."""
        own = are_virtual_processors(self._plan) & (self._plan.context_vm == vm)
        working = self._context[self._works & (self._context >= 0)]
        number = int(own[working].sum())
        self._memory.leaves[vm] = max(number, int(self._memory.leaves[vm]))

    def _set_leaves(self, context: int, number: int) -> None:
        leaves = np.flatnonzero(self._context == context)
        self._works[leaves] = np.arange(len(leaves)) < number
        self._kernel.set_leaves(context, number)
        self._renew_pace(int(self._parent[leaves[0]]))

    def _set_gap(self, kind: int, mean_ns: float) -> None:
        row = int(self._memory.own_draws[kind])
        own = draw_row(mean_ns, float(self._plan.class_think_scv[kind]))
        self._memory.put(self._kernel, "steps", row=row, values=own)
        self._memory.put(self._kernel, "kinds", row=kind, values={"draw": row})
