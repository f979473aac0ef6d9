"""Which way a disk read or a packet of a VM takes, and what each layer spends on it, from the cost cards alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from hvstudio.catalog.declaration import Source
from hvstudio.composition.classify import shape_of
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import serving_system
from hvstudio.model.document import Block, BlockId

BLOCK_BYTES: Final = 4096
_NO_VALUES: Mapping[str, Any] = {}
_UNNAMED_MODELS: Final = {
    "disk": {"emulated": "disk-emulated-process", "synthetic": "disk-virtio-process"},
    "nic": {"emulated": "nic-emulated-process", "synthetic": "nic-virtio-process"},
}
_UNNAMED_TECHNIQUES: Final = {"no_vt": "cpu-binary-translation", "vt": "cpu-vt-shadow", "slat": "cpu-slat"}


@frozen(kw_only=True)
class Stage:
    """One layer that an operation passes: the block that works for it, what it does, and the cycles it takes."""

    block: BlockId
    text: str
    cycles: float


@frozen(kw_only=True)
class Path:
    """The stages of one operation, down and up; `exits` counts how often it leaves the VM."""

    stages: tuple[Stage, ...]
    exits: float
    estimate: bool

    @property
    def cycles(self) -> float:
        """The cycles of all stages."""
        return sum(stage.cycles for stage in self.stages)

    @property
    def layers(self) -> int:
        """How many different blocks work for the operation."""
        return len({stage.block for stage in self.stages})


def io_path(scene: Scene, vm: Block, kind: str) -> Path | None:
    """The path of a 4 KiB disk read (`kind` "disk") or of one packet of 1,500 bytes out ("nic").

    None where no hypervisor carries the VM.
    """
    hypervisor = _carrier(scene, vm)
    if hypervisor is None:
        return None
    stages: list[Stage] = []
    notes = _Notes()
    _descend(scene, vm, hypervisor, kind, stages, notes)
    return Path(stages=tuple(stages), exits=notes.exits, estimate=notes.estimate)


class _Notes:
    """What is gathered on the way: exits, and whether any number was an estimate."""

    def __init__(self) -> None:
        self.exits = 0.0
        self.estimate = False

    def number(self, card: tuple[Mapping[str, Any], Mapping[str, Source]], name: str) -> float:
        values, sources = card
        value = values.get(name)
        if value is None or isinstance(value, bool) or not isinstance(value, int | float):
            return 0.0
        source = sources.get(name)
        self.estimate = self.estimate or (source is not None and source.estimate)
        return float(value)


_Card = tuple[Mapping[str, Any], Mapping[str, Source]]


def _card(scene: Scene, card_id: str) -> _Card:
    card = scene.catalog.cards.get(card_id)
    return (_NO_VALUES, {}) if card is None else (card.values, card.sources)


def _carrier(scene: Scene, vm: Block) -> Block | None:
    support = scene.support(vm)
    return support if support is not None and support.kind == "hypervisor" else None


def _descend(scene: Scene, vm: Block, hypervisor: Block, kind: str, stages: list[Stage], notes: _Notes) -> None:
    """The stages that one hypervisor adds, then those of the hypervisor below it."""
    model = _card(scene, _model_card(scene, vm, hypervisor, kind))
    one_exit = exit_cycles(scene, hypervisor, notes)
    exits = notes.number(model, "exits") + notes.number(model, "kick_exits")
    back = notes.number(model, "interrupt_exits")
    notes.exits += exits + back
    vmm = (exits + back) * one_exit + notes.number(model, "exits") * notes.number(model, "exit_work_cycles")
    vmm += notes.number(model, "handoff_cycles") + notes.number(model, "interrupt_cycles")
    guest = notes.number(model, "guest_cycles")
    if guest:
        stages.append(Stage(block=vm.id, text="guest driver", cycles=guest))
    stages.append(Stage(block=hypervisor.id, text="leaving and entering the VM", cycles=vmm))
    if model[0].get("backend") == "none":
        return
    _serve(scene, hypervisor, model, kind, stages, notes)
    machine = next((item for item in scene.below(hypervisor) if item.kind in ("host", "vm")), None)
    outer = _carrier(scene, machine) if machine is not None and machine.kind == "vm" else None
    if machine is not None and outer is not None:
        _descend(scene, machine, outer, kind, stages, notes)


def _serve(scene: Scene, hypervisor: Block, model: _Card, kind: str, stages: list[Stage], notes: _Notes) -> None:
    """The device model behind the VM, and the driver that reaches the device."""
    shape = shape_of(scene, hypervisor)
    system = serving_system(scene, hypervisor)
    in_vmm = model[0].get("backend") == "vmm" or system is None
    worker = hypervisor if in_vmm or system is None else system
    driver = hypervisor if system is None or (in_vmm and scene.facts(hypervisor).yes("own_drivers")) else system
    size = BLOCK_BYTES if kind == "disk" else 1500
    work = notes.number(model, "backend_cycles") + notes.number(model, "completion_cycles")
    by_size = notes.number(model, "backend_cycles_per_byte") + notes.number(model, "direct_cycles_per_byte")
    work += notes.number(model, "backend_cycles_per_packet") + by_size * size
    stages.append(Stage(block=worker.id, text="device model", cycles=work))
    costs = _card(scene, scene.facts(driver).text("costs") or "drivers-monolithic")
    calls = notes.number(model, "host_calls" if kind == "disk" else "host_calls_per_packet")
    called = driver.kind == "os" and model[0].get("backend") != "kernel"
    path = calls * notes.number(costs, "syscall_cycles") if called else 0.0
    if kind == "disk":
        names = ("file_cycles", "block_cycles", "interrupt_cycles")
    else:
        names = ("packet_cycles", "switch_packet_cycles", "interrupt_cycles")
    path += sum(notes.number(costs, name) for name in names)
    text = "system call, file system, driver" if called and kind == "disk" else "driver"
    stages.append(Stage(block=driver.id, text=text, cycles=path))
    if shape.systems_beside and driver is hypervisor:
        peers = _card(scene, "peers")
        stages.append(
            Stage(
                block=shape.systems_beside[0].id,
                text="handing the device from one peer to the other",
                cycles=notes.number(peers, "world_switch_cycles"),
            )
        )


def exit_cycles(scene: Scene, hypervisor: Block, notes: _Notes | None = None) -> float:
    """The cycles of leaving a VM and entering it again, on this hypervisor, on this processor, at this depth."""
    notes = notes or _Notes()
    technique = _card(scene, _technique_card(scene, hypervisor))
    outer = next((item for item in scene.below(hypervisor) if item.kind == "hypervisor"), None)
    if outer is not None:
        nesting = _card(scene, "nesting")
        hardware = (notes.number(nesting, "reflected_exits") or 1.0) * exit_cycles(scene, outer, notes)
    else:
        hardware = _hardware_exit(scene, hypervisor)
    return notes.number(technique, "hardware_exits") * hardware + notes.number(technique, "exit_software_cycles")


def _hardware_exit(scene: Scene, hypervisor: Block) -> float:
    host = next((item for item in scene.below(hypervisor) if item.kind == "host"), None)
    table: Any = _card(scene, "processor")[0].get("exit_cycles")
    if host is None or not isinstance(table, Mapping):
        return 0.0
    value: Any = table.get(scene.values(host)["cpu_generation"])  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return float(value) if isinstance(value, int | float) else 0.0


def _technique_card(scene: Scene, hypervisor: Block) -> str:
    facts = scene.facts(hypervisor)
    known: Mapping[str, Any] = facts.group("techniques") or _UNNAMED_TECHNIQUES
    host = scene.place(hypervisor).host
    vt, slat = (host.hardware_virtualization, host.slat) if host is not None else (True, True)
    wanted = [*(["slat"] if vt and slat else []), *(["vt"] if vt else []), "no_vt", "vt", "slat"]
    return next((known[name] for name in wanted if isinstance(known.get(name), str)), "")


def _model_card(scene: Scene, vm: Block, hypervisor: Block, kind: str) -> str:
    offered: Mapping[str, Any] = scene.facts(hypervisor).group(f"{kind}_models") or _UNNAMED_MODELS[kind]
    devices = scene.on(vm.id, f"virtual_{kind}")
    wanted = scene.values(devices[0])["device_model"] if devices else "synthetic"
    if wanted == "synthetic" and not scene.values(vm)["integration_services"]:
        wanted = "emulated"
    for name in (wanted, "synthetic", "emulated", *offered):
        if isinstance(offered.get(name), str):
            return offered[name]
    return ""
