"""A stack becomes another architecture in one edit; VMs and workloads stay; what is lost is told."""

from __future__ import annotations

import pytest
from attrs import evolve

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Severity
from hvstudio.checks.fixes.convert import convert, target_products
from hvstudio.checks.run import check
from hvstudio.composition.classify import classify
from hvstudio.errors import EditError
from hvstudio.files.examples import load_example
from hvstudio.model.document import Block, BlockId, Document

V = BlockId("v")
HYBRID = """
host h slat=false
  disk d
  nic n
  os:windows-server-2003 s called='Windows Server 2003'
    workload w
    virtual_switch x > n
  hypervisor:virtual-server-2005-r2 v called='Microsoft Virtual Server 2005 R2'
    vm a
      virtual_disk a1 > d device_model=emulated controller=ide boot=true
      virtual_nic a2 > x device_model=emulated
      os:windows-xp g
        workload u
"""
TYPE1 = """
host h
  disk d
  nic n
  hypervisor:hyper-v-2016 v
    parent_partition p cpu_weight=200
      os:windows-server-2016 s
        workload w
      virtual_switch x > n
    vm a generation=2 virtual_processors=4 cpu_weight=300
      virtual_disk a1 > d
      virtual_nic a2 > x device_model=sr-iov
      os:windows-10 g
        workload u
"""


def shape(document: Document) -> dict[str, str | None]:
    """What every block rests on."""
    return {block.id: block.rests_on for block in document.blocks.values()}


def guests(document: Document) -> dict[BlockId, Block]:
    """VMs with what is in them, by id."""
    inside: dict[BlockId, Block] = {}
    for block in document.blocks.values():
        below: Block | None = block
        while below is not None:
            if below.kind == "vm":
                inside[block.id] = block
                break
            below = None if below.rests_on is None else document.blocks[below.rests_on]
    return inside


def test_hybrid_to_type_1_moves_the_system_into_a_parent_partition(stack, catalog: Catalog) -> None:
    document = stack(HYBRID)
    conversion = convert(document, catalog, hypervisor=V, to="type1")
    assert conversion.label == "Convert “Microsoft Virtual Server 2005 R2” to Type 1"
    # A stack of 2005: of the products with a parent partition, Hyper-V of 2008 came first after it.
    assert conversion.product == "hyper-v-2008"
    made = conversion.document
    parent = next(block.id for block in made.blocks.values() if block.kind == "parent_partition")
    rests_on = shape(made)
    assert (rests_on["v"], rests_on[parent], rests_on["s"], rests_on["a"]) == ("h", "v", parent, "v")
    assert (rests_on["w"], rests_on["x"]) == ("s", parent)
    assert made.blocks[BlockId("s")].product == "windows-server-2008"
    assert made.blocks[BlockId("s")].name == "Windows Server 2008"
    assert made.blocks[V].name == "Hyper-V (Windows Server 2008)"
    assert "Hyper-V (Windows Server 2008) does not run with “Windows Server 2003”; it becomes" in conversion.lost[0]
    assert guests(made) == guests(document)


def test_type_1_to_hybrid_tells_what_virtual_server_cannot_express(stack, catalog: Catalog) -> None:
    document = stack(TYPE1)
    conversion = convert(document, catalog, hypervisor=V, to="hybrid")
    rests_on = shape(conversion.document)
    assert conversion.product == "virtual-server-2005-r2"
    assert (rests_on["s"], rests_on["v"], rests_on["w"], rests_on["x"]) == ("h", "h", "s", "s")
    assert "p" not in rests_on
    lost = "\n".join(conversion.lost)
    for told in (
        "The parent partition “p” goes",
        "does not run with “s”; it becomes Windows Server 2003",
        "knows no Generation 2; “a” becomes Generation 1",
        "“a” has 4 virtual processors; Microsoft Virtual Server 2005 R2 gives a VM at most 1.",
        "runs 32-bit guests only; “g” in “a” is a 64-bit system",
        "offers no SR-IOV device; “a2” of “a” becomes synthetic",
    ):
        assert told in lost
    assert conversion.document.blocks[BlockId("a")].parameters["virtual_processors"] == 4


def test_there_and_back_gives_the_same_vms(stack, catalog: Catalog) -> None:
    document = stack(TYPE1)
    there = convert(document, catalog, hypervisor=V, to="hybrid").document
    assert there.blocks[BlockId("a")].parameters["generation"] == "1"
    back = convert(there, catalog, hypervisor=V, to="type1", product="hyper-v-2016").document
    assert guests(back) == guests(document)
    assert back.blocks[V].product == "hyper-v-2016"


def test_there_and_back_gives_the_same_product_without_asking_for_it(stack, catalog: Catalog) -> None:
    document = stack(TYPE1)
    converted = document
    for to in ("hybrid", "type2", "type1"):
        converted = convert(converted, catalog, hypervisor=V, to=to).document
    assert converted.blocks[V].product == "hyper-v-2016"
    assert guests(converted) == guests(document)
    assert converted.blocks[BlockId("s")].product == "windows-server-2016"


def test_there_and_back_gives_the_same_host_system(stack, catalog: Catalog) -> None:
    document = stack(HYBRID)
    there = convert(document, catalog, hypervisor=V, to="type1").document
    back = convert(there, catalog, hypervisor=V, to="hybrid").document
    before, after = document.blocks[BlockId("s")], back.blocks[BlockId("s")]
    assert (after.name, after.product, after.rests_on, after.extras) == (
        before.name,
        before.product,
        before.rests_on,
        before.extras,
    )


def test_a_boot_disk_moves_to_ide_where_the_product_starts_from_there_and_back_again(stack, catalog: Catalog) -> None:
    document = stack(
        "host h\n  disk d\n  os:windows-10 s\n    hypervisor:vmware-workstation v\n"
        "      vm a\n        virtual_disk x > d boot=true controller=scsi"
    )
    there = convert(document, catalog, hypervisor=V, to="type1", product="hyper-v-2016")
    assert there.document.blocks[BlockId("x")].parameters["controller"] == "ide"
    assert "starts Generation 1 VMs from IDE only; “x” of “a” moves there." in there.lost[-1]
    back = convert(there.document, catalog, hypervisor=V, to="type2", product="vmware-workstation").document
    assert guests(back) == guests(document)


def test_what_someone_changed_meanwhile_is_not_taken_back(stack, catalog: Catalog) -> None:
    there = convert(stack(TYPE1), catalog, hypervisor=V, to="hybrid").document
    card = there.blocks[BlockId("a2")]
    changed = evolve(card, parameters={**card.parameters, "device_model": "emulated"})
    there = evolve(there, blocks={**there.blocks, card.id: changed})
    back = convert(there, catalog, hypervisor=V, to="type1", product="hyper-v-2016").document
    assert back.blocks[card.id].parameters["device_model"] == "emulated"


def test_a_monolithic_target_has_no_place_for_the_hosts_system(stack, catalog: Catalog) -> None:
    conversion = convert(stack(HYBRID), catalog, hypervisor=V, to="type1", product="vmware-esxi")
    made = conversion.document
    assert {"s", "w"}.isdisjoint(made.blocks)
    assert shape(made)["x"] == "v"
    assert conversion.lost[0] == ("VMware ESXi has no parent partition: the host's system “Windows Server 2003” goes.")
    assert conversion.lost[1] == "The workload “w” ran on the host's system and goes with it."
    assert guests(made).keys() == guests(stack(HYBRID)).keys()


def test_vms_that_stood_on_the_hosts_system_are_kept_even_if_it_goes(stack, catalog: Catalog) -> None:
    document = stack("host h\n  os s\n    vm a\n    hypervisor w\n      vm b\n  hypervisor v\n    vm c")
    made = convert(document, catalog, hypervisor=V, to="type1", product="vmware-esxi").document
    assert {block_id: on for block_id, on in shape(made).items() if block_id in "abc"} == {"a": "v", "b": "v", "c": "v"}


def test_a_stack_without_a_system_gets_the_one_that_the_product_runs_on(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor:vmware-esxi v\n    vm a")
    made = convert(document, catalog, hypervisor=V, to="type2", product="kvm").document
    (system,) = [block for block in made.blocks.values() if block.kind == "os"]
    assert (system.product, system.rests_on, shape(made)["v"]) == ("linux", "h", system.id)


def test_a_stack_in_a_vm_is_converted_inside_its_vm(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor u\n    vm o nested_virtualization=true\n      hypervisor v\n        vm a")
    made = convert(document, catalog, hypervisor=V, to="hybrid").document
    assert {item.hypervisor: item.vmm_type for item in classify(made, catalog)} == {"u": "type1", "v": "hybrid"}
    assert shape(made)["v"] == "o"


def test_native_puts_all_workloads_on_one_system(stack, catalog: Catalog) -> None:
    conversion = convert(stack(HYBRID), catalog, hypervisor=V, to="native")
    assert shape(conversion.document) == {"h": None, "d": "h", "n": "h", "s": "h", "w": "s", "x": "s", "u": "s"}
    assert conversion.lost == ("The VM goes; its workloads share “Windows Server 2003” without walls between them.",)


@pytest.mark.parametrize("example", ["same-four-on-type1", "same-four-on-type2", "same-four-on-hybrid", "hyper-v-2016"])
@pytest.mark.parametrize("to", ["type1", "type2", "hybrid"])
def test_the_shipped_stacks_convert_without_an_error(example: str, to: str, catalog: Catalog) -> None:
    document = load_example(example)
    (found,) = classify(document, catalog)
    made = convert(document, catalog, hypervisor=found.hypervisor, to=to).document
    report = check(made, catalog)
    (now,) = report.classifications
    assert now.vmm_type == now.expected == to
    structure = [
        item for item in report.findings if item.rule.startswith(("structure.", "hardware.parent", "devices."))
    ]
    assert [item.message for item in structure if item.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("hypervisor", "machine", "to", "product"),
    [
        ("hyper-v-2016", "host-server-2016", "type2", "vmware-workstation"),
        ("hyper-v-2008-r2", "host-server-2008", "type2", "vmware-workstation"),
        ("hyper-v-2016", "host-server-2016", "hybrid", "virtual-server-2005-r2"),
        ("xen", "host-server-2003", "type2", "vmware-workstation-3"),  # Workstation 7 came six years later
        ("virtual-pc-2007", "host-desktop-2007", "type1", "hyper-v-2008"),
        ("vmware-workstation", "host-server-2016", "type1", "hyper-v-2016"),
        ("vmware-workstation", "host-server-2012", "type1", "hyper-v-2012"),
    ],
)
def test_the_product_of_the_other_architecture_is_of_the_time_of_the_stack(
    stack, catalog: Catalog, hypervisor: str, machine: str, to: str, product: str
) -> None:
    document = stack(f"host:{machine} h\n  disk d\n  hypervisor:{hypervisor} v\n    vm a\n      os:linux g\n")
    assert convert(document, catalog, hypervisor=V, to=to).product == product


def test_products_to_choose_from_are_those_of_the_architecture(catalog: Catalog) -> None:
    assert "hyper-v-2016" in {item.id for item in target_products(catalog, "type1")}
    assert {item.id for item in target_products(catalog, "hybrid")} == {"virtual-server-2005-r2"}


def test_what_cannot_be_converted_is_refused_in_words(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor u\n    parent_partition p\n      os s\n        hypervisor v\n          vm a")
    with pytest.raises(EditError, match="no machine of its own"):
        convert(document, catalog, hypervisor=V, to="type1")
    with pytest.raises(EditError, match="only the stack of a hypervisor"):
        convert(document, catalog, hypervisor=BlockId("h"), to="type1")
    with pytest.raises(EditError, match="no such hypervisor"):
        convert(document, catalog, hypervisor=V, to="type1", product="windows-xp")
    with pytest.raises(EditError, match="is not an architecture"):
        convert(document, catalog, hypervisor=V, to="type4")
