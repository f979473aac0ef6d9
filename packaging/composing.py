"""Compose documents in a few lines: used by the example builder and by the published comparison."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from hvstudio.model.document import BlockId, Document, Point, Value
from hvstudio.model.edits import add_block

GIB = 2**30
MIB = 2**20


@define
class Composer:
    """A document under construction; every method adds one block or a usual group of blocks and gives its id."""

    document: Document = field(factory=Document)

    def add(
        self,
        kind: str,
        name: str,
        *,
        product: str = "",
        on: BlockId | None = None,
        to: BlockId | None = None,
        at: Point | None = None,
        parameters: Mapping[str, Value] | None = None,
    ) -> BlockId:
        """Add any block."""
        self.document, block_id = add_block(
            self.document,
            kind=kind,
            name=name,
            product=product,
            rests_on=on,
            attached_to=to,
            position=at,
            parameters=parameters,
        )
        return block_id

    def host(self, name: str, product: str, *, at: Point = (0.0, 0.0), **parameters: Value) -> BlockId:
        """A host."""
        return self.add("host", name, product=product, at=at, parameters=parameters)

    def os(self, product: str, *, on: BlockId, name: str = "", **parameters: Value) -> BlockId:
        """An operating system, named after its product."""
        return self.add("os", name or OS_NAMES[product], product=product, on=on, parameters=parameters)

    def hypervisor(self, product: str, *, on: BlockId, name: str = "", **parameters: Value) -> BlockId:
        """A hypervisor, named after its product."""
        return self.add("hypervisor", name or HYPERVISOR_NAMES[product], product=product, on=on, parameters=parameters)

    def parent(self, os_product: str, *, on: BlockId, name: str = "Parent partition", **parameters: Value) -> BlockId:
        """A parent partition with its operating system."""
        block_id = self.add("parent_partition", name, on=on, parameters=parameters)
        self.os(os_product, on=block_id)
        return block_id

    def disk(self, product: str, *, on: BlockId, name: str = "Disk", **parameters: Value) -> BlockId:
        """A physical disk."""
        return self.add("disk", name, product=product, on=on, parameters=parameters)

    def nic(self, product: str, *, on: BlockId, name: str = "Network card", **parameters: Value) -> BlockId:
        """A physical network card."""
        return self.add("nic", name, product=product, on=on, parameters=parameters)

    def switch(self, *, on: BlockId, to: BlockId, name: str = "Virtual switch", **parameters: Value) -> BlockId:
        """A virtual switch bound to a card."""
        return self.add("virtual_switch", name, on=on, to=to, parameters=parameters)

    def workload(self, name: str, product: str, *, on: BlockId, **parameters: Value) -> BlockId:
        """A workload."""
        return self.add("workload", name, product=product, on=on, parameters=parameters)

    def vm(self, name: str, *, on: BlockId, **parameters: Value) -> BlockId:
        """An empty virtual machine."""
        return self.add("vm", name, on=on, parameters=parameters)

    def virtual_disk(self, *, on: BlockId, to: BlockId, name: str = "Virtual disk", **parameters: Value) -> BlockId:
        """A virtual disk held by a physical one."""
        return self.add("virtual_disk", name, on=on, to=to, parameters=parameters)

    def virtual_nic(self, *, on: BlockId, to: BlockId, name: str = "Virtual NIC", **parameters: Value) -> BlockId:
        """A virtual network card."""
        return self.add("virtual_nic", name, on=on, to=to, parameters=parameters)


OS_NAMES: dict[str, str] = {
    "windows-xp": "Windows XP",
    "windows-7": "Windows 7",
    "windows-10": "Windows 10",
    "windows-server-2003": "Windows Server 2003",
    "windows-server-2008": "Windows Server 2008",
    "windows-server-2008-r2": "Windows Server 2008 R2",
    "windows-server-2012-r2": "Windows Server 2012 R2",
    "windows-server-2016": "Windows Server 2016",
    "linux": "Linux",
}

HYPERVISOR_NAMES: dict[str, str] = {
    "virtual-pc-2007": "Virtual PC 2007",
    "vmware-workstation": "VMware Workstation",
    "vmware-workstation-3": "VMware Workstation 3.2",
    "virtualbox": "VirtualBox",
    "virtual-server-2005-r2": "Virtual Server 2005 R2",
    "hyper-v-2008": "Hyper-V 2008",
    "hyper-v-2008-r2": "Hyper-V 2008 R2",
    "hyper-v-2012": "Hyper-V 2012",
    "hyper-v-2012-r2": "Hyper-V 2012 R2",
    "hyper-v-2016": "Hyper-V 2016",
    "xen": "Xen",
    "kvm": "KVM",
    "vmware-esxi": "VMware ESXi",
}
