"""Rules of compatibility: what a product demands of the processor, the host's system and the guests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hvstudio.catalog.declaration import Product
from hvstudio.catalog.kinds import ROLES, kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.catalog.sourced import Fact
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import choosing, fitting_system, setting
from hvstudio.checks.fixes.selection import product_for, suits
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.rules.numbers import SLAT_SINCE
from hvstudio.composition.capabilities import WORDS, of_host, unmet
from hvstudio.composition.classify import vmm_type_of
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import serving_system
from hvstudio.composition.starting import Hindrance, hypervisor_obstacles, vm_obstacles
from hvstudio.model.document import Block, Value

HANDED_ON: Final = ("hardware_virtualization", "slat")
"""What a VM shows its guest only where it is told to."""
REQUIREMENTS: Final = "The maker's system requirements of the product and version; see the catalogue card"


def _host(scene: Scene, hypervisor: Block) -> Block | None:
    """The host right under a hypervisor's stack; None when a VM lies in between (the nested rules speak there)."""
    place = scene.place(hypervisor)
    return None if place.vm is not None or place.host is None else scene.hardware(hypervisor)


def with_features(values: Mapping[str, Any], *features: str) -> dict[str, Value | None]:
    """The parameters that give a host of these values processor features, with a generation that had them."""
    wanted: dict[str, Value | None] = dict.fromkeys(features, True)
    if "slat" in features:
        wanted["hardware_virtualization"] = True
    old = values["cpu_generation"]
    if "slat" in features and (old == "pre-vt" or (values["cpu_vendor"] == "intel" and old not in SLAT_SINCE)):
        wanted["cpu_generation"] = "nehalem"
    elif "hardware_virtualization" in features and old == "pre-vt":
        wanted["cpu_generation"] = "prescott"
    return wanted


def _demanded(scene: Scene, hypervisor: Block, capability: str) -> Sequence[Hit]:
    """A hit when the product requires something of the processor that the machine under it does not offer.

    What a VM does not hand on of VT-x and AMD-V is told by the rules of nesting.
    """
    obstacle = next((item for item in hypervisor_obstacles(scene, hypervisor) if item.lacks == capability), None)
    place = scene.place(hypervisor)
    if (
        obstacle is None
        or place.machine is None
        or (ROLES.get(place.machine_kind) is Role.VIRTUAL_MACHINE and capability in HANDED_ON)
    ):
        return ()
    facts, machine, what = scene.facts(hypervisor), scene.blocks[place.machine], WORDS[capability]
    fixes: tuple[Fix, ...] = ()
    if role_of(machine) is Role.HARDWARE:
        values = scene.values(machine)
        fixes = (setting(f"Give the host {what}", [machine.id], with_features(values, capability)),)
        older = _less_demanding(scene, hypervisor, machine)
        if older is not None:
            fixes = (*fixes, choosing(f"Choose {older.label} instead", hypervisor.id, older.id))
    return [
        Hit(
            block=hypervisor.id,
            message=f"{facts.label} needs {what}, and “{machine.name}” does not have it.",
            related=(machine.id,),
            source=obstacle.fact.said_by,
            fixes=fixes,
        )
    ]


def _less_demanding(scene: Scene, hypervisor: Block, host: Block) -> Product | None:
    """The newest other version by the same maker, of the same architecture, whose demands the host meets."""
    expected = scene.facts(hypervisor).expected_class.value
    present = scene.catalog.product_of(hypervisor)
    offered = of_host(scene.values(host))
    met = [
        product
        for product in scene.catalog.products_of(kind_for(Role.HYPERVISOR))
        if present is not None
        and product.vendor == present.vendor
        and scene.knowledge.facts(product.id).expected_class.value == expected
        and not unmet(scene.knowledge.facts(product.id), offered)
    ]
    return max(met, key=lambda product: product.year, default=None)


@rule(
    "hardware.needs-64bit",
    Role.HYPERVISOR,
    title="The product needs a 64-bit processor",
    severity=Severity.ERROR,
    why="It is 64-bit software and does not start on a 32-bit processor.",
    source=REQUIREMENTS,
    remedy="Choose a host with a 64-bit processor, or an older product.",
)
def needs_64bit(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A 64-bit product on a 32-bit host."""
    return _demanded(scene, hypervisor, "is_64bit")


@rule(
    "hardware.needs-vt",
    Role.HYPERVISOR,
    title="The product needs VT-x or AMD-V",
    severity=Severity.ERROR,
    why="Without it the processor does not trap the guests' privileged code, and this product has no other way.",
    source=REQUIREMENTS,
    remedy="Choose a host with VT-x/AMD-V (and switch it on in the firmware), or a product that translates code.",
)
def needs_vt(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires hardware virtualization on a host without it."""
    return _demanded(scene, hypervisor, "hardware_virtualization")


@rule(
    "hardware.needs-slat",
    Role.HYPERVISOR,
    title="The product needs SLAT (EPT or NPT)",
    severity=Severity.ERROR,
    why="With second-level address translation the processor maps guest memory by itself; this product relies on it.",
    source=REQUIREMENTS,
    remedy="Choose a host with SLAT (Nehalem of 2009 and later on Intel), or an older version of the product.",
)
def needs_slat(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires SLAT on a host without it."""
    return _demanded(scene, hypervisor, "slat")


@rule(
    "hardware.needs-dep",
    Role.HYPERVISOR,
    title="The product needs data execution prevention",
    severity=Severity.ERROR,
    why="The product refuses to start while the processor's XD or NX bit is off.",
    source=REQUIREMENTS,
    remedy="Switch the XD/NX bit on in the host's firmware.",
)
def needs_dep(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires DEP on a host without it."""
    return _demanded(scene, hypervisor, "dep")


@rule(
    "hardware.slower-without",
    Role.HYPERVISOR,
    title="The product would be faster with help from the processor",
    severity=Severity.NOTE,
    why="Without VT-x/AMD-V it translates guest code; without SLAT it keeps shadow page tables. Both cost time.",
    source="VMware, Performance Evaluation of Intel EPT (2009): up to 48 % for software that maps much memory",
    remedy="Choose a host with VT-x/AMD-V and SLAT, if the point is not to show the older way.",
)
def slower_without(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Optional processor features that the host lacks."""
    facts = scene.facts(hypervisor)
    useful = (
        ("hardware_virtualization", "VT-x or AMD-V", facts.requires.hardware_virtualization),
        ("slat", "SLAT", facts.requires.slat),
    )
    wanted = [(name, label) for name, label, demand in useful if demand.value == "optional"]
    if not wanted:
        return ()
    host = _host(scene, hypervisor)
    if host is None:
        return ()
    offered = of_host(scene.values(host))
    missing = [(name, label) for name, label in wanted if not getattr(offered, name)]
    if not missing:
        return ()
    labels = " and ".join(label for _, label in missing)
    return [
        Hit(
            block=hypervisor.id,
            message=f"{facts.label} runs without {labels} on “{host.name}”, but more slowly.",
            related=(host.id,),
            fixes=(
                setting(
                    f"Give the host {labels}",
                    [host.id],
                    with_features(scene.values(host), *(name for name, _ in missing)),
                ),
            ),
        )
    ]


@rule(
    "hardware.host-os",
    Role.HYPERVISOR,
    title="The product does not run on this operating system",
    severity=Severity.ERROR,
    why="Its installer or its driver refuses the system.",
    source=REQUIREMENTS,
    remedy="Choose an operating system from the product's list.",
)
def host_system(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """The system under (Type 2) or beside (Hybrid) a product, against the product's list."""
    label = scene.facts(hypervisor).label
    return _system_hits(scene, hypervisor, Hindrance.HOST_SYSTEM, f"{label} does not run on")


@rule(
    "hardware.parent-os",
    Role.HYPERVISOR,
    title="The parent partition runs another operating system than the product needs",
    severity=Severity.ERROR,
    why="The hypervisor and its services in the parent partition come as one product with that system.",
    source=REQUIREMENTS,
    remedy="Choose the operating system that the hypervisor belongs to.",
)
def parent_system(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """The system in the parent partition, against the product's list."""
    label = scene.facts(hypervisor).label
    return _system_hits(scene, hypervisor, Hindrance.PARENT_SYSTEM, f"{label} does not go with")


def _system_hits(scene: Scene, hypervisor: Block, hindrance: Hindrance, does_not: str) -> Sequence[Hit]:
    return [
        _system_hit(scene, hypervisor, scene.blocks[item.about[0]], item.fact, does_not)
        for item in hypervisor_obstacles(scene, hypervisor)
        if item.hindrance is hindrance
    ]


def _system_hit(scene: Scene, hypervisor: Block, system: Block, wanted: Fact[Any], does_not: str) -> Hit:
    product = fitting_system(scene.catalog, wanted.value)
    own = scene.system_facts(system).label
    named = f"“{system.name}”" if own in system.name else f"“{system.name}” ({own})"
    fixes = (choosing(f"Make it {product.label}", system.id, product.id),) if product else ()
    return Hit(
        block=system.id,
        message=f"{does_not} {named}.",
        related=(hypervisor.id,),
        source=wanted.said_by,
        fixes=fixes,
    )


@rule(
    "hardware.guest-64bit",
    Role.VIRTUAL_MACHINE,
    title="A 64-bit guest where only 32-bit guests run",
    severity=Severity.ERROR,
    why="The guest's system does not start: its 64-bit code cannot run in this VM.",
    source=REQUIREMENTS,
    remedy="Choose a 32-bit guest system, a product that runs 64-bit guests, or a 64-bit host with VT-x/AMD-V.",
    reads_host=True,
)
def guest_64bit(scene: Scene, vm: Block) -> Sequence[Hit]:
    """64-bit guests against the product and the processor."""
    obstacle = next((item for item in vm_obstacles(scene, vm) if item.hindrance is Hindrance.GUEST_64BIT), None)
    if obstacle is None:
        return ()
    system, facts = scene.blocks[obstacle.about[0]], scene.place(vm).facts
    because = (
        f"{facts.label} runs 32-bit guests only" if obstacle.fact.said_by else "the host's processor is a 32-bit one"
    )
    narrow = next(
        (
            item
            for item in scene.catalog.products_of(kind_for(Role.OPERATING_SYSTEM))
            if scene.catalog.system(item.id).is_64bit.value is False
        ),
        None,
    )
    return [
        Hit(
            block=system.id,
            message=f"“{system.name}” in “{vm.name}” is a 64-bit system, but {because}.",
            related=(vm.id,),
            source=obstacle.fact.said_by,
            fixes=(choosing(f"Make it {narrow.label}", system.id, narrow.id),) if narrow else (),
        )
    ]


@rule(
    "hardware.guest-processors",
    Role.VIRTUAL_MACHINE,
    title="More virtual processors than the guest's system uses",
    severity=Severity.WARNING,
    why="The guest leaves the rest idle; the host still has to keep them.",
    source="Microsoft, supported guest operating systems for Hyper-V (recalled)",
    remedy="Give the VM as many virtual processors as its system uses.",
)
def guest_processors(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Virtual processors against what the guest's system supports."""
    processors = scene.values(vm)["virtual_processors"]
    if processors == 1:
        return ()
    for system in scene.on(vm.id, Role.OPERATING_SYSTEM):
        facts = scene.system_facts(system)
        most = facts.max_vcpus_as_guest.value
        if most is not None and most >= 1 and processors > most:
            return [
                Hit(
                    block=vm.id,
                    message=f"“{vm.name}” has {processors} virtual processors; {facts.label} uses at most {most:g}.",
                    related=(system.id,),
                    parameter="virtual_processors",
                    source=facts.max_vcpus_as_guest.said_by,
                    fixes=(setting(f"Set it to {most:g}", [vm.id], {"virtual_processors": int(most)}),),
                )
            ]
    return ()


@rule(
    "hardware.product-not-chosen",
    Role.HYPERVISOR,
    title="A hypervisor without a product",
    severity=Severity.NOTE,
    why="Limits, requirements and costs differ by product and version; without one the checks cannot speak of them.",
    source="HVStudio's catalogue: every limit belongs to a product",
    remedy="Choose the product in the inspector.",
)
def product_not_chosen(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A hypervisor whose product is empty."""
    if hypervisor.product:
        return ()
    vmm_type = vmm_type_of(scene, hypervisor)
    parent = bool(scene.on(hypervisor.id, Role.PARENT_PARTITION)) if vmm_type == "type1" else None
    host, system = _host(scene, hypervisor), serving_system(scene, hypervisor)
    product = product_for(scene.knowledge, vmm_type, host=host, system=system, with_parent=parent)
    if product is not None and not suits(scene.knowledge, product, host=host, system=system):
        product = None
    fixes = (choosing(f"Choose {product.label}", hypervisor.id, product.id),) if product else ()
    return [
        Hit(
            block=hypervisor.id,
            message=f"No product is chosen for “{hypervisor.name}”.",
            parameter="product",
            fixes=fixes,
        )
    ]
