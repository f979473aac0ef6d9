"""Rules of nesting: what a VM needs to carry a hypervisor of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.declaration import Product
from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import choosing, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.rules.hardware import HANDED_ON, with_features
from hvstudio.composition.capabilities import can_nest
from hvstudio.composition.memory import GIB
from hvstudio.composition.scene import Scene
from hvstudio.composition.starting import hypervisor_obstacles
from hvstudio.model.document import Block, Document
from hvstudio.model.edits import set_parameters

NESTED: Final = "Microsoft Docs, run Hyper-V in a virtual machine with nested virtualization"
SCRIPT: Final = "Microsoft, Enable-NestedVm.ps1: VM off, no dynamic memory, MAC spoofing, at least 4 GB"
_DEEP: Final = 3


@rule(
    "nested.not-exposed",
    Role.VIRTUAL_MACHINE,
    title="A nested hypervisor without VT-x/AMD-V",
    severity=Severity.ERROR,
    why="VT-x/AMD-V is the processor's own help for VMs. The inner hypervisor looks for it in its VM and finds none.",
    source=NESTED,
    remedy="Let the VM show VT-x/AMD-V to its guest.",
    reads_host=True,
)
def not_exposed(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM that carries a hypervisor but does not expose the extensions."""
    if scene.values(vm)["nested_virtualization"]:
        return ()
    inner = scene.hypervisors(vm)
    if not inner:
        return ()
    needing = [item for item in inner if any(found.lacks in HANDED_ON for found in hypervisor_obstacles(scene, item))]
    first = (needing or inner)[0]
    host = scene.place(vm).host
    possible = host is None or (host.slat and host.hardware_virtualization)
    end = "which needs it" if needing else "which is much slower or does not start without it"
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” does not expose VT-x/AMD-V to “{first.name}”, {end}.",
            related=(first.id,),
            parameter="nested_virtualization",
            severity=None if needing else Severity.WARNING,
            fixes=(setting("Expose VT-x/AMD-V", [vm.id], {"nested_virtualization": True}),) if possible else (),
        )
    ]


@rule(
    "nested.outer-cannot",
    Role.VIRTUAL_MACHINE,
    title="The outer hypervisor cannot nest",
    severity=Severity.ERROR,
    why="The outer product must run the inner one's VMs on its behalf; only some products and versions can.",
    source=NESTED,
    remedy="Choose an outer product that can expose VT-x/AMD-V on this processor.",
    reads_host=True,
)
def outer_cannot(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM that exposes the extensions, or carries a hypervisor, on a product that cannot expose them."""
    place = scene.place(vm)
    if place.hypervisor is None or place.host is None:
        return ()
    inner = scene.hypervisors(vm)
    exposes = scene.values(vm)["nested_virtualization"]
    vendor = place.host.vendor
    if not (inner or exposes) or can_nest(place.facts, vendor):
        return ()
    maker = {"intel": "an Intel", "amd": "an AMD"}.get(vendor, "this")
    other = _nesting_product(scene, place.facts, vendor)
    fixes = (choosing(f"Make the outer one {other.label}", place.hypervisor, other.id),) if other else ()
    if not inner:
        fixes = (setting("Do not expose it", [vm.id], {"nested_virtualization": None}), *fixes)
    return [
        Hit(
            block=vm.id,
            message=f"{place.facts.label} cannot show VT-x/AMD-V to “{vm.name}” on {maker} processor.",
            related=(place.hypervisor, *(item.id for item in inner)),
            source=place.facts.nested.on(vendor).said_by,
            fixes=fixes,
        )
    ]


def _nesting_product(scene: Scene, present: HypervisorFacts, vendor: str) -> Product | None:
    """The newest product of the same shape that can nest on a processor of this maker."""
    able = [
        product
        for product in scene.catalog.products_of(kind_for(Role.HYPERVISOR))
        if scene.knowledge.facts(product.id).nested.on(vendor).value
        and scene.knowledge.facts(product.id).expected_class.value == present.expected_class.value
        and scene.knowledge.facts(product.id).needs_parent.value is present.needs_parent.value
    ]
    return max(able, key=lambda product: product.year, default=None)


@rule(
    "nested.no-slat",
    Role.VIRTUAL_MACHINE,
    title="Nesting on a processor without SLAT or VT-x/AMD-V",
    severity=Severity.ERROR,
    why="Nesting hands the inner hypervisor what the processor has; without SLAT there is nothing to build on.",
    source=NESTED,
    remedy="Choose a host with VT-x/AMD-V and SLAT.",
    reads_host=True,
)
def no_slat(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM that exposes the extensions on a host that lacks them."""
    if not vm.parameters or not scene.values(vm)["nested_virtualization"]:
        return ()
    place = scene.place(vm)
    if place.host is None or place.root is None or (place.host.slat and place.host.hardware_virtualization):
        return ()
    root = place.root

    def edit(document: Document) -> Document:
        values = scene.knowledge.values(document.blocks[root])
        document = set_parameters(document, [root], with_features(values, "slat", "hardware_virtualization"))
        support = document.blocks[vm.id].rests_on
        while support is not None:
            # A VM in between has to hand the extensions on.
            if role_of(document.blocks[support]) is Role.VIRTUAL_MACHINE:
                document = set_parameters(document, [support], {"nested_virtualization": True})
            support = document.blocks[support].rests_on
        return document

    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” exposes VT-x/AMD-V, but the machine under it has no SLAT or VT-x/AMD-V to show.",
            related=(place.root,),
            fixes=(Fix(label="Give the machine under it both", edit=edit),),
        )
    ]


@rule(
    "nested.dynamic-memory",
    Role.VIRTUAL_MACHINE,
    title="Dynamic memory on a VM that carries a hypervisor",
    severity=Severity.WARNING,
    why="While a hypervisor runs in the VM its memory cannot change; Microsoft's own script switches it off.",
    source=SCRIPT,
    remedy="Switch dynamic memory off.",
)
def nested_dynamic_memory(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Dynamic memory on a VM with a nested hypervisor."""
    if not vm.parameters or not scene.values(vm)["dynamic_memory"]:
        return ()
    inner = scene.hypervisors(vm)
    if not inner:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” carries the hypervisor “{inner[0].name}” and has dynamic memory.",
            related=(inner[0].id,),
            parameter="dynamic_memory",
            fixes=(setting("Switch it off", [vm.id], {"dynamic_memory": None}),),
        )
    ]


@rule(
    "nested.mac-spoofing",
    Role.VIRTUAL_MACHINE,
    title="Nested VMs without a way to the network",
    severity=Severity.WARNING,
    why="The outer switch passes packets of known addresses only; those of VMs inside the VM are unknown to it.",
    source=SCRIPT,
    remedy="Switch MAC address spoofing on for the outer VM, or use address translation inside.",
)
def mac_spoofing(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM whose nested VMs have network cards, without MAC address spoofing."""
    if scene.values(vm)["mac_spoofing"]:
        return ()
    inner = scene.hypervisors(vm)
    if not inner:
        return ()
    cards = [
        card
        for hypervisor in inner
        for nested in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)
        for card in scene.on(nested.id, Role.VIRTUAL_NIC)
    ]
    if not cards:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"The VMs inside “{vm.name}” have network cards, but MAC address spoofing is off.",
            related=tuple(card.id for card in cards),
            parameter="mac_spoofing",
            fixes=(setting("Switch it on", [vm.id], {"mac_spoofing": True}),),
        )
    ]


@rule(
    "nested.little-memory",
    Role.VIRTUAL_MACHINE,
    title="Little memory for a VM that carries a hypervisor",
    severity=Severity.WARNING,
    why="Inside are a hypervisor, perhaps a parent partition, and VMs; under 4 GiB little is left for them.",
    source=SCRIPT,
    remedy="Give the VM at least 4 GiB.",
)
def little_memory(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM with a nested hypervisor and less than 4 GiB."""
    memory = scene.values(vm)["memory_bytes"]
    if memory >= 4 * GIB or not scene.hypervisors(vm):
        return ()
    most = scene.place(vm).facts.limits.memory_per_vm_bytes.value
    enough = most is None or most >= 4 * GIB
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” carries a hypervisor with {memory / GIB:.3g} GiB of memory.",
            parameter="memory_bytes",
            fixes=(setting("Give it 4 GiB", [vm.id], {"memory_bytes": 4 * GIB}),) if enough else (),
        )
    ]


@rule(
    "nested.deep",
    Role.HYPERVISOR,
    title="Three or more hypervisors on top of each other",
    severity=Severity.WARNING,
    why="Each level multiplies the cost of leaving a VM by about eight; products support two levels.",
    source="KVM nested-exit measurements of 2019: 13,142 cycles against about 1,600; enlightened VMCS: two levels",
    remedy="Take a level away.",
)
def deep(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A hypervisor with two or more hypervisors below it."""
    depth = scene.place(hypervisor).depth
    if depth < _DEEP - 1:
        return ()
    return [
        Hit(block=hypervisor.id, message=f"“{hypervisor.name}” is the {_ordinal(depth + 1)} hypervisor of its stack.")
    ]


def _ordinal(number: int) -> str:
    return {3: "third", 4: "fourth", 5: "fifth"}.get(number, f"{number}th")


@rule(
    "nested.exposed-for-nothing",
    Role.VIRTUAL_MACHINE,
    title="VT-x/AMD-V exposed to a VM without a hypervisor",
    severity=Severity.NOTE,
    why="It costs nothing to run but switches features off, such as moving the VM or changing its memory.",
    source=NESTED,
    remedy="Switch it off, or put a hypervisor into the VM.",
)
def exposed_for_nothing(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM that exposes the extensions but carries no hypervisor."""
    if not vm.parameters or not scene.values(vm)["nested_virtualization"] or scene.hypervisors(vm):
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” exposes VT-x/AMD-V, but no hypervisor runs in it.",
            parameter="nested_virtualization",
            fixes=(setting("Switch it off", [vm.id], {"nested_virtualization": None}),),
        )
    ]
