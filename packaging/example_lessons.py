"""The documents that teach one thing each: the same VMs three times, a noisy host, the controls, consolidation."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve
from composing import GIB, Composer
from example_documents import EMULATED, SYNTHETIC, finished
from example_machines import Machine, place_all
from example_stacks import Hardware, Stack, hosted, side_by_side, with_parent

from hvstudio.model.document import Document

SERVER_2008 = Hardware(name="Server", host="host-server-2008", disk="raid-10-8x15k", nic="nic-1g")

SAME_FOUR = [
    Machine(name="Database", guest="windows-server-2003", work="oltp-database", memory=2 * GIB,
            load={"clients": 40, "think_s": 0.1, "disk_reads": 0.4, "disk_writes": 0.4}),
    Machine(name="Web server", guest="windows-server-2003", work="web-server", memory=1 * GIB,
            load={"clients": 150, "think_s": 0.2}),
    Machine(name="File server", guest="windows-server-2003", work="file-server", memory=1 * GIB,
            load={"clients": 30, "think_s": 0.1, "disk_reads": 0.3, "disk_writes": 0.2}),
    Machine(name="Mail server", guest="windows-server-2003", work="mail-server", memory=2 * GIB,
            load={"clients": 150, "think_s": 1.0, "disk_reads": 0.4, "disk_writes": 0.4}),
]  # fmt: skip
"""One virtual processor and less than 3.6 GB each, 32-bit guests: what all three products can run."""

_SAME_NOTES = (
    "The same four VMs with the same work, on the same server of 2008, exist in three examples: same-four-on-type2, "
    "same-four-on-hybrid and same-four-on-type1. Run all three and compare throughput, latency and where the processor "
    "time goes. "
)


def same_four_on_type2() -> Document:
    """The four VMs under a hosted hypervisor."""
    composer = Composer()
    stack = hosted(
        composer, SERVER_2008, system="windows-server-2003", hypervisor="vmware-workstation", models=EMULATED
    )
    place_all(composer, SAME_FOUR, stack.devices, on=stack.hypervisor)
    return finished(
        composer,
        "The same four VMs on VMM Type 2",
        _SAME_NOTES + "Here: every operation goes VM, hypervisor, host system, hardware. Look at the processor time of "
        "the hypervisor and the host system for the file server's packets.",
    )


def same_four_on_hybrid() -> Document:
    """The four VMs under Virtual Server 2005 R2."""
    composer = Composer()
    stack = side_by_side(
        composer, SERVER_2008, system="windows-server-2003", hypervisor="virtual-server-2005-r2", models=EMULATED
    )
    place_all(composer, SAME_FOUR, stack.devices, on=stack.hypervisor)
    return finished(
        composer,
        "The same four VMs on VMM Hybrid",
        _SAME_NOTES + "Here: the hypervisor stands beside Windows Server with the same rights. It switches the "
        "processors by itself, yet every device is emulated, and both compete for the hardware as equals.",
    )


def same_four_on_type1() -> Document:
    """The four VMs under Hyper-V 2008 R2."""
    composer = Composer()
    stack = with_parent(
        composer, SERVER_2008, system="windows-server-2008-r2", hypervisor="hyper-v-2008-r2", models=SYNTHETIC
    )
    place_all(composer, SAME_FOUR, stack.devices, on=stack.hypervisor)
    return finished(
        composer,
        "The same four VMs on VMM Type 1",
        _SAME_NOTES + "Here: a VM passes its operations through shared memory to the parent partition, which owns the "
        "devices; no instruction is emulated on the way. Set a virtual NIC to emulated to see what that is worth.",
    )


def noisy_host() -> Document:
    """Somebody works on the host: three architectures side by side."""
    composer = Composer()
    quad = {"sockets": 1}
    builders: list[tuple[str, Callable[..., Stack], str, str, tuple[str, str]]] = [
        ("Type 2", hosted, "windows-server-2003", "vmware-workstation", EMULATED),
        ("Hybrid", side_by_side, "windows-server-2003", "virtual-server-2005-r2", EMULATED),
        ("Type 1", with_parent, "windows-server-2008-r2", "hyper-v-2008-r2", SYNTHETIC),
    ]
    for place_number, (label, build, system, hypervisor, models) in enumerate(builders):
        hardware = evolve(SERVER_2008, name=f"Server, {label}", settings=quad, at=(place_number * 980.0, 0.0))
        stack = build(composer, hardware, system=system, hypervisor=hypervisor, models=models)
        machines = [
            Machine(name=f"Web ({label})", guest="windows-server-2003", work="web-server",
                    load={"clients": 60, "think_s": 0.2}),
            Machine(name=f"Compute ({label})", guest="windows-server-2003", work="compute-batch", load={"clients": 1}),
            Machine(name=f"Database ({label})", guest="windows-server-2003", work="oltp-database", memory=2 * GIB,
                    load={"clients": 20, "think_s": 0.1}),
        ]  # fmt: skip
        place_all(composer, machines, stack.devices, on=stack.hypervisor)
        composer.workload(f"Virus scan ({label})", "antivirus-scan", on=stack.system, clients=8)
    return finished(
        composer,
        "A noisy host",
        "A virus scan runs on the host system of a Type 2 stack, of a Hybrid stack and in the parent partition of a "
        "Type 1 stack, with the same three VMs each. On Type 2 the scan competes with the VMs thread by thread; on "
        "Hybrid host system and hypervisor halve the machine between them; on Type 1 the parent partition is one "
        "competitor among the partitions, held to its weight, but its disk and network work for the VMs waits behind "
        "the scan. Stop the scans one after the other (set their clients to 1) and watch.",
    )


def weight_reserve_limit() -> Document:
    """Weights on one processor; reserve and limit on four."""
    composer = Composer()
    one = Hardware(name="One processor: weights", host="host-server-2016", disk="ssd-sata", nic="nic-1g",
                   settings={"sockets": 1, "cores_per_socket": 1, "threads_per_core": 1})  # fmt: skip
    stack = with_parent(composer, one, system="windows-server-2016", hypervisor="hyper-v-2016", models=SYNTHETIC)
    machines = [
        Machine(name=f"Weight {weight}", guest="linux", work="compute-batch", memory=2 * GIB, load={"clients": 2},
                settings={"generation": "2", "cpu_weight": weight})
        for weight in (100, 200, 700)
    ]  # fmt: skip
    place_all(composer, machines, evolve(stack.devices, controller="scsi"), on=stack.hypervisor)
    four = evolve(one, name="Four processors: reserve and limit", at=(960.0, 0.0),
                  settings={"sockets": 1, "cores_per_socket": 4, "threads_per_core": 1})  # fmt: skip
    stack = with_parent(composer, four, system="windows-server-2016", hypervisor="hyper-v-2016", models=SYNTHETIC)
    settings = [
        ("Reserve 90 %", {"cpu_reserve": 0.9}),
        ("Limit 25 %", {"cpu_limit": 0.25}),
        ("Ordinary 1", {}),
        ("Ordinary 2", {}),
    ]
    machines = [
        Machine(name=name, guest="linux", work="compute-batch", processors=2, memory=2 * GIB, load={"clients": 4},
                settings={"generation": "2", **control})
        for name, control in settings
    ]  # fmt: skip
    place_all(composer, machines, evolve(stack.devices, controller="scsi"), on=stack.hypervisor)
    return finished(
        composer,
        "Weight, reserve and limit",
        "Left: three VMs compute on one processor with weights 100, 200 and 700; they get 10, 20 and 70 % of it, the "
        "worked example of the Hyper-V specification. Right: eight virtual processors want four. The one with a "
        "reserve keeps 90 % of each of its two, the limited one never gets more than 25 % of each of its two, the "
        "others share what is left. Change a value while it runs; stop one VM and see who inherits its share.",
    )


def consolidation_32() -> Document:
    """Thirty-two VMs on one server."""
    composer = Composer()
    hardware = Hardware(name="Server", host="host-server-2016", disk="san-flash", nic="nic-10g",
                        disk_settings={"capacity_bytes": 4096 * GIB})  # fmt: skip
    stack = with_parent(composer, hardware, system="windows-server-2016", hypervisor="hyper-v-2016", models=SYNTHETIC)
    place_all(composer, _thirty_two(), evolve(stack.devices, controller="scsi"), on=stack.hypervisor)
    return finished(
        composer,
        "Consolidation: 32 VMs on one server",
        "What a virtualization project of the 2010s did: 32 small servers on one large one. Which limit bites first? "
        "Look at the estimate's bottleneck and the one behind it, then double the clients of the databases, remove "
        "a socket from the host, or put a slower disk under all of them.",
    )


def _thirty_two() -> list[Machine]:
    kinds = [
        ("Web", 10, "web-server", 2, 4 * GIB, {"clients": 200}),
        ("Database", 5, "oltp-database", 4, 12 * GIB, {"clients": 120, "think_s": 0.1}),
        ("Mail", 3, "mail-server", 2, 8 * GIB, {"clients": 300}),
        ("Files", 4, "file-server", 2, 4 * GIB, {"clients": 30}),
        ("Desktop", 6, "vdi-desktop", 2, 4 * GIB, {}),
        ("Build", 2, "kernel-build", 4, 8 * GIB, {}),
        ("Spare", 2, "idle", 1, 1 * GIB, {}),
    ]
    desktops = {"vdi-desktop": "windows-10", "kernel-build": "linux", "idle": "linux"}
    return [
        Machine(name=f"{name} {number}", guest=desktops.get(work, "windows-server-2016"), work=work,
                processors=processors, memory=memory, load=load, settings={"generation": "2"})
        for name, count, work, processors, memory, load in kinds
        for number in range(1, count + 1)
    ]  # fmt: skip
