"""The documents that ship as examples: named systems, one for each architecture, and the plain host without any."""

from __future__ import annotations

from attrs import evolve
from composing import GIB, MIB, Composer
from example_machines import Devices, Machine, place, place_all
from example_stacks import Hardware, hosted, side_by_side, with_parent

from hvstudio.model.document import Document
from hvstudio.model.edits import set_title

EMULATED = ("emulated", "emulated")
SYNTHETIC = ("synthetic", "synthetic")


def finished(composer: Composer, title: str, notes: str) -> Document:
    """The document with its title and its note on what to look at."""
    return set_title(composer.document, title, notes)


def virtual_pc() -> Document:
    """Type 2 on a desktop of 2007."""
    composer = Composer()
    hardware = Hardware(name="Desktop PC", host="host-desktop-2007", disk="hdd-7k2", nic="nic-1g")
    stack = hosted(composer, hardware, system="windows-xp", hypervisor="virtual-pc-2007", models=EMULATED)
    machines = [
        Machine(name="Old web site", guest="windows-server-2003", work="web-server", memory=512 * MIB,
                load={"clients": 20, "working_set_bytes": 192 * MIB}),
        Machine(name="Test desktop", guest="windows-xp", work="vdi-desktop", memory=512 * MIB,
                load={"working_set_bytes": 256 * MIB}),
        Machine(name="Test database", guest="windows-server-2003", work="oltp-database",
                load={"clients": 4, "working_set_bytes": 512 * MIB}),
    ]  # fmt: skip
    place_all(composer, machines, stack.devices, on=stack.hypervisor)
    composer.workload("My own work", "vdi-desktop", on=stack.system)
    return finished(
        composer,
        "Virtual PC 2007: VMM Type 2 on a desktop",
        "The hypervisor rests on Windows XP, and Windows XP on the hardware: every disk or network operation of a VM "
        "passes the hypervisor and then the whole host system. Look at the host's share in the processor use while the "
        "web site runs, and at how the person's own work on the host slows the VMs. All devices are emulated; switch "
        "VT-x off on the host and run again to see binary translation.",
    )


def vmware_workstation() -> Document:
    """Type 2 on a developer's machine."""
    composer = Composer()
    hardware = Hardware(name="Developer's PC", host="host-desktop-2018", disk="ssd-nvme", nic="nic-1g")
    stack = hosted(composer, hardware, system="windows-10", hypervisor="vmware-workstation", models=SYNTHETIC)
    devices = evolve(stack.devices, controller="scsi")
    machines = [
        Machine(name="Web application", guest="linux", work="web-server", processors=2, memory=2 * GIB),
        Machine(name="Database", guest="linux", work="oltp-database", processors=2, memory=4 * GIB),
        Machine(name="Build machine", guest="linux", work="kernel-build", processors=4, memory=4 * GIB),
        Machine(name="Client under test", guest="windows-10", work="vdi-desktop", processors=2, memory=4 * GIB),
    ]
    place_all(composer, machines, devices, on=stack.hypervisor)
    composer.workload("Editor and browser", "vdi-desktop", on=stack.system)
    return finished(
        composer,
        "VMware Workstation: VMM Type 2 on a developer's machine",
        "A modern hosted hypervisor with VT-x, EPT and paravirtual devices. Computing costs the VMs little; every disk "
        "and network operation still leaves through the host system. Compare the build machine (processor) with the "
        "database (disk), then set the device model of the database's virtual disk to emulated.",
    )


def virtual_server_2005() -> Document:
    """Hybrid on a server of 2005."""
    composer = Composer()
    hardware = Hardware(name="Server", host="host-server-2005", disk="raid-10-8x15k", nic="nic-1g")
    stack = side_by_side(
        composer, hardware, system="windows-server-2003", hypervisor="virtual-server-2005-r2", models=EMULATED
    )
    machines = [
        Machine(name="Intranet", guest="windows-server-2003", work="web-server", load={"clients": 120}),
        Machine(name="Branch database", guest="windows-server-2003", work="oltp-database",
                load={"clients": 50, "working_set_bytes": 640 * MIB}),
        Machine(name="File server", guest="windows-server-2003", work="file-server", load={"clients": 40}),
        Machine(name="Old application", guest="windows-xp", work="vdi-desktop", memory=512 * MIB,
                load={"working_set_bytes": 256 * MIB}),
    ]  # fmt: skip
    place_all(composer, machines, stack.devices, on=stack.hypervisor)
    composer.workload("Backup agent", "idle", on=stack.system)
    return finished(
        composer,
        "Virtual Server 2005 R2: VMM Hybrid",
        "Windows Server 2003 and the hypervisor stand side by side on the hardware with the same access and the same "
        "priority. Guests' processors are switched by the hypervisor itself, but devices are emulated by a service of "
        "the host. Each VM costs its memory plus 32 MB, memory cannot be over-committed, and each VM has one virtual "
        "processor. Put a virus scan on the host system and see half of the machine go to it.",
    )


def hyper_v_2016() -> Document:
    """Type 1 on a server of 2016."""
    composer = Composer()
    hardware = Hardware(name="Server", host="host-server-2016", disk="san-flash", nic="nic-10g")
    stack = with_parent(composer, hardware, system="windows-server-2016", hypervisor="hyper-v-2016", models=SYNTHETIC)
    devices = evolve(stack.devices, controller="scsi")
    second = {"generation": "2"}
    server = "windows-server-2016"
    machines = [
        Machine(name="Database", guest=server, work="oltp-database", processors=8, memory=32 * GIB, settings=second,
                load={"clients": 400, "think_s": 0.05}),
        Machine(name="Web 1", guest=server, work="web-server", processors=4, memory=8 * GIB, settings=second,
                load={"clients": 600}),
        Machine(name="Web 2", guest="linux", work="web-server", processors=4, memory=8 * GIB, settings=second,
                load={"clients": 600}),
        Machine(name="Mail", guest=server, work="mail-server", processors=4, memory=16 * GIB, settings=second,
                load={"clients": 1000}),
        Machine(name="Files", guest=server, work="file-server", processors=2, memory=8 * GIB, settings=second,
                load={"clients": 60}),
        Machine(name="Build", guest="linux", work="kernel-build", processors=8, memory=16 * GIB, settings=second),
    ]  # fmt: skip
    place_all(composer, machines, devices, on=stack.hypervisor)
    return finished(
        composer,
        "Hyper-V 2016: VMM Type 1",
        "Start here. The thin hypervisor lies on the hardware; on it stand side by side the parent partition, which "
        "owns the devices, and the VMs. Press Space: each VM has a curve. Watch the parent partition's share of the "
        "processors (it carries every disk and network operation of the VMs), then change a VM's weight while it runs, "
        "set the Files VM's network card to SR-IOV, or crash the parent partition.",
    )


def native() -> Document:
    """The same work without a hypervisor and in one VM."""
    composer = Composer()
    plain = Hardware(name="Server without hypervisor", host="host-server-2012", disk="san-flash", nic="nic-10g")
    load = {"clients": 400, "think_s": 0.04}
    host = composer.host(plain.name, plain.host)
    composer.disk(plain.disk, on=host)
    composer.nic(plain.nic, on=host)
    system = composer.os("linux", on=host)
    composer.workload("Database", "oltp-database", on=system, **load)
    virtual = Hardware(
        name="The same server with KVM", host="host-server-2012", disk="san-flash", nic="nic-10g", at=(680.0, 0.0)
    )
    stack = hosted(composer, virtual, system="linux", hypervisor="kvm", models=SYNTHETIC)
    machine = Machine(name="VM", guest="linux", work="oltp-database", processors=32, memory=64 * GIB, load=load)
    place(composer, machine, evolve(stack.devices, controller="scsi"), on=stack.hypervisor)
    return finished(
        composer,
        "Without a hypervisor, and with one",
        "Left: a database on a plain server. Right: the same server, the same database, in one VM of the whole "
        "machine. The difference is the price of virtualization for this work: wake-ups between virtual processors, "
        "network packets and disk operations that leave the VM. The results name the bottleneck: one I/O thread "
        "carries every disk operation of the VM. Double the clients on both sides and see it become the limit.",
    )


def nested_hyper_v() -> Document:
    """Hyper-V in a VM of Hyper-V."""
    composer = Composer()
    hardware = Hardware(name="Server", host="host-server-2016", disk="san-flash", nic="nic-10g")
    stack = with_parent(composer, hardware, system="windows-server-2016", hypervisor="hyper-v-2016", models=SYNTHETIC)
    devices = evolve(stack.devices, controller="scsi")
    server = "windows-server-2016"
    cache = Machine(name="Cache, direct", guest="linux", work="key-value-store", processors=1, memory=4 * GIB,
                    settings={"generation": "2"}, load={"clients": 16})  # fmt: skip
    build = Machine(name="Build, direct", guest=server, work="kernel-build", processors=2, memory=4 * GIB,
                    settings={"generation": "2"})  # fmt: skip
    place_all(composer, [cache, build], devices, on=stack.hypervisor)
    _nested_host(composer, stack.hypervisor, devices, [evolve(cache, name="Cache, nested"),
                                                       evolve(build, name="Build, nested")])  # fmt: skip
    return finished(
        composer,
        "Nested Hyper-V: a hypervisor in a VM",
        "The VM on the right exposes VT-x and carries a second Hyper-V with its own parent partition and two VMs. The "
        "same two VMs also run directly. Every exit of a nested VM is first taken by the outer hypervisor and handed "
        "to the inner one, so exits cost several times as much: compare the key-value stores (many exits) with the "
        "builds (few exits). Nesting needs static memory, VT-x with EPT and MAC address spoofing on the outer VM.",
    )


def _nested_host(composer: Composer, hypervisor: str, devices: Devices, machines: list[Machine]) -> None:
    outer = composer.vm(
        "Virtual host", on=hypervisor, virtual_processors=8, memory_bytes=24 * GIB, generation="2",
        nested_virtualization=True, mac_spoofing=True,
    )  # fmt: skip
    disk = composer.virtual_disk(on=outer, to=devices.disk, name="Disk of the virtual host", boot=True)
    card = composer.virtual_nic(on=outer, to=devices.network, name="NIC of the virtual host")
    inner = composer.hypervisor("hyper-v-2016", on=outer, name="Nested Hyper-V 2016")
    parent = composer.parent("windows-server-2016", on=inner, name="Nested parent partition")
    switch = composer.switch(on=parent, to=card, name="Nested virtual switch")
    place_all(composer, machines, evolve(devices, disk=disk, network=switch), on=inner)
