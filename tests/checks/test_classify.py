"""Every hypervisor is told its type from the structure alone, with an argument that points at blocks."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog, empty_catalog
from hvstudio.composition.classify import Classification, classify
from hvstudio.errors import EditError
from hvstudio.files.examples import load_example
from hvstudio.insight.validate_as import validate_as
from hvstudio.model.document import BlockId, Document

TYPE2 = """
host h
  os s
    hypervisor v
      vm a
"""
HYBRID = """
host h
  os s
  hypervisor v
    vm a
"""
TYPE1 = """
host h
  hypervisor v
    parent_partition p
      os s
    vm a
"""
ALONE = "the hypervisor is the only layer on the hardware, with no operating system under or beside it"
MONOLITHIC = """
host h
  hypervisor v
    vm a
"""


def only(document: Document, catalog: Catalog) -> Classification:
    """The classification of the one hypervisor."""
    (found,) = classify(document, catalog)
    return found


@pytest.mark.parametrize(
    ("text", "vmm_type"), [(TYPE2, "type2"), (HYBRID, "hybrid"), (TYPE1, "type1"), (MONOLITHIC, "type1")]
)
def test_the_structure_alone_decides(text: str, vmm_type: str, stack) -> None:
    found = only(stack(text), empty_catalog())
    assert found.vmm_type == vmm_type
    assert found.nested_in is None


@pytest.mark.parametrize(
    "text",
    [
        "hypervisor v",
        "os s\n  hypervisor v",
        "host h\n  hypervisor w\n    hypervisor v",
        "host h\n  hypervisor w\n  hypervisor v",
        "host h\n  hypervisor w\n    parent_partition p\n      hypervisor v",
        "vm a\n  hypervisor v",
        "host h\n  disk d\n    hypervisor v",
        "host g\n  host h\n    hypervisor v",
    ],
)
def test_what_never_reaches_a_machine_of_its_own_is_unclear(text: str, stack) -> None:
    found = {item.hypervisor: item for item in classify(stack(text), empty_catalog())}["v"]
    assert found.vmm_type == "unclear"
    assert len(found.argument) == 1


def test_type_2_names_the_system_under_the_hypervisor(stack, catalog: Catalog) -> None:
    found = only(stack(TYPE2), catalog)
    assert "“v” is Type 2: it rests on the operating system “s”" in found.sentence
    texts = [text for text, _ in found.argument]
    assert texts == [
        "“v” rests on the operating system “s”.",
        "“s” rests on the hardware “h”: it was there first.",
        "“s” owns the devices: its drivers reach them, the hypervisor asks it.",
        "“s” schedules: to it a VM is one program among others.",
        "A request takes this way: “a” → “v” → “s” → “h”.",
    ]
    assert [blocks for _, blocks in found.argument] == [
        ("v", "s"),
        ("s", "h"),
        ("s",),
        ("s", "a"),
        ("a", "v", "s", "h"),
    ]


def test_hybrid_says_that_both_stand_side_by_side(stack, catalog: Catalog) -> None:
    found = only(stack(HYBRID), catalog)
    assert "at the same level as “s”" in found.sentence
    assert found.argument[-1] == ("A request takes this way: “a” → “v” → “h”.", ("a", "v", "h"))
    assert "take turns on the processors as equals" in found.argument[3][0]


def test_type_1_with_a_parent_sends_requests_through_it(stack, catalog: Catalog) -> None:
    found = only(stack(TYPE1), catalog)
    assert found.argument[1] == ("No operating system stands beside it on the hardware “h”.", ("h",))
    assert "“s” in the parent partition “p” has the drivers" in found.argument[3][0]
    assert found.argument[-1] == ("A request takes this way: “a” → “v” → “p” → “h”.", ("a", "v", "p", "h"))


def test_a_hypervisor_with_drivers_of_its_own_needs_no_detour(stack, catalog: Catalog) -> None:
    found = only(stack("host h\n  hypervisor:vmware-esxi v\n    vm a"), catalog)
    assert "“v” has the drivers itself and owns the devices." in found.argument[3][0]
    assert found.argument[5] == ("A request takes this way: “a” → “v” → “h”.", ("a", "v", "h"))
    assert found.argument[-1][0].endswith("the picture agrees.")


def test_a_product_that_is_said_to_be_another_type_is_quoted_with_its_source(stack, catalog: Catalog) -> None:
    found = only(stack("host h\n  os s\n    hypervisor:hyper-v-2016 v\n      vm a"), catalog)
    assert (found.vmm_type, found.expected) == ("type2", "type1")
    assert "Cookbook" in found.expected_source
    last, blocks = found.argument[-1]
    assert "is said to be Type 1" in last
    assert "the picture shows something else: Type 2" in last
    assert blocks == ("v",)


NESTED = """
host h
  hypervisor v
    parent_partition p
      os s
    vm a
      hypervisor w
        parent_partition q
          os t
        vm b
          os u
            hypervisor x
              vm c
"""


def test_nested_hypervisors_are_told_at_every_depth(stack, catalog: Catalog) -> None:
    found = classify(stack(NESTED), catalog)
    assert [(item.hypervisor, item.vmm_type, item.nested_in) for item in found] == [
        ("v", "type1", None),
        ("w", "type1", "v"),
        ("x", "type2", "w"),
    ]
    assert "the virtual hardware of the VM “a”" in found[1].sentence
    assert found[1].sentence.endswith("It is nested in “v”.")
    assert ("a", "v") in [blocks for _, blocks in found[1].argument]


def test_a_hypervisor_on_the_parents_system_is_type_2_inside_the_other(stack, catalog: Catalog) -> None:
    found = classify(
        stack("host h\n  hypervisor v\n    parent_partition p\n      os s\n        hypervisor w\n          vm a"),
        catalog,
    )
    assert [(item.vmm_type, item.nested_in) for item in found] == [("type1", None), ("type2", "v")]


def test_hosts_are_independent_and_a_native_one_has_no_hypervisor(stack, catalog: Catalog) -> None:
    document = stack(
        "host a\n  os s\n    hypervisor u\nhost b\n  os t\n  hypervisor v\nhost c\n  hypervisor w\nhost d\n  os n"
    )
    assert [item.vmm_type for item in classify(document, catalog)] == ["type2", "hybrid", "type1"]


def test_one_host_may_carry_several_kinds(stack, catalog: Catalog) -> None:
    document = stack("host h\n  os s\n    hypervisor u\n      vm a\n  hypervisor v\n    vm b")
    assert [item.vmm_type for item in classify(document, catalog)] == ["type2", "hybrid"]


@pytest.mark.parametrize(
    ("example", "vmm_type"),
    [
        ("virtual-pc", "type2"),
        ("vmware-workstation", "type2"),
        ("virtual-server-2005", "hybrid"),
        ("hyper-v-2016", "type1"),
        ("same-four-on-type2", "type2"),
        ("same-four-on-hybrid", "hybrid"),
        ("same-four-on-type1", "type1"),
    ],
)
def test_the_textbook_figures_are_what_the_textbook_says(example: str, vmm_type: str, catalog: Catalog) -> None:
    document = load_example(example)
    (found,) = classify(document, catalog)
    assert found.vmm_type == found.expected == vmm_type
    assert validate_as(document, catalog, found.hypervisor, vmm_type).holds


def kinds_under(document: Document, block_id: BlockId) -> list[str]:
    """The kinds below a block, nearest first."""
    kinds: list[str] = []
    support = document.blocks[block_id].rests_on
    while support is not None:
        kinds.append(document.blocks[support].kind)
        support = document.blocks[support].rests_on
    return kinds


def test_the_definitions_hold_literally_on_the_figures() -> None:
    # Type 2: hardware, on it the OS, on it the hypervisor, on it the VMs.
    for example in ("virtual-pc", "vmware-workstation"):
        document = load_example(example)
        for block in document.blocks.values():
            if block.kind == "vm":
                assert kinds_under(document, block.id) == ["hypervisor", "os", "host"]
    # Hybrid: hypervisor and OS side by side on the hardware.
    document = load_example("virtual-server-2005")
    on_hardware = {
        b.kind for b in document.blocks.values() if b.rests_on and document.blocks[b.rests_on].kind == "host"
    }
    assert {"os", "hypervisor"} <= on_hardware
    # Type 1: a hypervisor alone on the hardware; on it, side by side, the parent partition and the VMs.
    document = load_example("hyper-v-2016")
    on_hardware = {
        b.kind for b in document.blocks.values() if b.rests_on and document.blocks[b.rests_on].kind == "host"
    }
    assert on_hardware - {"disk", "nic"} == {"hypervisor"}
    for block in document.blocks.values():
        if block.kind in ("vm", "parent_partition"):
            assert kinds_under(document, block.id) == ["hypervisor", "host"]


@pytest.mark.parametrize(
    ("text", "asked", "because", "becomes"),
    [
        (HYBRID, "type1", "the operating system “s” sits on the hardware beside the hypervisor",
         "“s” moves into a parent partition on the hypervisor"),
        (HYBRID, "type2", "the operating system “s” sits on the hardware beside the hypervisor",
         "the hypervisor moves on top of “s”"),
        (TYPE2, "type1", "the hypervisor rests on the operating system “s” instead of the hardware",
         "the hypervisor moves onto the hardware and “s” into a parent partition on it"),
        (TYPE2, "hybrid", "the hypervisor rests on the operating system “s” instead of the hardware",
         "the hypervisor moves down beside “s”, onto the hardware"),
        (TYPE1, "type2", ALONE,
         "“s” moves out of its partition onto the hardware and the hypervisor on top of it"),
        (TYPE1, "hybrid", ALONE,
         "“s” moves out of its partition onto the hardware beside the hypervisor"),
    ],
)  # fmt: skip
def test_a_verdict_says_why_not_and_what_would_make_it_one(
    text: str, asked: str, because: str, becomes: str, stack, catalog: Catalog
) -> None:
    document = stack(text)
    verdict = validate_as(document, catalog, BlockId("v"), asked)
    name = {"type1": "Type 1", "type2": "Type 2", "hybrid": "Hybrid"}[asked]
    assert not verdict.holds
    assert verdict.sentence == f"“v” is not a {name} because {because}; it becomes one if {becomes}."
    for fix in verdict.fixes:
        assert validate_as(fix.edit(document), catalog, BlockId("v"), asked).holds
    assert verdict.fixes


def test_a_stack_without_a_system_gets_one_when_it_becomes_type_2(stack, catalog: Catalog) -> None:
    document = stack(MONOLITHIC)
    verdict = validate_as(document, catalog, BlockId("v"), "type2")
    assert (
        "becomes one if an operating system is put onto the hardware and the hypervisor on top of it"
        in verdict.sentence
    )
    mended = verdict.fixes[0].edit(document)
    assert kinds_under(mended, BlockId("a")) == ["hypervisor", "os", "host"]


def test_a_floating_hypervisor_is_told_where_it_could_stand(stack, catalog: Catalog) -> None:
    verdict = validate_as(stack("hypervisor v"), catalog, BlockId("v"), "any")
    assert not verdict.holds
    assert "“v” is not one of the three architectures because" in verdict.sentence
    mended = verdict.fixes[0].edit(stack("hypervisor v"))
    assert validate_as(mended, catalog, BlockId("v"), "any").holds


def test_two_hypervisors_become_one_when_one_takes_over_the_vms(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor v\n    vm a\n  hypervisor w\n    vm b")
    verdict = validate_as(document, catalog, BlockId("v"), "type1")
    assert verdict.sentence.startswith("“v” is not a Type 1 because it shares the hardware “h” with another hypervisor")
    (fix,) = verdict.fixes
    mended = fix.edit(document)
    assert [block for block in mended.blocks if mended.blocks[block].rests_on == "v" and block in "ab"] == ["a", "b"]
    assert validate_as(mended, catalog, BlockId("v"), "type1").holds


def test_no_way_is_offered_that_does_not_lead_there(stack, catalog: Catalog) -> None:
    document = stack("vm a\n  hypervisor v")
    for asked in ("any", "type1", "type2", "hybrid"):
        assert validate_as(document, catalog, BlockId("v"), asked).fixes == ()


def test_a_product_of_another_type_gets_a_second_way_with_a_fitting_product(stack, catalog: Catalog) -> None:
    document = stack("host h\n  os:windows-server-2003 s\n  hypervisor:virtual-server-2005-r2 v\n    vm a")
    verdict = validate_as(document, catalog, BlockId("v"), "type1")
    assert [fix.label for fix in verdict.fixes] == [
        "Rebuild the stack as Type 1",
        "Convert to Type 1 with Hyper-V (Windows Server 2008)",
    ]


def test_only_hypervisors_and_known_types_are_judged(stack, catalog: Catalog) -> None:
    with pytest.raises(EditError, match="only a hypervisor"):
        validate_as(stack(TYPE1), catalog, BlockId("h"), "type1")
    with pytest.raises(EditError, match="not an architecture"):
        validate_as(stack(TYPE1), catalog, BlockId("v"), "type3")
