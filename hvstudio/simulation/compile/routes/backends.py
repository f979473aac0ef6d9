"""Where the work behind a virtual device is done, and who drives the physical device for it."""

from __future__ import annotations

from attrs import frozen

from hvstudio.catalog.cards import DeviceModel, DriverCosts
from hvstudio.composition.devices import device_model
from hvstudio.composition.machines import Hypervisor, Machine, System
from hvstudio.composition.techniques import kernel_factor
from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile import tree
from hvstudio.simulation.compile.assembly import Assembly
from hvstudio.simulation.compile.routes.operations import Issuer
from hvstudio.simulation.plan.plan import Layer


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
    """The cost card by which a VM reaches a device; noted where it is not the model that is drawn."""
    hypervisor = machine.provider
    assert hypervisor is not None
    model = device_model(assembly.scene, machine.block, device, kind)
    if model is None:
        raise PlanError(f"{hypervisor.block.name} offers no {kind} model.", where=machine.block.name)
    if model.instead and device is not None:
        assembly.builder.note(f"{device.name}: {model.instead}; {model.name} is taken.")
    return assembly.card(model.card, DeviceModel)


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
        factor=kernel_factor(assembly.scene, driver.machine.block),
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
    if driver is None or hypervisor.drives_devices:
        return _own_backend(assembly, hypervisor)
    context = tree.kernel_context(assembly, driver)
    return Backend(
        context=context,
        layer=Layer.HOST,
        issuer=Issuer(
            context=context,
            interrupt_context=context,
            layer=Layer.HOST,
            factor=kernel_factor(assembly.scene, driver.machine.block),
        ),
        driver=driver,
        costs=assembly.driver_costs(driver),
        system_calls=False,
    )


def _own_backend(assembly: Assembly, hypervisor: Hypervisor) -> Backend:
    """The hypervisor itself does the work; it drives the device if it can, else it calls the system that does."""
    context = tree.hypervisor_context(assembly, hypervisor)
    driver = hypervisor if hypervisor.drives_devices else hypervisor.driving_system
    interrupted = tree.kernel_context(assembly, driver) if isinstance(driver, System) else context
    return Backend(
        context=context,
        layer=Layer.VMM,
        issuer=Issuer(
            context=context,
            interrupt_context=interrupted,
            layer=Layer.VMM,
            factor=kernel_factor(assembly.scene, hypervisor.machine.block),
        ),
        driver=driver,
        costs=assembly.driver_costs(driver or hypervisor),
        system_calls=isinstance(driver, System),
    )
