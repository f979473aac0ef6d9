"""The way of packets through every architecture, worked out from the model and not from the compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.simulation.plan.plan import Layer

Compile = Callable[[Any], Any]


def _type1(stack: Any) -> None:
    stack.host()
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")
    stack.add("virtual_switch", "switch", on="server", to="host nic")


def _talking_vm(stack: Any, *, on: str, **how: Any) -> None:
    stack.vm("vm", on=on, **how)
    stack.change("vm work", packets_in=1.0, packets_out=1.0)


def test_native_packets_take_wire_and_card(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.work("work", on="linux", packets_in=1.0, packets_out=1.0)
    assert compiled(stack).visits("linux") == ["delay", "host nic in", "work", "host nic out", "delay"]


def test_type_1_packets_cross_the_switch_in_the_parent(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    queue = "server: queue of vm nic (vm)"
    assert compiled(stack).visits("vm") == [
        "delay", "host nic in", queue, "vm", queue, "host nic out", "delay",
    ]  # fmt: skip


def test_without_vmq_all_cards_of_a_switch_share_one_processor(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("switch", vmq=False)
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    stack.vm("other", on="hyper-v", nic_to="switch")
    stack.change("other work", packets_in=1.0)
    plan = compiled(stack)
    shared = "server: queue of switch"
    assert shared in plan.visits("vm")
    assert shared in plan.visits("other")
    assert list(plan.plan.node_context).count(plan.plan.context_name.index(shared)) == 1


def test_switches_of_one_name_have_queues_of_their_own(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("switch", vmq=False)
    stack.add("virtual_switch", "second", on="server", to="host nic", vmq=False)
    stack.rename("second", "switch")
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    stack.vm("other", on="hyper-v", nic_to="second")
    stack.change("other work", packets_in=1.0)
    assert list(compiled(stack).plan.context_name).count("server: queue of switch") == 2


def test_a_card_has_only_so_many_queues(stack: Any, compiled: Compile) -> None:
    """One queue: the first VM gets it, the second shares the switch's own."""
    _type1(stack)
    stack.change("host nic", queues=1)
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    stack.vm("other", on="hyper-v", nic_to="switch")
    stack.change("other work", packets_in=1.0)
    plan = compiled(stack)
    assert "server: queue of vm nic (vm)" in plan.visits("vm")
    assert "server: queue of switch" in plan.visits("other")


@pytest.mark.parametrize("model", ["sr-iov", "pass-through"])
def test_a_card_of_its_own_bypasses_the_parent(stack: Any, compiled: Compile, model: str) -> None:
    _type1(stack)
    stack.change("host nic", sr_iov=True)
    _talking_vm(stack, on="hyper-v", nic=model, nic_to="host nic")
    plan = compiled(stack)
    assert plan.visits("vm") == ["delay", "host nic in", "vm", "host nic out", "delay"]
    assert plan.cycles("vm", Layer.HOST) == 0


def test_kvm_packets_go_through_host_kernel_and_vhost_thread(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    _talking_vm(stack, on="kvm")
    assert compiled(stack).visits("vm") == [
        "delay", "host nic in", "linux: kernel", "vm: vhost thread", "vm", "vm: vhost thread", "host nic out", "delay",
    ]  # fmt: skip


def test_hybrid_packets_of_an_emulated_card_go_through_the_service(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    _talking_vm(stack, on="virtual server", nic="emulated")
    service = "windows: virtual server service"
    assert compiled(stack).visits("vm") == [
        "delay", "host nic in", "windows: kernel", service, "vm", service, "host nic out", "delay",
    ]  # fmt: skip


def test_a_monolithic_hypervisor_switches_packets_itself(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    _talking_vm(stack, on="esxi")
    assert compiled(stack).visits("vm") == [
        "delay", "host nic in", "esxi: I/O", "vm", "esxi: I/O", "host nic out", "delay",
    ]  # fmt: skip


def test_a_private_switch_reaches_no_wire(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("switch", reach="private")
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    queue = "server: queue of vm nic (vm)"
    assert compiled(stack).visits("vm") == [queue, "vm", queue]


def test_a_bandwidth_limit_is_a_device_of_its_own(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    _talking_vm(stack, on="hyper-v", nic_to="switch")
    stack.change("vm nic", bandwidth_limit_bits_per_s=8e6)
    plan = compiled(stack)
    for direction in ("in", "out"):
        limit = plan.plan.station_name.index(f"vm nic limit {direction}")
        assert plan.plan.station_bytes_per_s[limit] == 1e6
        assert plan.visits("vm").count(f"vm nic limit {direction}") == 1


def test_a_burst_is_announced_less_often_than_it_has_packets(stack: Any, compiled: Compile) -> None:
    """17 packets, 16 share a notification: 1 + 16/16 = 2 kicks and interrupts, not 17."""
    _type1(stack)
    stack.vm("vm", on="hyper-v", nic_to="switch")
    stack.change("vm work", packets_out=17.0, packet_out_bytes=200.0)
    exits = sum(step["exits"] for step in compiled(stack).steps("vm"))
    assert exits == pytest.approx(2.0)


def test_full_segments_of_a_stream_cross_a_synthetic_card_as_one_piece(stack: Any, compiled: Compile) -> None:
    """17 segments of 1,460 bytes are 24,820 bytes, less than 64 kB: one piece, one kick."""
    _type1(stack)
    stack.vm("vm", on="hyper-v", nic_to="switch")
    stack.change("vm work", packets_out=17.0, packet_out_bytes=1460.0)
    exits = sum(step["exits"] for step in compiled(stack).steps("vm"))
    assert exits == pytest.approx(1.0)


def test_small_packets_fill_the_wire_with_their_headers(stack: Any, compiled: Compile) -> None:
    """22 bytes and 78 of framing are 100 on the wire; the station counts payload at full frames: 94 % of it."""
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.work("work", on="linux", packets_out=1.0, packet_out_bytes=22.0)
    stack.change("host nic", goodput_fraction=0.94)
    sent = [step["bytes"] for step in compiled(stack).steps("linux") if step["at"] == "host nic out"]
    assert sent == [pytest.approx(94.0)]


def test_nested_packets_cross_two_switches(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.vm("outer", on="hyper-v", work=False, nested_virtualization=True, memory_bytes=2**36, nic_to="switch")
    stack.add("hypervisor", "inner hyper-v", on="outer", product="hyper-v-2016")
    stack.add("parent_partition", "inner parent", on="inner hyper-v")
    stack.add("os", "inner server", on="inner parent", product="windows-server-2016")
    stack.add("virtual_switch", "inner switch", on="inner server", to="outer nic")
    stack.vm("vm", on="inner hyper-v", disk_to="outer disk", nic_to="inner switch")
    stack.change("vm work", packets_in=1.0)
    assert compiled(stack).visits("vm") == [
        "delay",
        "host nic in",
        "server: queue of outer nic (outer)",
        "inner server: queue of vm nic (vm)",
        "vm",
    ]


def test_a_product_with_vrss_spreads_the_packets_of_one_card(stack: Any, compiled: Compile) -> None:
    """Up to four processors from 2012 R2 on, and no more than the VM has."""
    _type1(stack)
    _talking_vm(stack, on="hyper-v", nic_to="switch", virtual_processors=2)
    plan = compiled(stack).plan
    queue = plan.context_name.index("server: queue of vm nic (vm)")
    assert list(plan.node_context).count(queue) == 2


def test_a_private_switch_needs_no_card_at_all(stack: Any, compiled: Compile) -> None:
    stack.add("host", "bare")
    stack.add("hypervisor", "hyper-v", on="bare", product="hyper-v-2016")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")
    stack.add("virtual_switch", "switch", on="server", reach="private")
    _talking_vm(stack, on="hyper-v", nic_to="switch", disk_to="")
    assert compiled(stack).visits("vm")[-1] == "server: queue of vm nic (vm)"


@pytest.mark.parametrize(("lacking", "words"), [({"sr_iov": False}, "host nic has no SR-IOV"),
                                                ({"iommu": False}, "host has no IOMMU")])  # fmt: skip
def test_what_the_hardware_cannot_hand_over_is_synthetic(
    stack: Any, compiled: Compile, lacking: dict[str, bool], words: str
) -> None:
    _type1(stack)
    stack.change("host nic", sr_iov=True)
    stack.change("host nic" if "sr_iov" in lacking else "host", **lacking)
    _talking_vm(stack, on="hyper-v", nic="sr-iov", nic_to="host nic")
    plan = compiled(stack)
    assert "server: queue of vm nic (vm)" in plan.visits("vm")
    assert f"vm nic: {words}; synthetic is taken." in plan.plan.notes


def test_a_card_attached_to_a_disk_takes_the_first_card_with_a_note(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    _talking_vm(stack, on="hyper-v", nic_to="host disk")
    plan = compiled(stack)
    assert "host nic in" in plan.visits("vm")
    assert "vm nic leads to no network card of host: host nic is taken." in plan.plan.notes
