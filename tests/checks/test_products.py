"""Every product in every place: the class it shows there and what is said about it.

The table was worked out from the sources (virtualization facts, sections A1 to A3), not from the program: what each
product is said to be, what it demands of the processor, whether it has a parent partition.
"""

from __future__ import annotations

from itertools import product as every

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Severity
from hvstudio.checks.run import check
from hvstudio.composition.classify import classify
from hvstudio.simulation.compile import compile_document

# product: (said to be, host system it runs on or with, needs a parent, needs VT-x, needs SLAT, needs 64-bit, needs DEP)
PRODUCTS = {
    "virtual-pc-2007": ("type2", "windows-xp", False, False, False, False, False),
    "vmware-workstation": ("type2", "windows-7", False, False, False, False, False),
    "virtualbox": ("type2", "windows-7", False, False, False, False, False),
    "kvm": ("type2", "linux", False, True, False, None, False),
    "virtual-server-2005-r2": ("hybrid", "windows-server-2003", False, False, False, False, False),
    "hyper-v-2008": ("type1", "windows-server-2008", True, True, False, True, True),
    "hyper-v-2008-r2": ("type1", "windows-server-2008-r2", True, True, False, True, True),
    "hyper-v-2012": ("type1", "windows-server-2012", True, True, False, True, True),
    "hyper-v-2012-r2": ("type1", "windows-server-2012-r2", True, True, False, True, True),
    "hyper-v-2016": ("type1", "windows-server-2016", True, True, True, True, True),
    "xen": ("type1", "linux", True, False, False, None, False),
    "vmware-esxi": ("type1", "linux", False, None, None, True, None),
}
"""None: the sources at hand do not settle it, and the table does not ask."""

# What a fair machine is for each: nothing of its demands is missing.
GUEST = "    vm a\n      os:windows-xp g\n        workload:idle w"

PLACES = {
    "on a system": (
        "type2",
        "host h\n  disk d\n  nic n\n  os:{system} s\n    hypervisor:{product} v\n  " + GUEST.replace("\n", "\n  "),
    ),
    "beside a system": ("hybrid", "host h\n  disk d\n  nic n\n  os:{system} s\n  hypervisor:{product} v\n" + GUEST),
    "alone": ("type1", "host h\n  disk d\n  nic n\n  hypervisor:{product} v\n" + GUEST),
    "with a parent": (
        "type1",
        "host h\n  disk d\n  nic n\n  hypervisor:{product} v\n    parent_partition p\n      os:{system} s\n" + GUEST,
    ),
}
SUBJECTS = (
    "structure.product-misplaced",
    "structure.os-beside-type1",
    "structure.parent-missing",
    "structure.parent-not-used",
    "hardware.host-os",
    "hardware.parent-os",
)


def expected_findings(said: str, place: str, needs_parent: bool) -> set[str]:
    """What the sources let us expect of a product that is said to be `said`, in a place."""
    shown = PLACES[place][0]
    expected: set[str] = set()
    if shown == "hybrid" and said == "type1":
        expected.add("structure.os-beside-type1")
    elif shown != said:
        expected.add("structure.product-misplaced")
    if needs_parent and place == "alone":
        expected.add("structure.parent-missing")
    if not needs_parent and place == "with a parent":
        expected.add("structure.parent-not-used")
    return expected


@pytest.mark.parametrize(("name", "place"), list(every(PRODUCTS, PLACES)))
def test_a_product_in_a_place_shows_its_class_and_what_is_amiss(name: str, place: str, stack, catalog: Catalog) -> None:
    said, system, needs_parent, *_ = PRODUCTS[name]
    shown, text = PLACES[place]
    document = stack(text.format(product=name, system=system))
    (found,) = classify(document, catalog)
    assert (found.vmm_type, found.expected) == (shown, said)
    assert found.expected_source
    report = check(document, catalog)
    assert {item.rule for item in report.findings if item.rule in SUBJECTS} == expected_findings(
        said, place, needs_parent
    )


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_in_its_own_place_on_a_fair_machine_has_no_error(name: str, stack, catalog: Catalog) -> None:
    said, system, needs_parent, *_ = PRODUCTS[name]
    place = {"type2": "on a system", "hybrid": "beside a system"}.get(
        said, "with a parent" if needs_parent else "alone"
    )
    report = check(stack(PLACES[place][1].format(product=name, system=system)), catalog)
    assert [item.message for item in report.findings if item.severity is Severity.ERROR] == []


LACKS = {
    "hardware.needs-vt": ("hardware_virtualization=false slat=false", 3),
    "hardware.needs-slat": ("slat=false", 4),
    "hardware.needs-64bit": ("is_64bit=false", 5),
    "hardware.needs-dep": ("dep=false", 6),
}


SETTLED = [(name, rule) for name, rule in every(PRODUCTS, LACKS) if PRODUCTS[name][LACKS[rule][1]] is not None]


@pytest.mark.parametrize(("name", "rule"), SETTLED)
def test_a_product_asks_for_what_its_makers_require(name: str, rule: str, stack, catalog: Catalog) -> None:
    said, system, needs_parent, *_ = PRODUCTS[name]
    lacking, column = LACKS[rule]
    demanded = PRODUCTS[name][column]
    place = {"type2": "on a system", "hybrid": "beside a system"}.get(
        said, "with a parent" if needs_parent else "alone"
    )
    text = PLACES[place][1].format(product=name, system=system).replace("host h", f"host h {lacking}")
    found = {item.rule for item in check(stack(text), catalog).findings}
    assert (rule in found) is demanded


@pytest.mark.parametrize("name", [name for name, row in PRODUCTS.items() if row[3] is not None])
def test_a_product_inside_a_vm_is_nested(name: str, stack, catalog: Catalog) -> None:
    _, system, needs_parent, needs_vt, *_ = PRODUCTS[name]
    inner = f"      hypervisor:{name} v\n"
    inner += f"        parent_partition q\n          os:{system} t\n" if needs_parent else ""
    outer = (
        "host h\n  hypervisor:hyper-v-2016 u\n    parent_partition p\n      os:windows-server-2016 s\n"
        "    vm a memory_bytes=4GiB\n" + inner
    )
    document = stack(outer)
    inside = {item.hypervisor: item for item in classify(document, catalog)}["v"]
    assert (inside.vmm_type, inside.nested_in) == ("type1", "u")
    told = [item for item in check(document, catalog).findings if item.rule == "nested.not-exposed"]
    assert [item.severity is Severity.ERROR for item in told] == [needs_vt]


# Published limits: product, what a VM may have at most, by the tables of section A2 and A3.
LIMITS = [
    ("virtual-pc-2007", "virtual_processors", 1),
    ("virtual-server-2005-r2", "virtual_processors", 1),
    ("hyper-v-2008", "virtual_processors", 4),
    ("hyper-v-2008-r2", "virtual_processors", 4),
    ("hyper-v-2012", "virtual_processors", 64),
    ("hyper-v-2012-r2", "virtual_processors", 64),
    ("hyper-v-2016", "virtual_processors", 64),
    ("hyper-v-2008", "memory_bytes", 64 * 2**30),
    ("hyper-v-2008-r2", "memory_bytes", 64 * 2**30),
    ("hyper-v-2012", "memory_bytes", 2**40),
    ("hyper-v-2016", "memory_bytes", 2**40),
]


@pytest.mark.parametrize(("name", "parameter", "most"), LIMITS)
def test_a_product_gives_a_vm_what_its_makers_publish(
    name: str, parameter: str, most: int, stack, catalog: Catalog
) -> None:
    rule = "capacity.vm-processors" if parameter == "virtual_processors" else "capacity.vm-memory"
    host = "host h sockets=4 cores_per_socket=64 memory_bytes=32TiB\n"
    for value, is_too_much in ((most, False), (most + 2**20 * (parameter == "memory_bytes") + 1, True)):
        document = stack(f"{host}  hypervisor:{name} v\n    vm a {parameter}=!{value}")
        told = {item.rule for item in check(document, catalog).findings}
        assert (rule in told) is is_too_much


def test_generation_2_on_hyper_v_2016_may_have_240_processors_and_12_tib(stack, catalog: Catalog) -> None:
    host = "host h sockets=8 cores_per_socket=64 memory_bytes=64TiB\n  hypervisor:hyper-v-2016 v\n"
    rules = {"capacity.vm-processors", "capacity.vm-memory"}
    fits = stack(host + f"    vm a generation=2 virtual_processors=240 memory_bytes=!{12 * 2**40}")
    assert not rules & {item.rule for item in check(fits, catalog).findings}
    exceeds = stack(host + f"    vm a generation=2 virtual_processors=241 memory_bytes=!{13 * 2**40}")
    assert rules <= {item.rule for item in check(exceeds, catalog).findings}


def test_virtual_server_takes_32_mb_beside_the_memory_of_each_vm(stack, catalog: Catalog) -> None:
    # TechNet cc708339: a VM of 128 MB uses 160 MB. Windows Server 2003 keeps 384 MB and the VMM 256 MB (catalogue):
    # 4 x 160 + 384 + 256 = 1280.
    vms = "\n".join(f"    vm {name} memory_bytes=128MiB" for name in "abcd")
    stacked = "  os:windows-server-2003 s\n  hypervisor:virtual-server-2005-r2 v\n"
    fits = stack(f"host h memory_bytes=1280MiB\n{stacked}{vms}")
    assert "capacity.memory" not in {item.rule for item in check(fits, catalog).findings}
    short = stack(f"host h memory_bytes=1279MiB\n{stacked}{vms}")
    told = [item for item in check(short, catalog).findings if item.rule == "capacity.memory"]
    assert [item.severity for item in told] == [Severity.ERROR]
    assert "cannot be promised twice" in told[0].message


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("dynamic", ["", " dynamic_memory=true memory_minimum_bytes=256MiB"])
def test_the_checks_and_the_simulation_agree_on_whose_memory_suffices(
    name: str, dynamic: str, stack, catalog: Catalog
) -> None:
    said, system, needs_parent, *_ = PRODUCTS[name]
    place = {"type2": "on a system", "hybrid": "beside a system"}.get(
        said, "with a parent" if needs_parent else "alone"
    )
    for count in range(1, 9):
        guests = "\n".join(f"    vm a{number} memory_bytes=512MiB{dynamic}" for number in range(count))
        text = (
            PLACES[place][1].replace(GUEST.replace("\n", "\n  "), guests.replace("\n", "\n  ")).replace(GUEST, guests)
        )
        document = stack(text.format(product=name, system=system).replace("host h", "host h memory_bytes=4.5GiB"))
        errors = [item.rule for item in check(document, catalog).findings if item.severity is Severity.ERROR]
        refused = [reason for reason in compile_document(document, catalog).vm_cannot_start if "memory" in reason]
        assert ("capacity.memory" in errors) is bool(refused), (count, refused)


def test_workstation_may_promise_memory_twice_and_then_pages(stack, catalog: Catalog) -> None:
    document = stack(
        "host h memory_bytes=2GiB\n  os:windows-xp s\n    hypervisor:vmware-workstation v\n"
        "      vm a memory_bytes=2GiB\n      vm b memory_bytes=2GiB"
    )
    told = [item for item in check(document, catalog).findings if item.rule == "capacity.memory"]
    assert [item.severity for item in told] == [Severity.WARNING]
    assert "page some of it to disk" in told[0].message


def test_kvm_on_bare_hardware_is_only_a_warning_because_authors_disagree(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor:kvm v\n    vm a")
    told = [item for item in check(document, catalog).findings if item.rule == "structure.product-misplaced"]
    assert [item.severity for item in told] == [Severity.WARNING]
    assert "ISCA 2016" in told[0].source


def test_every_hypervisor_of_the_catalogue_stands_in_the_table(catalog: Catalog) -> None:
    assert {item.id for item in catalog.products_of("hypervisor")} - {"vmware-workstation-3"} == set(PRODUCTS)
