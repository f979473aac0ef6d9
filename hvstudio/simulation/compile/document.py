"""Compiles a document: reads the composition, decides who starts, writes tree, contexts, devices and routes."""

from __future__ import annotations

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.machines import Composition, Machine, System, read_composition
from hvstudio.composition.starting import obstacle_of, starts_on
from hvstudio.errors import CatalogError, PlanError
from hvstudio.model.document import Block, Document
from hvstudio.simulation.compile import tree
from hvstudio.simulation.compile.arrivals import threads_of
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.compile.origins import origins_in
from hvstudio.simulation.compile.purposes import WORKLOAD_STRIDE
from hvstudio.simulation.compile.remarks import remarks_on
from hvstudio.simulation.compile.requests import Place, add_workload
from hvstudio.simulation.compile.rows import add_reported_rows, native_blocks, row_of_workload
from hvstudio.simulation.compile.twins import Pattern, copy_pattern, likeness
from hvstudio.simulation.plan.plan import Layer, Plan


def compile_document(document: Document, catalog: Catalog, *, rows_of: Document | None = None) -> Plan:
    """The plan of a composition.

    `rows_of` is the document that this one was converted from: results then have the rows and the random numbers of
    its VMs, also where their workloads run without a VM now, so that both can be compared.
    Raises PlanError naming block and parameter for what cannot be simulated, and when there is nothing that could run.
    """
    try:
        return _compile(document, catalog, rows_of)
    except CatalogError as error:
        raise PlanError(error.message, where=error.where, hint=error.hint) from error


def _compile(document: Document, catalog: Catalog, rows_of: Document | None) -> Plan:
    composition = read_composition(document, catalog)
    _refuse_impossible_values(composition)
    before = None if rows_of is None else read_composition(rows_of, catalog)
    assembly = Assembly(
        composition=composition,
        reported_like=before,
        origins={} if before is None else origins_in(before),
    )
    if not composition.hosts:
        raise PlanError(
            "there is no hardware to run on.", where=document.title, hint="Drag a host onto the canvas and build on it."
        )
    for host in composition.hosts:
        tree.add_pool(assembly, host)
    _decide_starts(assembly)
    _refuse_if_nothing_runs(assembly)
    add_reported_rows(assembly)
    for remark in remarks_on(composition):
        assembly.builder.note(remark)
    for host in composition.hosts:
        tree.machine_node(assembly, host)
        _add_machine(assembly, host)
    return assembly.builder.build()


def _refuse_impossible_values(composition: Composition) -> None:
    """A value that its parameter does not allow is a finding of the checks; nothing is run with a guess in its place.

    Raises PlanError naming block and parameter.
    """
    scene = composition.scene
    for host in composition.hosts:
        for block in (host.block, *scene.above(host.block.id)):
            if block.parameters and (impossible := scene.judged(block).impossible):
                name, problem = impossible[0]
                raise PlanError(f"parameter {name}: {problem}", where=block.name)


def _decide_starts(assembly: Assembly) -> None:
    """Note which VMs stay off and how the others fit into memory."""
    scene, composition = assembly.scene, assembly.composition
    for block in composition.stranded:
        obstacle = obstacle_of(scene, block)
        assembly.unable[block.id] = "it rests on no hypervisor" if obstacle is None else obstacle.reason
    for guest in composition.guests:
        assert guest.provider is not None
        if (obstacle := obstacle_of(scene, guest.block)) is not None:
            assembly.unable[guest.block.id] = obstacle.reason
            continue
        memory = starts_on(scene, guest.provider.machine.block).memory
        assembly.missing_fraction[guest.block.id] = memory.missing
        assembly.cache_bytes[guest] = memory.free


def _refuse_if_nothing_runs(assembly: Assembly) -> None:
    composition = assembly.composition
    running = [guest for guest in composition.guests if guest.block.id not in assembly.unable]
    native = [block for host in composition.hosts for block in native_blocks(host)]
    if running or native:
        return
    if composition.guests:
        first = composition.guests[0].block
        raise PlanError(f"no virtual machine can start: {assembly.unable[first.id]}.", where=first.name)
    if composition.stranded:
        raise PlanError(
            "this virtual machine rests on no hypervisor.",
            where=composition.stranded[0].name,
            hint="Put a hypervisor below it.",
        )
    raise PlanError(
        "there is no virtual machine and no software to run.",
        where=composition.hosts[0].block.name,
        hint="Add a hypervisor with a virtual machine, or an operating system with a workload.",
    )


def _add_machine(assembly: Assembly, machine: Machine) -> None:
    """Everything that works on a machine: its own software, then what its hypervisors make of it."""
    if machine.block.id in assembly.unable:
        return
    if role_of(machine.block) is Role.VIRTUAL_MACHINE and not machine.is_divided:
        _add_guest(assembly, machine)
        return
    _add_software(assembly, machine)
    for hypervisor in machine.all_hypervisors:
        for made in [*hypervisor.partitions, *hypervisor.machines]:
            _add_machine(assembly, made)


def _add_software(assembly: Assembly, machine: Machine) -> None:
    for number, (workload, system) in enumerate(machine.all_workloads):
        place = _place(assembly, machine, workload, system, number)
        add_workload(assembly, workload, place, number)


def _add_guest(assembly: Assembly, machine: Machine) -> None:
    """A VM that carries no others: compiled, or copied from a VM like it."""
    key = ("like", likeness(assembly, machine))
    patterns = assembly.patterns
    if (pattern := patterns.get(key)) is not None:
        copy_pattern(assembly, pattern, machine, [workload for workload, _ in machine.all_workloads])
        return
    assembly.classes.clear()
    notes = assembly.builder.note_count
    _add_software(assembly, machine)
    if not machine.is_shared:
        tree.processor_context(assembly, machine)
    if assembly.builder.note_count == notes:  # what is worth a note is said of every VM
        patterns[key] = Pattern(machine=machine, classes=list(assembly.classes))


def _place(assembly: Assembly, machine: Machine, workload: Block, system: System | None, count: int) -> Place:
    """Where a workload runs and whose its work is: a VM's, a native system's, or the host's own."""
    stated = assembly.catalog.system("" if system is None else system.block.product)
    quantum_ns = round(stated.scheduler.quantum_s.value * NANOSECONDS)
    refill_ns = round(assembly.number(workload, "cache_refill_s") * NANOSECONDS)
    offset = count * WORKLOAD_STRIDE
    if role_of(machine.block) is Role.VIRTUAL_MACHINE and not machine.is_shared:
        context = tree.processor_context(assembly, machine, quantum_ns=quantum_ns, refill_ns=refill_ns)
        row = assembly.rows[machine.block.id]
        return Place(machine=machine, system=system, context=context, row=row, stream_offset=offset)
    origin = assembly.origins.get(workload.id) if machine.is_hardware else None
    row = row_of_workload(assembly, workload, machine, system)
    background = row not in assembly.reported
    context = tree.application_context(
        assembly,
        machine,
        count,
        row=row,
        threads=threads_of(assembly, workload, machine.processors),
        quantum_ns=quantum_ns,
        refill_ns=refill_ns,
    )
    return Place(
        machine=machine,
        system=system,
        context=context,
        row=row,
        user_layer=Layer.BACKGROUND if background else Layer.GUEST_USER,
        kernel_layer=Layer.BACKGROUND if background else Layer.GUEST_KERNEL,
        stream_offset=offset if origin is None else origin.number * WORKLOAD_STRIDE,
        origin=origin,
    )
