"""Rules of compatibility: what a product demands of the processor, the host's system and the guests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hvstudio.catalog.declaration import Product
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import choosing, fitting_system, setting, system_fits
from hvstudio.checks.fixes.selection import product_for, suits, unmet_demands
from hvstudio.checks.rule import Hit, Rule, rule
from hvstudio.checks.rules.numbers import SLAT_SINCE
from hvstudio.composition.classify import serving_system, vmm_type_of
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, Value

REQUIREMENTS: Final = "The maker's system requirements of the product and version; see the catalogue card"


def _host(scene: Scene, hypervisor: Block) -> Block | None:
    """The host right under a hypervisor's stack; None when a VM lies in between (the nested rules speak there)."""
    for block in scene.below(hypervisor):
        if block.kind == "vm":
            return None
        if block.kind == "host":
            return block
    return None


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


def _demanded(scene: Scene, hypervisor: Block, demand: str, parameter: str, what: str) -> Sequence[Hit]:
    """A hit when the product requires something of the processor that the host lacks."""
    facts = scene.facts(hypervisor)
    if facts.text(f"requires.{demand}") != "required":
        return ()
    host = _host(scene, hypervisor)
    if host is None or scene.values(host)[parameter]:
        return ()
    fixes: tuple[Fix, ...] = (
        setting(f"Give the host {what}", [host.id], with_features(scene.values(host), parameter)),
    )
    older = _less_demanding(scene, hypervisor, host)
    if older is not None:
        fixes = (*fixes, choosing(f"Choose {older.label} instead", hypervisor.id, older.id))
    return [
        Hit(
            block=hypervisor.id,
            message=f"{facts.label} needs {what}, and “{host.name}” does not have it.",
            related=(host.id,),
            source=facts.source(f"requires.{demand}"),
            fixes=fixes,
        )
    ]


def _less_demanding(scene: Scene, hypervisor: Block, host: Block) -> Product | None:
    """The newest other version by the same maker, of the same architecture, whose demands the host meets."""
    expected = scene.facts(hypervisor).text("expected_class")
    present = scene.facts(hypervisor).product
    values = scene.values(host)
    met = [
        product
        for product in scene.catalog.products_of("hypervisor")
        if present is not None
        and product.vendor == present.vendor
        and scene.knowledge.facts(product.id).text("expected_class") == expected
        and not unmet_demands(scene.knowledge.facts(product.id), values)
    ]
    return max(met, key=lambda product: product.year, default=None)


@rule(
    "hardware.needs-64bit",
    "hypervisor",
    title="The product needs a 64-bit processor",
    severity=Severity.ERROR,
    why="It is 64-bit software and does not start on a 32-bit processor.",
    source=REQUIREMENTS,
    remedy="Choose a host with a 64-bit processor, or an older product.",
)
def needs_64bit(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A 64-bit product on a 32-bit host."""
    return _demanded(scene, hypervisor, "host_64bit", "is_64bit", "a 64-bit processor")


@rule(
    "hardware.needs-vt",
    "hypervisor",
    title="The product needs VT-x or AMD-V",
    severity=Severity.ERROR,
    why="Without it the processor does not trap the guests' privileged code, and this product has no other way.",
    source=REQUIREMENTS,
    remedy="Choose a host with VT-x/AMD-V (and switch it on in the firmware), or a product that translates code.",
)
def needs_vt(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires hardware virtualization on a host without it."""
    return _demanded(scene, hypervisor, "hardware_virtualization", "hardware_virtualization", "VT-x or AMD-V")


@rule(
    "hardware.needs-slat",
    "hypervisor",
    title="The product needs SLAT (EPT or NPT)",
    severity=Severity.ERROR,
    why="With second-level address translation the processor maps guest memory by itself; this product relies on it.",
    source=REQUIREMENTS,
    remedy="Choose a host with SLAT (Nehalem of 2009 and later on Intel), or an older version of the product.",
)
def needs_slat(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires SLAT on a host without it."""
    return _demanded(scene, hypervisor, "slat", "slat", "SLAT (EPT or NPT)")


@rule(
    "hardware.needs-dep",
    "hypervisor",
    title="The product needs data execution prevention",
    severity=Severity.ERROR,
    why="The product refuses to start while the processor's XD or NX bit is off.",
    source=REQUIREMENTS,
    remedy="Switch the XD/NX bit on in the host's firmware.",
)
def needs_dep(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that requires DEP on a host without it."""
    return _demanded(scene, hypervisor, "dep", "dep", "DEP (the XD or NX bit)")


@rule(
    "hardware.slower-without",
    "hypervisor",
    title="The product would be faster with help from the processor",
    severity=Severity.NOTE,
    why="Without VT-x/AMD-V it translates guest code; without SLAT it keeps shadow page tables. Both cost time.",
    source="VMware, Performance Evaluation of Intel EPT (2009): up to 48 % for software that maps much memory",
    remedy="Choose a host with VT-x/AMD-V and SLAT, if the point is not to show the older way.",
)
def slower_without(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Optional processor features that the host lacks."""
    facts = scene.facts(hypervisor)
    wanted = (("hardware_virtualization", "VT-x or AMD-V"), ("slat", "SLAT"))
    if all(facts.text(f"requires.{name}") != "optional" for name, _ in wanted):
        return ()
    host = _host(scene, hypervisor)
    if host is None:
        return ()
    values = scene.values(host)
    missing = [
        (name, label) for name, label in wanted if facts.text(f"requires.{name}") == "optional" and not values[name]
    ]
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
    "hypervisor",
    title="The product does not run on this operating system",
    severity=Severity.ERROR,
    why="Its installer or its driver refuses the system.",
    source=REQUIREMENTS,
    remedy="Choose an operating system from the product's list.",
)
def host_system(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """The system under (Type 2) or beside (Hybrid) a product, against the product's list."""
    facts = scene.facts(hypervisor)
    if not facts.texts("requires.host_os"):
        return ()
    under = scene.support(hypervisor)
    if under is None:
        return ()
    system = under if under.kind == "os" else scene.system_of(under.id)
    if system is None or system_fits(scene.catalog, facts, "requires.host_os", system):
        return ()
    return [_system_hit(scene, hypervisor, system, "requires.host_os", f"{facts.label} does not run on")]


@rule(
    "hardware.parent-os",
    "hypervisor",
    title="The parent partition runs another operating system than the product needs",
    severity=Severity.ERROR,
    why="The hypervisor and its services in the parent partition come as one product with that system.",
    source=REQUIREMENTS,
    remedy="Choose the operating system that the hypervisor belongs to.",
)
def parent_system(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """The system in the parent partition, against the product's list."""
    facts = scene.facts(hypervisor)
    if not facts.texts("requires.parent_os"):
        return ()
    return [
        _system_hit(scene, hypervisor, system, "requires.parent_os", f"{facts.label} does not go with")
        for parent in scene.on(hypervisor.id, "parent_partition")
        for system in scene.on(parent.id, "os")
        if not system_fits(scene.catalog, facts, "requires.parent_os", system)
    ]


def _system_hit(scene: Scene, hypervisor: Block, system: Block, path: str, does_not: str) -> Hit:
    facts = scene.facts(hypervisor)
    product = fitting_system(scene.catalog, facts, path)
    own = scene.facts(system).label
    named = f"“{system.name}”" if own in system.name else f"“{system.name}” ({own})"
    fixes = (choosing(f"Make it {product.label}", system.id, product.id),) if product else ()
    return Hit(
        block=system.id,
        message=f"{does_not} {named}.",
        related=(hypervisor.id,),
        source=facts.source(path),
        fixes=fixes,
    )


@rule(
    "hardware.guest-64bit",
    "vm",
    title="A 64-bit guest where only 32-bit guests run",
    severity=Severity.ERROR,
    why="The guest's system does not start: its 64-bit code cannot run in this VM.",
    source=REQUIREMENTS,
    remedy="Choose a 32-bit guest system, a product that runs 64-bit guests, or a 64-bit host with VT-x/AMD-V.",
    reads_host=True,
)
def guest_64bit(scene: Scene, vm: Block) -> Sequence[Hit]:
    """64-bit guests against the product and the processor."""
    systems = [item for item in scene.on(vm.id, "os") if scene.facts(item).yes("is_64bit")]
    if not systems:
        return ()
    place = scene.place(vm)
    if place.facts.yes("guests.is_64bit") is False:
        because, source = f"{place.facts.label} runs 32-bit guests only", place.facts.source("guests.is_64bit")
    elif place.host is not None and not place.host.is_64bit:
        because, source = "the host's processor is a 32-bit one", ""
    else:
        return ()
    narrow = next(
        (item for item in scene.catalog.products_of("os") if scene.knowledge.facts(item.id).yes("is_64bit") is False),
        None,
    )
    return [
        Hit(
            block=system.id,
            message=f"“{system.name}” in “{vm.name}” is a 64-bit system, but {because}.",
            related=(vm.id,),
            source=source,
            fixes=(choosing(f"Make it {narrow.label}", system.id, narrow.id),) if narrow else (),
        )
        for system in systems
    ]


@rule(
    "hardware.guest-processors",
    "vm",
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
    for system in scene.on(vm.id, "os"):
        facts = scene.facts(system)
        most = facts.number("max_vcpus_as_guest")
        if most is not None and most >= 1 and processors > most:
            return [
                Hit(
                    block=vm.id,
                    message=f"“{vm.name}” has {processors} virtual processors; {facts.label} uses at most {most:g}.",
                    related=(system.id,),
                    parameter="virtual_processors",
                    source=facts.source("max_vcpus_as_guest"),
                    fixes=(setting(f"Set it to {most:g}", [vm.id], {"virtual_processors": int(most)}),),
                )
            ]
    return ()


@rule(
    "hardware.product-not-chosen",
    "hypervisor",
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
    parent = bool(scene.on(hypervisor.id, "parent_partition")) if vmm_type == "type1" else None
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


RULES: Final[tuple[Rule, ...]] = (
    needs_64bit,
    needs_vt,
    needs_slat,
    needs_dep,
    slower_without,
    host_system,
    parent_system,
    guest_64bit,
    guest_processors,
    product_not_chosen,
)
