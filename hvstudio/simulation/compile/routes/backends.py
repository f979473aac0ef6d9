"""Where the work behind a virtual device is done, and who drives the physical device for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import frozen

from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile import tree
from hvstudio.simulation.compile.assembly import Assembly, hardware_of
from hvstudio.simulation.compile.cost_cards import DeviceModel, DriverCosts
from hvstudio.simulation.compile.routes.hardware import backing_device, drives_devices
from hvstudio.simulation.compile.routes.operations import Issuer
from hvstudio.simulation.compile.techniques import kernel_factor
from hvstudio.simulation.compile.walk import Hypervisor, Machine, System
from hvstudio.simulation.plan.plan import Layer

_DIRECT: Final = ("sr-iov", "pass-through")
"""Models by which a VM drives hardware itself."""
_UNNAMED: Final = {
    "disk": {"emulated": "disk-emulated-process", "synthetic": "disk-virtio-process"},
    "nic": {"emulated": "nic-emulated-process", "synthetic": "nic-virtio-process"},
}
"""The device models of a hypervisor without a product."""


@frozen(kw_only=True)
class Backend:
    """What stands behind one virtual device.

    `context` does the backend's work (None: there is none, the guest drives the device), `issuer` asks the machine
    below for the device, `driver` owns the device there, `costs` is that owner's I/O path.
    """

    context: int | None
    layer: Layer
    issuer: Issuer
    driver: System | Hypervisor | None
    costs: DriverCosts
    system_calls: bool
    """Whether the backend is a process that calls the driver's system, and not part of it."""


def model_of(assembly: Assembly, machine: Machine, device: Block | None, kind: str) -> DeviceModel:
    """The cost card by which a VM reaches a device: the wanted model if product, guest and hardware have it.

    Without guest drivers there is nothing but emulation; what cannot be had is replaced, with a note.
    """
    hypervisor = machine.provider
    assert hypervisor is not None
    offered = _offered(assembly, hypervisor, kind)
    wanted = assembly.text(device, "device_model") if device is not None else "synthetic"
    if wanted == "synthetic" and not assembly.switch(machine.block, "integration_services"):
        wanted = "emulated"
    lacking = _lacking(assembly, machine, device, wanted)
    first = [] if lacking else [wanted]
    order = [*first, "synthetic" if wanted in _DIRECT else "emulated", "emulated", "synthetic"]
    for name in order:
        if name in offered:
            if name != wanted and device is not None:
                reason = lacking or f"{hypervisor.block.name} offers no {wanted} {kind}"
                assembly.builder.note(f"{device.name}: {reason}; {name} is taken.")
            return assembly.card(offered[name], DeviceModel)
    raise PlanError(f"{hypervisor.block.name} offers no {kind} model.", where=machine.block.name)


def _lacking(assembly: Assembly, machine: Machine, device: Block | None, wanted: str) -> str:
    """What the hardware lacks to hand a device to a VM; empty when nothing, or when nothing is handed over."""
    if device is None or wanted not in _DIRECT:
        return ""
    host = hardware_of(machine)
    if not assembly.switch(host.block, "iommu"):
        return f"{host.block.name} has no IOMMU"
    if wanted == "sr-iov" and machine.provider is not None:
        below = machine.provider.machine.owns_devices_of
        card = backing_device(assembly, below, device, "nic", machine.block)
        if card.kind == "nic" and not assembly.switch(card, "sr_iov"):
            return f"{card.name} has no SR-IOV"
    return ""


def _offered(assembly: Assembly, hypervisor: Hypervisor, kind: str) -> dict[str, str]:
    known: Any = assembly.fact(hypervisor.block, f"{kind}_models")
    if not isinstance(known, Mapping) or not known:
        known = _UNNAMED[kind]
    return {name: card for name, card in cast("Mapping[str, Any]", known).items() if isinstance(card, str)}


def backend_of(
    assembly: Assembly, machine: Machine, model: DeviceModel, issuer: Issuer, queue: int | None = None
) -> Backend:
    """Who does what for a device of `machine` that `issuer` uses; `queue` is a kernel queue that serves it."""
    hypervisor = machine.provider
    assert hypervisor is not None
    if model.backend == "vmm":
        return _own_backend(assembly, hypervisor)
    driver = hypervisor.driving_system
    if model.backend == "none" or driver is None:
        return Backend(
            context=None, layer=issuer.layer, issuer=issuer, driver=None, costs=DriverCosts(), system_calls=False
        )
    context = _context(assembly, machine, driver, model, issuer) if queue is None else queue
    below = Issuer(
        context=context,
        interrupt_context=context if queue is not None else tree.kernel_context(assembly, driver),
        layer=Layer.HOST,
        factor=kernel_factor(assembly, driver.machine),
    )
    return Backend(
        context=context,
        layer=Layer.HOST,
        issuer=below,
        driver=driver,
        costs=assembly.driver_costs(driver),
        system_calls=model.backend != "kernel",
    )


def _context(assembly: Assembly, machine: Machine, driver: System, model: DeviceModel, issuer: Issuer) -> int:
    hypervisor = machine.provider
    assert hypervisor is not None
    if model.backend == "vcpu":
        return issuer.context
    if model.backend == "thread":
        return tree.thread_context(assembly, machine, driver, model.thread)
    if model.backend == "service":
        return tree.service_context(assembly, driver, hypervisor)
    if model.backend == "kernel":
        return tree.kernel_context(assembly, driver)
    raise PlanError(f"unknown backend {model.backend!r} of a device model.", where=hypervisor.block.name)


def host_backend(assembly: Assembly, machine: Machine) -> Backend:
    """Who pages for a VM: the kernel of the system that drives the disks, or the hypervisor itself."""
    hypervisor = machine.provider
    assert hypervisor is not None
    driver = hypervisor.driving_system
    if driver is None or drives_devices(assembly, hypervisor):
        return _own_backend(assembly, hypervisor)
    context = tree.kernel_context(assembly, driver)
    return Backend(
        context=context,
        layer=Layer.HOST,
        issuer=Issuer(
            context=context,
            interrupt_context=context,
            layer=Layer.HOST,
            factor=kernel_factor(assembly, driver.machine),
        ),
        driver=driver,
        costs=assembly.driver_costs(driver),
        system_calls=False,
    )


def _own_backend(assembly: Assembly, hypervisor: Hypervisor) -> Backend:
    """The hypervisor itself does the work; it drives the device if it can, else it calls the system that does."""
    context = tree.hypervisor_context(assembly, hypervisor)
    driver = hypervisor if drives_devices(assembly, hypervisor) else hypervisor.driving_system
    interrupted = tree.kernel_context(assembly, driver) if isinstance(driver, System) else context
    return Backend(
        context=context,
        layer=Layer.VMM,
        issuer=Issuer(
            context=context,
            interrupt_context=interrupted,
            layer=Layer.VMM,
            factor=kernel_factor(assembly, hypervisor.machine),
        ),
        driver=driver,
        costs=assembly.driver_costs(driver or hypervisor),
        system_calls=isinstance(driver, System),
    )
