"""What products of each kind state, and what is assumed where one does not: the only place of such defaults.

A fact nobody states and nothing assumes is `UNKNOWN` (its value is None). A new fact is one line here.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from hvstudio.catalog.cards import DeviceModel, DriverCosts, Technique
from hvstudio.catalog.sourced import UNKNOWN, Bytes, Count, Cycles, Fact, Seconds, assumed

VmmClass: TypeAlias = Literal["type1", "type2", "hybrid"]
Demand: TypeAlias = Literal["required", "optional", "unused"]
Overcommit: TypeAlias = Literal["none", "dynamic", "full"]
ControlScope: TypeAlias = Literal["vm", "virtual-processor"]

TechniqueId = Annotated[str, Technique]
DriverCostsId = Annotated[str, DriverCosts]
DeviceModelId = Annotated[str, DeviceModel]
"""Ids of cost cards, with the shape that the card must have."""

_NOT_IN_FILES: Final = {"key": ""}
_MIDDLE: Final = "the middle of the products that state it"
_NOT_SAID: Final = "not forbidden where nothing is said"


@frozen(kw_only=True, eq=False, repr=False)
class LimitFacts:
    """The most that a product supports."""

    vcpus_per_vm: Fact[Count | None] = UNKNOWN
    vcpus_per_vm_gen2: Fact[Count | None] = UNKNOWN
    memory_per_vm_bytes: Fact[Bytes | None] = UNKNOWN
    memory_per_vm_gen2_bytes: Fact[Bytes | None] = UNKNOWN
    nics_synthetic: Fact[Count | None] = UNKNOWN
    nics_emulated: Fact[Count | None] = UNKNOWN
    disks_ide: Fact[Count | None] = UNKNOWN
    disks_scsi: Fact[Count | None] = UNKNOWN
    host_logical_processors: Fact[Count | None] = UNKNOWN
    host_memory_bytes: Fact[Bytes | None] = UNKNOWN
    running_vms: Fact[Count | None] = UNKNOWN
    vcpus_per_host: Fact[Count | None] = UNKNOWN
    vcpus_per_logical_processor: Fact[Count | None] = UNKNOWN

    def processors_of_vm(self, generation: str) -> Fact[Count | None]:
        """Virtual processors of one VM of a generation."""
        newer = self.vcpus_per_vm_gen2
        return newer if generation == "2" and newer.value is not None else self.vcpus_per_vm

    def memory_of_vm(self, generation: str) -> Fact[Bytes | None]:
        """Memory of one VM of a generation."""
        newer = self.memory_per_vm_gen2_bytes
        return newer if generation == "2" and newer.value is not None else self.memory_per_vm_bytes


@frozen(kw_only=True, eq=False, repr=False)
class RequirementFacts:
    """What a hypervisor needs below it. Systems are ids or families of operating systems."""

    host_64bit: Fact[Demand | None] = UNKNOWN
    hardware_virtualization: Fact[Demand | None] = UNKNOWN
    slat: Fact[Demand | None] = UNKNOWN
    dep: Fact[Demand | None] = UNKNOWN
    host_os: Fact[tuple[str, ...]] = Fact(())
    parent_os: Fact[tuple[str, ...]] = Fact(())

    def of(self, capability: str) -> Fact[Demand | None]:
        """The demand on a capability of the processor, by the host parameter that gives it."""
        demands = {"hardware_virtualization": self.hardware_virtualization, "slat": self.slat, "dep": self.dep}
        return self.host_64bit if capability == "is_64bit" else demands[capability]


@frozen(kw_only=True, eq=False, repr=False)
class GuestFacts:
    """Which guests a hypervisor can run."""

    is_64bit: Fact[bool] = assumed(True, _NOT_SAID)
    generation2: Fact[bool] = assumed(True, _NOT_SAID)
    boot_ide_only: Fact[bool] = assumed(False, _NOT_SAID)


@frozen(kw_only=True, eq=False, repr=False)
class NestingFacts:
    """On which makers' processors a VM may be shown the virtualization extensions."""

    intel: Fact[bool] = assumed(True, _NOT_SAID)
    amd: Fact[bool] = assumed(True, _NOT_SAID)

    def on(self, vendor: str) -> Fact[bool]:
        """The fact for a maker, as the host parameter `cpu_vendor` names it."""
        return self.amd if vendor == "amd" else self.intel


@frozen(kw_only=True, eq=False, repr=False)
class MemoryFacts:
    """What VMs take of the host's memory."""

    overcommit: Fact[Overcommit] = assumed("none", "the careful reading")
    dynamic: Fact[bool | None] = UNKNOWN
    """Where nothing is said, nobody is warned and nothing is given."""
    overhead_fixed_bytes: Fact[Bytes] = assumed(0, "no figure, so none is charged")
    overhead_first_gib_bytes: Fact[Bytes] = assumed(0, "no figure, so none is charged")
    """Where it is stated, `overhead_per_gib_bytes` counts from the second GiB on."""
    overhead_per_gib_bytes: Fact[Bytes] = assumed(0, "no figure, so none is charged")
    host_reserve_bytes: Fact[Bytes] = assumed(0, "no figure, so none is charged")


@frozen(kw_only=True, eq=False, repr=False)
class ControlFacts:
    """The CPU controls of a product and whom they hold for."""

    weight: Fact[bool] = assumed(True, _NOT_SAID)
    reserve: Fact[bool] = assumed(True, _NOT_SAID)
    limit: Fact[bool] = assumed(True, _NOT_SAID)
    scope: Fact[ControlScope] = assumed("virtual-processor", "as this program's own parameters are meant")
    unit: Fact[str | None] = UNKNOWN
    weight_grows_with_vcpus: Fact[bool] = assumed(False, "the weight as entered")

    def of(self, name: str) -> Fact[bool]:
        """The fact of `weight`, `reserve` or `limit`."""
        return {"weight": self.weight, "reserve": self.reserve, "limit": self.limit}[name]


@frozen(kw_only=True, eq=False, repr=False)
class SchedulerFacts:
    """How processors are divided."""

    quantum_s: Fact[Seconds] = assumed(0.01, _MIDDLE)
    period_s: Fact[Seconds] = assumed(0.1, _MIDDLE)
    wake_preempts: Fact[bool] = assumed(True, _MIDDLE)
    wake_bonus_s: Fact[Seconds] = assumed(0.001, _MIDDLE)
    switch_cycles: Fact[Cycles] = assumed(3000.0, _MIDDLE)


@frozen(kw_only=True, eq=False, repr=False)
class HypervisorSchedulerFacts(SchedulerFacts):
    """The same for a hypervisor, with the schedulers one can choose from (values of its parameter `scheduler`)."""

    choices: Fact[tuple[str, ...]] = Fact(())


@frozen(kw_only=True, eq=False, repr=False)
class TechniqueFacts:
    """By what a product runs guests' code: without extensions of the processor, with them, with nested paging."""

    no_vt: Fact[TechniqueId | None] = UNKNOWN
    vt: Fact[TechniqueId | None] = UNKNOWN
    slat: Fact[TechniqueId | None] = UNKNOWN

    def best(self, *, hardware_virtualization: bool, slat: bool) -> Fact[TechniqueId | None]:
        """The one used on a machine that offers these; unknown where the product has none for it."""
        offered = [self.slat] * slat + [self.vt] * hardware_virtualization + [self.no_vt]
        return next((fact for fact in offered if fact.value is not None), UNKNOWN)


@frozen(kw_only=True, eq=False, repr=False)
class DeviceModelFacts:
    """The models of one kind of virtual device, by the values of the parameter `device_model`."""

    emulated: Fact[DeviceModelId | None] = UNKNOWN
    synthetic: Fact[DeviceModelId | None] = UNKNOWN
    sr_iov: Fact[DeviceModelId | None] = field(default=UNKNOWN, metadata={"key": "sr-iov"})
    pass_through: Fact[DeviceModelId | None] = field(default=UNKNOWN, metadata={"key": "pass-through"})

    def of(self, name: str) -> Fact[DeviceModelId | None]:
        """The model of that name; unknown where the product does not offer it."""
        named = {"emulated": self.emulated, "synthetic": self.synthetic, "sr-iov": self.sr_iov}
        return self.pass_through if name == "pass-through" else named.get(name, UNKNOWN)

    @cached_property
    def cards(self) -> dict[str, str]:
        """The models that are offered, by name, each with its cost card."""
        return {name: card for name in DEVICE_MODELS if (card := self.of(name).value) is not None}


DEVICE_MODELS: Final = ("emulated", "synthetic", "sr-iov", "pass-through")


@frozen(kw_only=True, eq=False, repr=False)
class NetworkFacts:
    """How a product spreads the work of virtual network cards."""

    processors_per_card: Fact[Count] = assumed(1, "one queue for a card")


_UNNAMED_TECHNIQUES: Final = TechniqueFacts(
    no_vt=assumed("cpu-binary-translation", "the usual way without VT-x or AMD-V"),
    vt=assumed("cpu-vt-shadow", "the usual way with VT-x or AMD-V"),
    slat=assumed("cpu-slat", "the usual way with nested paging"),
)
_UNNAMED_DISKS: Final = DeviceModelFacts(
    emulated=assumed("disk-emulated-process", "a device model in a process"),
    synthetic=assumed("disk-virtio-process", "a device model in a process"),
)
_UNNAMED_CARDS: Final = DeviceModelFacts(
    emulated=assumed("nic-emulated-process", "a device model in a process"),
    synthetic=assumed("nic-virtio-process", "a device model in a process"),
)
"""A product that says what it offers offers just that; these are for a hypervisor that says nothing at all."""


@frozen(kw_only=True, eq=False, repr=False)
class HypervisorFacts:
    """What a hypervisor states. `HypervisorFacts()` is a hypervisor without a product."""

    MUST_STATE: ClassVar = ("expected_class",)
    RETIRED: ClassVar = {"emulation_location": "", "controls.native_default_weight": "", "scheduler.name": ""}
    """Names that earlier editions knew: where the fact went, or nothing for one that nobody reads."""

    product: str = field(default="", metadata=_NOT_IN_FILES)
    """The id of the product that states this; empty for a hypervisor without one."""
    label: str = field(default="the hypervisor", metadata=_NOT_IN_FILES)
    expected_class: Fact[VmmClass | None] = UNKNOWN
    class_note: Fact[str | None] = UNKNOWN
    contested: Fact[bool] = assumed(False, "nobody disagrees where nothing is said")
    needs_parent: Fact[bool | None] = UNKNOWN
    own_drivers: Fact[bool] = assumed(False, "what has its own drivers says so")
    serial_io_threads: Fact[Count] = assumed(1, "one thread a VM")
    """Threads that work for one VM's I/O at a time; 0: the I/O has no thread of its own."""
    costs: Fact[DriverCostsId] = assumed("drivers-monolithic", "drivers in the hypervisor")
    limits: LimitFacts = LimitFacts()
    requires: RequirementFacts = RequirementFacts()
    guests: GuestFacts = GuestFacts()
    nested: NestingFacts = NestingFacts()
    memory: MemoryFacts = MemoryFacts()
    controls: ControlFacts = ControlFacts()
    scheduler: HypervisorSchedulerFacts = HypervisorSchedulerFacts()
    techniques: TechniqueFacts = _UNNAMED_TECHNIQUES
    disk_models: DeviceModelFacts = _UNNAMED_DISKS
    nic_models: DeviceModelFacts = _UNNAMED_CARDS
    network: NetworkFacts = NetworkFacts()

    def models(self, kind: str) -> DeviceModelFacts:
        """The models of virtual disks or network cards; `kind` is "disk" or "nic"."""
        return self.disk_models if kind == "disk" else self.nic_models


@frozen(kw_only=True, eq=False, repr=False)
class SystemFacts:
    """What an operating system states. `SystemFacts()` is a system without a product."""

    MUST_STATE: ClassVar = ("family",)
    RETIRED: ClassVar = {"hyper_v_guest_drivers": "", "scheduler.name": "", "quantum_s": "scheduler.quantum_s"}

    product: str = field(default="", metadata=_NOT_IN_FILES)
    label: str = field(default="the operating system", metadata=_NOT_IN_FILES)
    family: Fact[str | None] = UNKNOWN
    is_server: Fact[bool | None] = UNKNOWN
    is_64bit: Fact[bool | None] = UNKNOWN
    generation2_guest: Fact[bool | None] = UNKNOWN
    max_vcpus_as_guest: Fact[Count | None] = UNKNOWN
    costs: Fact[DriverCostsId] = assumed("os-linux", "the path that was measured most")
    scheduler: SchedulerFacts = SchedulerFacts()


ProductFacts: TypeAlias = HypervisorFacts | SystemFacts
FACTS_OF_KIND: Final[dict[str, type[HypervisorFacts] | type[SystemFacts]]] = {
    "hypervisor": HypervisorFacts,
    "os": SystemFacts,
}
"""Kinds whose products state more than defaults of parameters."""


def named_cards(facts: ProductFacts) -> Iterator[tuple[str, Fact[str | None], type]]:
    """The cost cards that facts name, with the path of the fact and the shape that the card must have."""
    yield "costs", facts.costs, DriverCosts
    if isinstance(facts, HypervisorFacts):
        for name, fact in zip(("no_vt", "vt", "slat"), _techniques(facts), strict=True):
            yield f"techniques.{name}", fact, Technique
        for kind in ("disk", "nic"):
            for name in DEVICE_MODELS:
                yield f"{kind}_models.{name}", facts.models(kind).of(name), DeviceModel


def _techniques(facts: HypervisorFacts) -> tuple[Fact[str | None], ...]:
    return facts.techniques.no_vt, facts.techniques.vt, facts.techniques.slat
