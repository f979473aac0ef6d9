"""What a product cannot express of a VM: devices are changed (and remembered), the rest is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import evolve, frozen

from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.devices import fallbacks
from hvstudio.composition.knowledge import Knowledge
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.model.edits import replace_block
from hvstudio.model.index import Index, index_of
from hvstudio.units import Quantity, format_quantity

REMEMBERED: Final = "before_conversion"
"""The extra field of a block that keeps the values a conversion replaced: name -> [before (null: default), after]."""


_MODELS: Final[Mapping[Role | None, str]] = {Role.VIRTUAL_DISK: "disk", Role.VIRTUAL_NIC: "nic"}
_MODEL_WORDS: Final = {
    "synthetic": "synthetic",
    "emulated": "emulated",
    "pass-through": "passed through",
    "sr-iov": "SR-IOV",
}


@frozen(kw_only=True)
class Adapted:
    """A document whose VMs a product can run as well as it can, and in words what it could not take over."""

    document: Document
    lost: tuple[str, ...]


def adapted(document: Document, knowledge: Knowledge, *, hypervisor: BlockId) -> Adapted:
    """Fit the devices of the VMs on a hypervisor to its product; values that fit again come back."""
    facts = knowledge.facts(document.blocks[hypervisor].product)
    index = index_of(document)
    lost: list[str] = []
    for child in index.children_of(hypervisor):
        vm = document.blocks[child]
        if role_of(vm) is Role.VIRTUAL_MACHINE:
            document = _adapted_vm(document, knowledge, facts, index, vm, lost)
    lost.extend(_left_emulated(document, knowledge, facts, index, hypervisor))
    return Adapted(document=document, lost=tuple(lost))


def _adapted_vm(
    document: Document, knowledge: Knowledge, facts: HypervisorFacts, index: Index, vm: Block, lost: list[str]
) -> Document:
    vm = _restored(vm)
    wanted: dict[str, Value] = {}
    values = knowledge.values(vm)
    if values["generation"] == "2" and not facts.guests.generation2.value:
        wanted["generation"] = "1"
        lost.append(f"{facts.label} knows no Generation 2; “{vm.name}” becomes Generation 1.")
    document = replace_block(document, _changed(vm, wanted))
    lost.extend(_not_expressed(facts, vm, values))
    first_generation = wanted.get("generation", values["generation"]) == "1"
    for system in index.children_of(vm.id):
        guest = document.blocks[system]
        if (
            role_of(guest) is Role.OPERATING_SYSTEM
            and not facts.guests.is_64bit.value
            and knowledge.system_facts(guest.product).is_64bit.value
        ):
            lost.append(f"{facts.label} runs 32-bit guests only; “{guest.name}” in “{vm.name}” is a 64-bit system.")
        if role_of(guest) in _MODELS:
            device = _adapted_device(knowledge, facts, vm, guest, lost)
            if first_generation and role_of(guest) is Role.VIRTUAL_DISK and facts.guests.boot_ide_only.value:
                device = _booting_from_ide(knowledge, facts, vm, device, lost)
            document = replace_block(document, device)
    return document


def _booting_from_ide(knowledge: Knowledge, facts: HypervisorFacts, vm: Block, disk: Block, lost: list[str]) -> Block:
    values = knowledge.values(disk)
    if not values["boot"] or values["controller"] == "ide":
        return disk
    lost.append(f"{facts.label} starts Generation 1 VMs from IDE only; “{disk.name}” of “{vm.name}” moves there.")
    return _changed(disk, {"controller": "ide"})


def _adapted_device(knowledge: Knowledge, facts: HypervisorFacts, vm: Block, device: Block, lost: list[str]) -> Block:
    device = _restored(device)
    offered = facts.models(_MODELS[role_of(device)]).cards
    model = knowledge.values(device)["device_model"]
    if not facts.product or model in offered:
        return device
    best = next((name for name in fallbacks(model) if name in offered), None)
    if best is None:
        return device
    lost.append(
        f"{facts.label} offers no {_MODEL_WORDS.get(model, model)} device; "
        f"“{device.name}” of “{vm.name}” becomes {_MODEL_WORDS[best]}."
    )
    return _changed(device, {"device_model": best})


def _left_emulated(
    document: Document, knowledge: Knowledge, facts: HypervisorFacts, index: Index, hypervisor: BlockId
) -> list[str]:
    """A sentence when devices stay emulated, as composed, where the product offers synthetic ones."""
    devices = [
        document.blocks[part]
        for vm in index.children_of(hypervisor)
        for part in index.children_of(vm)
        if role_of(document.blocks[part]) in _MODELS
    ]
    left = [
        device
        for device in devices
        if knowledge.values(device)["device_model"] == "emulated"
        and facts.product
        and "synthetic" in facts.models(_MODELS[role_of(device)]).cards
    ]
    if not left:
        return []
    count = "One device stays" if len(left) == 1 else f"{len(left)} devices stay"
    return [
        f"{count} emulated, as composed; {facts.label} offers synthetic ones, which cost less. "
        "Change the device model to use them."
    ]


def _changed(block: Block, wanted: Mapping[str, Value]) -> Block:
    """The block with values set, and what they were remembered."""
    if not wanted:
        return block
    earlier: Mapping[str, Any] = block.extras.get(REMEMBERED, {})
    remembered = {**earlier, **{name: [block.parameters.get(name), value] for name, value in wanted.items()}}
    return evolve(
        block,
        parameters={**block.parameters, **wanted},
        extras={**block.extras, REMEMBERED: remembered},
    )


def _restored(block: Block) -> Block:
    """The block with the values that an earlier conversion replaced, where nobody changed them since."""
    remembered: object = block.extras.get(REMEMBERED)
    if not isinstance(remembered, Mapping):
        return block
    parameters = dict(block.parameters)
    for name, pair in cast("Mapping[str, Any]", remembered).items():
        if not isinstance(pair, list | tuple) or len(cast("list[Any]", pair)) != 2:
            continue
        before, after = cast("list[Any]", pair)
        if parameters.get(name) == after:
            if before is None:
                parameters.pop(name)
            else:
                parameters[name] = before
    extras = {name: value for name, value in block.extras.items() if name != REMEMBERED}
    return evolve(block, parameters=parameters, extras=extras)


def _not_expressed(facts: HypervisorFacts, vm: Block, values: Mapping[str, Any]) -> list[str]:
    """What stays in the document but has no counterpart in the product, in words."""
    lost: list[str] = []
    who, product = f"“{vm.name}”", facts.label
    most = facts.limits.processors_of_vm(values["generation"]).value
    if most is not None and values["virtual_processors"] > most:
        lost.append(
            f"{who} has {values['virtual_processors']} virtual processors; {product} gives a VM at most {most:g}."
        )
    memory = facts.limits.memory_of_vm(values["generation"]).value
    if memory is not None and values["memory_bytes"] > memory:
        limit, has = (format_quantity(number, Quantity.BYTES) for number in (memory, values["memory_bytes"]))
        lost.append(f"{who} has {has}; {product} gives a VM at most {limit}.")
    for name, word, normal in (
        ("cpu_weight", "weight", None),
        ("cpu_reserve", "reserve", 0.0),
        ("cpu_limit", "limit", 1.0),
    ):
        if name in vm.parameters and not facts.controls.of(word).value and values[name] != normal:
            lost.append(f"{product} has no CPU {word}; that of {who} has no effect.")
    if values["dynamic_memory"] and facts.memory.dynamic.value is False:
        lost.append(f"{product} has no dynamic memory; {who} keeps its startup memory.")
    if values["nested_virtualization"] and not (facts.nested.intel.value or facts.nested.amd.value):
        lost.append(f"{product} cannot show VT-x/AMD-V to {who}.")
    return lost
