"""What stops with a block follows from the composition, and so do the lines of a stack's scorecard."""

from __future__ import annotations

import pytest

from hvstudio.catalog.cards import Technique
from hvstudio.catalog.catalog import Catalog
from hvstudio.errors import EditError
from hvstudio.insight.consequences import Effect, consequences
from hvstudio.insight.scorecard import Score, scorecard
from hvstudio.model.document import BlockId, Document

TWO_VMS = """
    vm a
      virtual_disk a1 > d boot=true
      virtual_nic a2 > x
      os ga
        workload wa
    vm b
      virtual_disk b1 > d boot=true
      virtual_nic b2 > x
      os gb
        workload wb
"""
TYPE2 = (
    "host h\n  disk d\n  nic n\n  os s\n    workload busy\n    virtual_switch x > n\n"
    "    hypervisor:vmware-workstation v" + TWO_VMS.replace("\n", "\n  ")
)
HYBRID = (
    "host h\n  disk d\n  nic n\n  os s\n    workload busy\n    virtual_switch x > n\n"
    "  hypervisor:virtual-server-2005-r2 v" + TWO_VMS
)
TYPE1 = (
    "host h\n  disk d\n  nic n\n  hypervisor:hyper-v-2016 v\n"
    "    parent_partition p\n      os s\n        workload busy\n"
    "      virtual_switch x > n" + TWO_VMS
)


NESTED = """
host h
  disk d
  hypervisor:hyper-v-2016 u
    parent_partition p
      os s
    vm o nested_virtualization=true
      virtual_disk o1 > d boot=true
      hypervisor:hyper-v-2016 v
        parent_partition q
          os t
        vm a
          virtual_disk a1 > o1 boot=true
"""


def ids(effects: tuple[Effect, ...]) -> set[str]:
    """The blocks concerned."""
    return {effect.block for effect in effects}


def dying_vms(document: Document, catalog: Catalog, block: str) -> set[str]:
    """The VMs that stop with a block."""
    return ids(consequences(document, catalog, BlockId(block)).dies) & {"a", "b"}


@pytest.mark.parametrize("text", [TYPE2, HYBRID, TYPE1])
def test_host_hypervisor_and_shared_disk_take_all_vms_along(text: str, stack, catalog: Catalog) -> None:
    for block in ("h", "v", "d"):
        assert dying_vms(stack(text), catalog, block) == {"a", "b"}


@pytest.mark.parametrize("text", [TYPE2, HYBRID, TYPE1])
def test_a_vm_takes_only_itself(text: str, stack, catalog: Catalog) -> None:
    found = consequences(stack(text), catalog, BlockId("a"))
    assert ids(found.dies) == {"a1", "a2", "ga", "wa"}
    assert found.sentence == "When “a” fails it takes only itself and what runs in it along."


def test_the_hosts_system_takes_all_vms_of_a_type_2_and_of_a_hybrid_stack(stack, catalog: Catalog) -> None:
    assert dying_vms(stack(TYPE2), catalog, "s") == {"a", "b"}
    assert dying_vms(stack(HYBRID), catalog, "s") == {"a", "b"}
    found = consequences(stack(HYBRID), catalog, BlockId("s"))
    assert Effect(BlockId("v"), "“s” has the same access to the hardware beside it.") in found.dies


def test_a_hybrid_hypervisor_takes_the_hosts_system_along_and_a_type_2_does_not(stack, catalog: Catalog) -> None:
    assert "s" in ids(consequences(stack(HYBRID), catalog, BlockId("v")).dies)
    assert "s" not in ids(consequences(stack(TYPE2), catalog, BlockId("v")).dies)


def test_the_parent_partition_takes_the_vms_that_it_serves(stack, catalog: Catalog) -> None:
    found = consequences(stack(TYPE1), catalog, BlockId("p"))
    assert {"s", "busy", "a", "b"} <= ids(found.dies)
    assert "v" not in ids(found.dies)
    assert dying_vms(stack(TYPE1), catalog, "s") == {"a", "b"}
    assert found.sentence == "When “p” fails, 2 VMs of 2 stop with it."


def test_without_a_parent_there_is_nothing_but_the_hypervisor_to_take_vms_along(stack, catalog: Catalog) -> None:
    document = stack("host h\n  disk d\n  nic x\n  hypervisor:vmware-esxi v" + TWO_VMS)
    fatal = [block for block in document.blocks if dying_vms(document, catalog, block) == {"a", "b"}]
    assert fatal == ["h", "d", "v"]


def test_a_card_or_a_switch_only_takes_the_network(stack, catalog: Catalog) -> None:
    for block in ("n", "x"):
        found = consequences(stack(TYPE1), catalog, BlockId(block))
        assert {"a2", "b2", "a", "b"} <= ids(found.impaired)
        assert not {"a", "b"} & ids(found.dies)


def test_a_second_disk_is_no_death(stack, catalog: Catalog) -> None:
    document = stack(
        "host h\n  disk d\n  hypervisor v\n    vm a\n      virtual_disk one > d boot=true\n      virtual_disk two"
    )
    assert ids(consequences(document, catalog, BlockId("two")).impaired) == {"a"}
    assert "a" in ids(consequences(document, catalog, BlockId("one")).dies)


def test_a_vm_knows_what_takes_it_down_and_who_goes_with_it(stack, catalog: Catalog) -> None:
    found = consequences(stack(HYBRID), catalog, BlockId("a"))
    assert ids(found.falls_with) == {"h", "d", "s", "v", "a1"}
    assert found.shares_fate == (Effect(BlockId("b"), "It stops as well when “v” fails."),)


def test_a_vm_is_starved_by_its_siblings_the_parent_and_software_there(stack, catalog: Catalog) -> None:
    found = consequences(stack(TYPE1), catalog, BlockId("a"))
    assert ids(found.starved_by) == {"b", "p", "busy"}
    found = consequences(stack(TYPE2), catalog, BlockId("a"))
    assert ids(found.starved_by) == {"b", "busy"}


def test_nested_vms_fall_with_every_layer_below(stack, catalog: Catalog) -> None:
    found = consequences(stack(NESTED), catalog, BlockId("a"))
    assert ids(found.falls_with) == {"h", "d", "u", "p", "s", "o", "o1", "v", "q", "t", "a1"}


def score(document: Document, catalog: Catalog, label: str, hypervisor: str = "v") -> Score:
    """The line of a scorecard."""
    return next(item for item in scorecard(document, catalog, BlockId(hypervisor)).scores if item.label == label)


def test_a_scorecard_has_the_three_promises(stack, catalog: Catalog) -> None:
    card = scorecard(stack(TYPE1), catalog, BlockId("v"))
    assert {item.promise for item in card.scores} == {"performance", "security", "control"}
    assert card.of("control")[0].text == "weight, reserve, limit"


def test_a_path_names_its_layers_in_the_order_of_the_diagram(stack, catalog: Catalog) -> None:
    assert score(stack(TYPE1), catalog, "A disk read of 4 KiB").blocks == ("a", "v", "s")
    assert score(stack(TYPE2), catalog, "A disk read of 4 KiB").blocks == ("a", "v", "s")
    # The host inside works in its own kernel, and leaves the outer VM from there.
    nested = NESTED.replace("vm o ", "vm o 'memory_bytes=8 GiB' ")
    assert score(stack(nested), catalog, "A disk read of 4 KiB").blocks == ("a", "v", "t", "u", "s")


def test_what_cannot_be_compiled_says_why(stack, catalog: Catalog) -> None:
    without_card = score(stack(TYPE1.replace("nic n", "note n")), catalog, "A packet of 1,500 bytes")
    assert without_card.value is None
    assert without_card.text.startswith("cannot be told yet: ")
    assert "network card" in without_card.text
    assert score(stack(TYPE1.replace("nic n", "note n")), catalog, "A disk read of 4 KiB").value


def test_a_stack_whose_vms_do_not_start_says_why(stack, catalog: Catalog) -> None:
    text = TYPE1.replace("host h", "host h slat=false")
    found = score(stack(text), catalog, "A disk read of 4 KiB")
    assert found.value is None
    assert "SLAT" in found.text


def test_emulated_devices_cost_more_than_synthetic_ones(stack, catalog: Catalog) -> None:
    cycles = {}
    for model in ("emulated", "synthetic"):
        document = stack(TYPE1.replace("boot=true", f"boot=true device_model={model}"))
        cycles[model] = score(document, catalog, "A disk read of 4 KiB").value
    assert cycles["emulated"] > 2 * cycles["synthetic"]


def test_leaving_a_vm_costs_what_card_and_processor_say(stack, catalog: Catalog) -> None:
    # Skylake: 740 cycles by the hardware and 850 by the hypervisor's software (cost cards), one hardware exit each.
    document = stack("host h cpu_generation=skylake\n  hypervisor:kvm v\n    vm a")
    hardware = catalog.processor.exit_cycles["skylake"]
    software = catalog.card_of(Technique, "cpu-slat").exit_software_cycles
    assert score(document, catalog, "Leaving a VM once").value == hardware + software


def test_an_exit_of_a_nested_vm_costs_several_of_the_outer_one(stack, catalog: Catalog) -> None:
    document = stack(NESTED)
    outer, inner = [score(document, catalog, "Leaving a VM once", hypervisor).value for hypervisor in ("u", "v")]
    assert outer is not None
    assert inner is not None
    assert inner > 8 * outer


def test_blast_radius_counts_the_vms_that_stop(stack, catalog: Catalog) -> None:
    document = stack(HYBRID)
    assert score(document, catalog, "If “s” fails").value == 2
    assert score(document, catalog, "If “a” fails").value == 1
    assert score(document, catalog, "Software with direct access to the hardware").blocks == ("s", "v")


def test_who_enforces_nothing_is_told_too(stack, catalog: Catalog) -> None:
    document = stack(TYPE2)
    assert score(document, catalog, "CPU controls of a VM").text == "none"
    assert score(document, catalog, "Who enforces them").blocks == ("s",)
    assert score(document, catalog, "Outside the reach of the controls").blocks == ("s", "busy")


def test_only_a_hypervisor_has_a_scorecard(stack, catalog: Catalog) -> None:
    with pytest.raises(EditError, match="only the stack of a hypervisor"):
        scorecard(stack(TYPE1), catalog, BlockId("h"))
