"""Rows that need no native run: shares of a processor or disk, memory, and costs of single operations."""

from __future__ import annotations

from collections.abc import Callable

from cases import Case, DirectCase, NotExpressed
from shares import disk_share, nice_share, weight_share

from hvstudio.catalog.cards import DeviceModel, Technique
from hvstudio.catalog.catalog import Catalog


def direct_cases() -> list[Case]:
    """All rows of these kinds."""
    return [*_shares(), *_memory(), *_exits(), *_nested(), *_dall(), *_generations()]


def _shares() -> list[Case]:
    found: list[Case] = [
        DirectCase(table="tlfs-weights", system=f"weight {weight}", kind="share",
                   predict=lambda catalog, weight=weight: weight_share(catalog, weight),
                   formula="three VMs of Hyper-V 2012 on one processor, weights 100, 200 and 700")
        for weight in (100, 200, 700)
    ]  # fmt: skip
    weights = {0: 1024, 1: 820, 3: 526, 5: 335, 10: 110}
    found += [
        DirectCase(table="cfs-nice-measured", system=f"peer nice {nice}", kind="share",
                   predict=lambda catalog, weight=weight: nice_share(catalog, weight),
                   formula=f"two VMs of KVM with the kernel's weights of the nice levels, 1024 and {weight}")
        for nice, weight in weights.items()
    ]  # fmt: skip
    found += [
        DirectCase(table="storage-share-ms", system="each of 4 VMs", kind="share", predict=disk_share,
                   formula="four VMs of Hyper-V 2016 that read one disk without pause"),
    ]  # fmt: skip
    return found


def _memory() -> list[Case]:
    def overhead(catalog: Catalog, product: str) -> float:
        return catalog.hypervisor(product).memory.overhead_fixed_bytes.value / 2**20

    products = {"QEMU/KVM": "kvm", "Firecracker": "firecracker", "Cloud Hypervisor": "cloud-hypervisor"}
    return [
        DirectCase(table=f"fc-mem-overhead-{size}", system=system, kind="absolute",
                   predict=lambda catalog, product=product: overhead(catalog, product),
                   formula="fixed memory of a VM in the catalogue (taken from these rows)")
        for size in ("128MB", "1024MB")
        for system, product in products.items()
    ]  # fmt: skip


def exit_cycles(catalog: Catalog, generation: str, technique: str = "cpu-slat") -> float:
    """One VM exit with the hypervisor's handling of it."""
    hardware = catalog.processor.exit_cycles[generation]
    return hardware + catalog.card_of(Technique, technique).exit_software_cycles


def device_model_exit(catalog: Catalog, generation: str) -> float:
    """One access to a device register that a process of the host serves."""
    model = catalog.card_of(DeviceModel, "nic-emulated-process")
    return exit_cycles(catalog, generation) + model.exit_work_cycles


def thin_exit_cycles(catalog: Catalog, generation: str) -> float:
    """One VM exit that ends in a thin hypervisor."""
    return exit_cycles(catalog, generation, "cpu-slat-thin")


def wakeup(catalog: Catalog, generation: str) -> float:
    """Waking another virtual processor: sender's and receiver's part."""
    slat = catalog.card_of(Technique, "cpu-slat")
    return slat.wakeup_exits * exit_cycles(catalog, generation) + slat.wakeup_cycles


def interrupt_in(catalog: Catalog, generation: str, technique: str = "cpu-slat") -> float:
    """From the host's decision to interrupt to the guest's handler, the virtual processor being halted."""
    slat = catalog.card_of(Technique, technique)
    model = catalog.card_of(DeviceModel, "nic-vhost")
    exits = slat.wake_exits + model.interrupt_exits
    return exits * exit_cycles(catalog, generation, technique) + slat.wake_cycles + model.interrupt_cycles


def thin_interrupt_in(catalog: Catalog, generation: str) -> float:
    """The same from a thin hypervisor."""
    return interrupt_in(catalog, generation, "cpu-slat-thin")


Formula = Callable[[Catalog, str], float]
_KVM_OPERATIONS: dict[str, tuple[Formula, str]] = {
    "vmcall": (exit_cycles, "one exit"),
    "cpuid": (exit_cycles, "one exit"),
    "wr_tsc_adjust_msr": (exit_cycles, "one exit"),
    "rd_tsc_adjust_msr": (exit_cycles, "one exit"),
    "eoi": (exit_cycles, "one exit"),
    "outl_to_kernel": (exit_cycles, "one exit"),
    "inl_from_kernel": (exit_cycles, "one exit"),
    "portio-wildcard-eventfd:pci-io": (exit_cycles, "one exit (kick)"),
    "portio-datamatch-eventfd:pci-io": (exit_cycles, "one exit (kick)"),
    "portio-no-eventfd:pci-io": (device_model_exit, "one exit served by the device model"),
    "mmio-no-eventfd:pci-mem": (device_model_exit, "one exit served by the device model"),
    "inl_from_qemu": (device_model_exit, "one exit served by the device model"),
    "inl_from_pmtimer": (device_model_exit, "one exit served by the device model"),
    "ipi": (wakeup, "wake-up of a virtual processor, both ends"),
    "ipi+halt": (wakeup, "wake-up of a virtual processor, both ends"),
}
_WITHOUT = {
    "mov_to_cr8": "no exit at all (virtual APIC)",
    "mov_from_cr8": "no exit at all (virtual APIC)",
    "mmio-datamatch-eventfd:pci-mem": "decoding of memory-mapped accesses is not modelled apart",
    "mmio-wildcard-eventfd:pci-mem": "decoding of memory-mapped accesses is not modelled apart",
}


def _exits() -> list[Case]:
    found: list[Case] = []
    for table in ("kvm-exit-cost-ovh-taskset", "kvm-exit-cost-air-taskset"):
        for system, (formula, words) in _KVM_OPERATIONS.items():
            found.append(_cycles(table, system, formula, "sandy-bridge", words))
        found += [NotExpressed(table=table, system=system, reason=reason) for system, reason in _WITHOUT.items()]
    found += [
        _cycles("modern-exit-points", "i7-3960X Sandy Bridge-E KVM vmcall (yshalabi, second-hand)", exit_cycles,
                "sandy-bridge", "one exit"),
        _cycles("modern-exit-points", "Xeon X5570 Nehalem KVM direct cost (SplitX 2011)", exit_cycles, "nehalem",
                "one exit"),
        _cycles("modern-exit-points", "Skylake-SP KVM vmcall (Wanpeng Li 2020)", exit_cycles, "skylake", "one exit"),
        NotExpressed(table="modern-exit-points", system="AMD (SEV-ES era) KVM ioctl-to-ioctl run incl. vmrun",
                     reason="no AMD generation in the catalogue"),
    ]  # fmt: skip
    return found


def _cycles(table: str, system: str, formula: Formula, generation: str, words: str) -> DirectCase:
    return DirectCase(table=table, system=system, kind="absolute", formula=words,
                      predict=lambda catalog: formula(catalog, generation))  # fmt: skip


def reflected(catalog: Catalog, generation: str) -> float:
    """An exit of a nested VM, reflected to the inner hypervisor."""
    return catalog.nesting.reflected_exits * exit_cycles(catalog, generation)


def reflected_device_model(catalog: Catalog, generation: str) -> float:
    """The same, served by a process of the inner host: its way there and back exits again."""
    again = catalog.nesting.returning_exits * exit_cycles(catalog, generation)
    work = catalog.card_of(DeviceModel, "nic-emulated-process").exit_work_cycles
    return reflected(catalog, generation) + again + work


def _nested() -> list[Case]:
    table = "nested-exit-bonzini-2019"
    found: list[Case] = [
        _cycles(table, system, reflected, "skylake", "one reflected exit") for system in ("cpuid", "vmcall",
                                                                                       "inl_from_kernel")
    ]  # fmt: skip
    found += [
        _cycles(table, system, reflected_device_model, "skylake", "one reflected exit and the device model")
        for system in ("inl_from_pmtimer (user-space device)", "inl_from_qemu")
    ]
    found.append(NotExpressed(table=table, system="self_ipi_sti_hlt", reason="halting inside the nested guest"))
    found.append(_cycles("nested-evmcs-2018", "nested KVM on Hyper-V, no eVMCS", reflected, "skylake",
                         "one reflected exit"))  # fmt: skip
    found.append(NotExpressed(table="nested-evmcs-2018", system="nested KVM on Hyper-V, enlightened VMCS",
                              reason="enlightened VMCS is not a choice of the catalogue"))  # fmt: skip
    clock = 2.7e9
    found += [
        DirectCase(table="nested-kontain-hypercall", system="KVM on physical", kind="absolute",
                   predict=lambda catalog: device_model_exit(catalog, "skylake") / clock * 1e6,
                   formula="one exit served by a process, at 2.7 GHz"),
        DirectCase(table="nested-kontain-hypercall", system="KVM nested in KVM VM", kind="absolute",
                   predict=lambda catalog: reflected_device_model(catalog, "skylake") / clock * 1e6,
                   formula="one reflected exit served by a process, at 2.7 GHz"),
        NotExpressed(table="nested-kontain-hypercall", system="KVM nested on Azure (Hyper-V L0)",
                     reason="the outer hypervisor's version and processor clock are unknown"),
    ]  # fmt: skip
    return found


def _dall() -> list[Case]:
    arm = "the catalogue has no ARM processors"
    tables = ("hypercall", "interrupt-controller-trap", "virtual-ipi", "virtual-irq-completion", "vm-switch",
              "i-o-latency-out", "i-o-latency-in")  # fmt: skip
    found: list[Case] = [
        NotExpressed(table=f"dall2016-{table}", system=system, reason=arm)
        for table in tables
        for system in ("KVM ARM", "Xen ARM")
    ]
    for system, one_exit in (("KVM x86", exit_cycles), ("Xen x86", thin_exit_cycles)):
        found += [
            _cycles("dall2016-hypercall", system, one_exit, "sandy-bridge", "one exit"),
            _cycles("dall2016-interrupt-controller-trap", system, one_exit, "sandy-bridge", "one exit"),
            _cycles("dall2016-virtual-irq-completion", system, one_exit, "sandy-bridge", "one exit"),
            _cycles("dall2016-virtual-ipi", system, _ipi_delivery, "sandy-bridge", "the exits of a wake-up"),
        ]
    found += [
        DirectCase(table="dall2016-vm-switch", system="Xen x86", kind="absolute", formula="switch of the scheduler",
                   predict=lambda catalog: catalog.hypervisor("xen").scheduler.switch_cycles.value),
        NotExpressed(table="dall2016-vm-switch", system="KVM x86",
                     reason="a switch between host processes and the VM state with it is not modelled apart"),
        DirectCase(table="dall2016-i-o-latency-out", system="Xen x86", kind="absolute",
                   formula="one exit and a switch to the idle Domain 0",
                   predict=lambda catalog: thin_exit_cycles(catalog, "sandy-bridge")
                   + catalog.hypervisor("xen").scheduler.switch_cycles.value),
        NotExpressed(table="dall2016-i-o-latency-out", system="KVM x86",
                     reason="ends inside the exit, before the hypervisor has worked"),
        _cycles("dall2016-i-o-latency-in", "KVM x86", interrupt_in, "sandy-bridge", "wake-up and interrupt"),
        _cycles("dall2016-i-o-latency-in", "Xen x86", thin_interrupt_in, "sandy-bridge", "wake-up and interrupt"),
    ]  # fmt: skip
    return found


def _ipi_delivery(catalog: Catalog, generation: str) -> float:
    return catalog.card_of(Technique, "cpu-slat").wakeup_exits * exit_cycles(catalog, generation)


def _generations() -> list[Case]:
    names = {"Prescott 2005": "prescott", "Merom 2006": "merom", "Penryn 2008": "penryn", "Nehalem 2009": "nehalem",
             "Westmere 2010": "westmere", "Sandy Bridge 2011": "sandy-bridge"}  # fmt: skip
    return [
        DirectCase(table="agesen-exit-generation", system=system, kind="absolute",
                   predict=lambda catalog, name=name: catalog.processor.exit_cycles[name],
                   formula="taken over as a parameter")
        for system, name in names.items()
    ] + [
        NotExpressed(table="adams-microarch", system=system,
                     reason="parts of an exit; the whole is in agesen-exit-generation")
        for system in ("VM entry, P4 672 3.8 GHz", "VM entry, Core 2 Duo 2.66 GHz", "page-fault VM exit, P4",
                       "page-fault VM exit, Core 2", "VMCS read P4", "VMCS read Core 2", "VMCS write P4",
                       "VMCS write Core 2")
    ]  # fmt: skip
