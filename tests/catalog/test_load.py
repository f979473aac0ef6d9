"""Reading the catalogue: the shipped one is whole, a person's own file is understood or refused in words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from hvstudio.catalog.cards import DeviceModel
from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.entry import Entry
from hvstudio.catalog.facts import HypervisorFacts, SystemFacts, named_cards
from hvstudio.catalog.load import load_catalog, load_with_user_file, shipped_catalog
from hvstudio.catalog.product import card_from, product_from
from hvstudio.catalog.structure import is_leaf
from hvstudio.errors import CatalogError
from hvstudio.resources import names_in, read_text

HYPERVISORS = (
    "virtual-pc-2007", "vmware-workstation", "virtualbox", "virtual-server-2005-r2", "hyper-v-2008", "hyper-v-2008-r2",
    "hyper-v-2012", "hyper-v-2012-r2", "hyper-v-2016", "xen", "kvm", "vmware-esxi",
)  # fmt: skip
SYSTEMS = (
    "windows-xp", "windows-7", "windows-10", "windows-server-2003", "windows-server-2008", "windows-server-2008-r2",
    "windows-server-2012-r2", "windows-server-2016", "linux",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return shipped_catalog()


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _stated(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, node in table.items():
        if is_leaf(node):
            yield f"{prefix}{key}", node
        else:
            yield from _stated(node, f"{prefix}{key}.")


def test_all_products_of_the_design_are_there(catalog: Catalog) -> None:
    assert set(HYPERVISORS) <= {product.id for product in catalog.products_of("hypervisor")}
    assert set(SYSTEMS) <= {product.id for product in catalog.products_of("os")}


def test_every_fact_of_every_hypervisor_and_system_says_where_it_comes_from(catalog: Catalog) -> None:
    for kind in ("hypervisor", "os"):
        for product in catalog.products_of(kind):
            for path, leaf in _stated(product.stated):
                assert isinstance(leaf, dict), f"{product.id}: {path}"
                assert len(leaf["source"]) > 5, f"{product.id}: {path}"


def test_every_value_of_every_cost_card_says_where_it_comes_from(catalog: Catalog) -> None:
    for card in catalog.cards.values():
        for path, value in _leaves(card.values):
            source = card.sources.get(path)
            assert source is not None, f"{card.id}: {path}"
            assert source.text != "no source given", f"{card.id}: {path}"
            assert isinstance(value, str) or 0 <= value < 1e9, f"{card.id}: {path}"


def test_every_default_of_a_hypervisor_or_system_says_where_it_comes_from(catalog: Catalog) -> None:
    for kind in ("hypervisor", "os"):
        for product in catalog.products_of(kind):
            assert set(product.defaults) <= set(product.sources)


def test_an_estimate_says_that_it_is_one(catalog: Catalog) -> None:
    for card in catalog.cards.values():
        for path, source in card.sources.items():
            assert source.estimate or not source.text.startswith("estimate:"), f"{card.id}: {path}"


@pytest.mark.parametrize("product_id", HYPERVISORS)
def test_a_hypervisor_has_all_that_checks_and_compiler_ask_for(catalog: Catalog, product_id: str) -> None:
    facts = catalog.hypervisor(product_id)
    assert facts.product == product_id
    assert facts.expected_class.value in ("type1", "type2", "hybrid")
    for path in (
        "needs_parent", "own_drivers", "limits.vcpus_per_vm", "limits.memory_per_vm_bytes", "requires.slat",
        "requires.hardware_virtualization", "guests.is_64bit", "nested.intel", "memory.overcommit", "memory.dynamic",
        "memory.overhead_fixed_bytes", "controls.scope", "controls.unit", "disk_models.emulated", "nic_models.emulated",
        "techniques.slat",
    ):  # fmt: skip
        stated = attrgetter(path)(facts)
        assert stated.value is not None, path
        assert stated is not attrgetter(path)(HypervisorFacts()), f"{path} is only assumed"


@pytest.mark.parametrize(
    ("product_id", "path", "value"),
    [
        # Microsoft's scalability tables of each release.
        ("hyper-v-2008-r2", "limits.vcpus_per_vm", 4),
        ("hyper-v-2012", "limits.vcpus_per_vm", 64),
        ("hyper-v-2016", "limits.vcpus_per_vm_gen2", 240),
        ("hyper-v-2016", "limits.host_logical_processors", 512),
        ("hyper-v-2012-r2", "limits.memory_per_vm_bytes", 2**40),
        ("hyper-v-2016", "limits.memory_per_vm_gen2_bytes", 12 * 2**40),
        ("hyper-v-2016", "requires.slat", "required"),
        ("hyper-v-2012-r2", "requires.slat", "optional"),
        ("hyper-v-2008", "requires.slat", "unused"),
        # TechNet cc708270, cc720354.
        ("virtual-server-2005-r2", "limits.running_vms", 64),
        ("virtual-server-2005-r2", "memory.overhead_fixed_bytes", 32 * 2**20),
        ("virtual-server-2005-r2", "memory.overcommit", "none"),
        # Goldberg's classes as the textbooks give them, with the contested product noted.
        ("virtual-pc-2007", "expected_class", "type2"),
        ("virtual-server-2005-r2", "expected_class", "hybrid"),
        ("hyper-v-2008", "expected_class", "type1"),
        ("kvm", "expected_class", "type2"),
        # xen/common/sched/credit.c and xl(1).
        ("xen", "scheduler.quantum_s", 0.03),
    ],
)  # fmt: skip
def test_known_facts(catalog: Catalog, product_id: str, path: str, value: object) -> None:
    assert attrgetter(path)(catalog.hypervisor(product_id)).value == value


@pytest.mark.parametrize("product_id", ["kvm", "virtual-pc-2007", "virtual-server-2005-r2"])
def test_contested_products_say_who_disagrees(catalog: Catalog, product_id: str) -> None:
    note = catalog.hypervisor(product_id).class_note
    assert "Type" in str(note.value)
    assert len(note.said_by) > 20


def test_a_product_based_on_another_says_only_what_differs(catalog: Catalog) -> None:
    text = """
[[product]]
id = "my-hyper-v"
based_on = "hyper-v-2016"
label = "Ours"
[product.facts.limits]
running_vms = { value = 40, source = "our licence" }
"""
    made = load_catalog([("own.toml", text)], base=catalog)
    ours, facts = made.products["my-hyper-v"], made.hypervisor("my-hyper-v")
    assert ours.kind == "hypervisor"
    assert ours.vendor == "Microsoft"
    assert facts.label == "Ours"
    assert facts.limits.running_vms.value == 40
    assert facts.limits.running_vms.said_by == "our licence"
    assert facts.limits.vcpus_per_vm_gen2.value == 240
    assert made.hypervisor("hyper-v-2016").limits.running_vms.value == 1024


def _own_file(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_person_can_add_products_and_cards(tmp_path: Path) -> None:
    text = """
[[card]]
id = "disk-ours"
label = "Ours"
[card.values]
backend = { value = "kernel", source = "our driver" }
backend_cycles = { value = 5000, source = "measured" }

[[product]]
id = "ours"
kind = "hypervisor"
label = "Our hypervisor"
[product.facts]
expected_class = { value = "type1", source = "our manual" }
[product.facts.disk_models]
synthetic = { value = "disk-ours", source = "our manual" }

[[product]]
id = "our-host"
kind = "host"
label = "Our host"
[product.defaults]
sockets = { value = 8, source = "our data sheet" }
"""
    catalog = load_with_user_file(_own_file(tmp_path, text))
    assert catalog.card_of(DeviceModel, "disk-ours").backend_cycles == 5000
    assert catalog.products["our-host"].defaults["sockets"] == 8
    assert catalog.products["our-host"].origin == "own.toml"
    assert "hyper-v-2016" in catalog.products


def test_a_value_without_source_counts_as_an_estimate(tmp_path: Path) -> None:
    text = '[[product]]\nid = "ours"\nkind = "hypervisor"\nlabel = "Ours"\n'
    text += '[product.facts]\nexpected_class = "type1"\nneeds_parent = true\n'
    parent = load_with_user_file(_own_file(tmp_path, text)).hypervisor("ours").needs_parent
    assert parent.value is True
    assert parent.source.estimate
    assert parent.said_by == "no source given (estimate)"


HEAD = '[[product]]\nid = "ours"\nkind = "hypervisor"\nlabel = "Ours"\n'
CLASS = '[product.facts]\nexpected_class = "type1"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[product]\n", r"own\.toml: this is not valid TOML: .*line 1"),
        ("product = 3", r"own\.toml: product: expected a list of tables Write \[\[product\]\]"),
        ("[[thing]]\n", r"own\.toml: unknown entries: thing"),
        ('[[product]]\nid = "ours"\n', r"own\.toml, line 1: product ours: field kind must be a text"),
        ('[[product]]\nkind = "host"\n', "a product: field id must be a text"),
        (HEAD.replace("hypervisor", "hipervisor"), "product ours: unknown kind of block Kinds: host"),
        (HEAD + "year = true\n", "field year must be a whole number"),
        (HEAD + "colour = 1\n", "unknown fields: colour"),
        (HEAD + 'based_on = "nothing"\n', "does not come before it: nothing"),
        (HEAD + 'based_on = "linux"\n', "based on a product of kind os"),
        (HEAD + "facts = 3\n", "facts must be a table"),
        (HEAD + "[product.defaults]\nspeed = 3\n", "Hypervisor has no parameter speed"),
        (HEAD + '[product.defaults]\nscheduler = "fast"\n', "Scheduler must be one of default, classic, core, root"),
        (HEAD + "[product.facts.limits]\nrunning_vms = { value = 3 }\n", "limits.running_vms has no source"),
        (
            HEAD + '[product.facts.limits]\nvcpu_per_vm = { value = 3, source = "x" }\n',
            r"nothing reads a value of this name: limits.vcpu_per_vm Did you mean limits\.vcpus_per_vm\?",
        ),
        (
            HEAD + '[product.facts.limits]\nrunning_vms = { value = "many", source = "x" }\n',
            r"limits\.running_vms must be a number, not a text",
        ),
        (
            HEAD + CLASS + '[product.facts.techniques]\nslat = { value = "cpu-slatt", source = "x" }\n',
            r"techniques\.slat names a cost card that does not exist: cpu-slatt Did you mean cpu-slat\?",
        ),
        (
            '[[card]]\nid = "c"\nlabel = "C"\n[card.values]\nexits = { value = -1, source = "x" }\n',
            r"own\.toml, line 5: card c: exits is -1\. It must be 0 or more",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_file_product_and_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        load_with_user_file(_own_file(tmp_path, text))


MORE = (
    """
# A file as people write it: other products before and after, comments, the same names everywhere.
[[product]]
id = "first"
kind = "hypervisor"
label = "First"
facts.expected_class = { value = "type1", source = "running_vms" }
facts.limits.running_vms = { value = 3, source = "our licence" }

[[card]]
id = "cpu-ours"
label = "Ours"
[card.values]
wake_cycles = { value = 3, source = "measured" }

[[product]]
id = "second"
based_on = "first"
label = """
    + '"""Second,\n[product.facts.limits]\nrunning_vms = no more than a text"""'
    + """
[product.facts.limits] # counted by hand: line 21
vcpus_per_vm = 1
running_vms = { value = 4, source = "our licence" }

[[product]]
id = "third"
based_on = "second"
label = "Third"
"""
)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("vcpus_per_vm = 1", "vcpu_per_hostt = 1", r"line 23: product second: .*limits\.vcpu_per_hostt Did you mean"),
        ("running_vms = { value = 4", "running_vms = { value = true", "line 24: .*must be a number, not true or false"),
        ("running_vms = { value = 4", "running_vms = { vale = 4", r"line 24: .*limits\.running_vms has no value"),
        ("{ value = 4, source", "{ value = 4, sorce", r"line 24: .*limits\.running_vms knows no sorce"),
        ("running_vms = { value = 4", "running_vms = { value = 0.5", "line 24: .*must be a whole number"),
        ("running_vms = { value = 4", "running_vms = { value = -4", "line 24: .*must be 0 or more"),
        ("[product.facts.limits] #", "[product.facts.limit] #", r"line 22: .*name: limit Did you mean \w+\.\w+\?"),
        ('id = "third"', 'id = "third"\nfacts.needs_parnt = true', r"line 28: product third: .*Did you mean needs_"),
        ('value = "type1"', 'value = "typ1"', r"line 7: product first: .*type1, type2, hybrid, not typ1\. Did you"),
        ("wake_cycles =", "wake_cycels =", r"line 14: card cpu-ours: .*wake_cycels Did you mean wake_cycles\?"),
        ('value = 3, source = "measured"', 'value = "much"', "line 14: card cpu-ours: wake_cycles has no source"),
        ('id = "third"', 'id = "third"\nfacts.techniques.vt = "disk-vmbus"', "line 28: .*a cost card of something"),
        ('id = "third"', 'id = "third"\ndefaults.schedler = "core"', r"line 28: .*no parameter schedler Did you mean"),
        ('kind = "hypervisor"', 'kind = "host"', "line 7: product first: a host hardware states nothing but defaults"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_in_its_line_and_the_near_name_said(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    load_with_user_file(_own_file(tmp_path, MORE))
    assert MORE.count(before) == 1
    with pytest.raises(CatalogError, match=words):
        load_with_user_file(_own_file(tmp_path, MORE.replace(before, after)))


def test_a_product_says_what_products_of_its_kind_must_say(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"product ours: facts\.expected_class is not stated"):
        load_with_user_file(_own_file(tmp_path, HEAD))
    with pytest.raises(CatalogError, match=r"product ours: facts\.family is not stated"):
        load_with_user_file(_own_file(tmp_path, HEAD.replace("hypervisor", "os")))


def _tables(table: str) -> Iterator[Entry]:
    for name in names_in("catalog", ".toml"):
        for number, values in enumerate(tomllib.loads(read_text(f"catalog/{name}")).get(table, [])):
            yield Entry(file=name, text="", table=table, number=number, values=values)


def _misspelt(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The table with one name in it misspelt, for each name."""
    for key, node in table.items():
        rest = {other: value for other, value in table.items() if other != key}
        yield {**rest, f"{key}x": node}
        if isinstance(node, dict):
            yield from ({**rest, key: wrong} for wrong in _misspelt(node))


def test_a_misspelt_name_in_any_shipped_card_is_an_error() -> None:
    tried = 0
    for entry in _tables("card"):
        for values in _misspelt(entry.values["values"]):
            with pytest.raises(CatalogError):
                card_from(evolve(entry, values={**entry.values, "values": values}))
            tried += 1
    assert tried > 1000


def test_a_misspelt_name_in_any_shipped_product_is_an_error(catalog: Catalog) -> None:
    tried = 0
    for entry in _tables("product"):
        for facts in _misspelt(entry.values.get("facts", {})):
            with pytest.raises(CatalogError):
                product_from(evolve(entry, values={**entry.values, "facts": facts}), catalog.products)
            tried += 1
    assert tried > 1000


def test_facts_of_an_earlier_edition_are_still_understood(tmp_path: Path) -> None:
    text = """
[[product]]
id = "ours"
kind = "os"
label = "Ours"
[product.facts]
family = "linux"
hyper_v_guest_drivers = true
quantum_s = { value = 0.02, source = "our manual" }
scheduler.name = "Ours"
"""
    facts = load_with_user_file(_own_file(tmp_path, text)).system("ours")
    assert facts.scheduler.quantum_s.value == 0.02
    assert facts.scheduler.quantum_s.said_by == "our manual"


def test_a_product_that_says_what_it_offers_offers_nothing_else(tmp_path: Path) -> None:
    text = HEAD + CLASS + 'techniques.vt = "cpu-vt-shadow"\ndisk_models.pass-through = "disk-pass-through"\n'
    facts = load_with_user_file(_own_file(tmp_path, text)).hypervisor("ours")
    assert facts.techniques.best(hardware_virtualization=True, slat=True).value == "cpu-vt-shadow"
    assert facts.techniques.best(hardware_virtualization=False, slat=False).value is None
    assert facts.disk_models.cards == {"pass-through": "disk-pass-through"}
    assert list(facts.nic_models.cards) == ["emulated", "synthetic"], "nothing is said of network cards"


def test_every_card_that_is_assumed_exists(catalog: Catalog) -> None:
    for facts in (HypervisorFacts(), SystemFacts()):
        for path, named, shape in named_cards(facts):
            if named.value is not None:
                assert named.said_by.startswith("estimate: "), path
                assert isinstance(catalog.card(named.value), shape), path


def test_an_exit_costs_the_same_on_every_generation_that_is_not_listed(catalog: Catalog) -> None:
    assert catalog.processor.exit_cycles_of("skylake") == 740
    assert catalog.processor.exit_cycles_of("of-tomorrow") == 1000
    assert catalog.processor.sources["exit_cycles_otherwise"].estimate


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="nowhere"):
        load_with_user_file(tmp_path / "nowhere.toml")
    with pytest.raises(CatalogError, match="cannot be read"):
        load_with_user_file(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="UTF-8"):
        load_with_user_file(binary)
    huge = tmp_path / "huge.toml"
    huge.write_text("#" * 4_000_001)
    with pytest.raises(CatalogError, match="larger than 4 MB"):
        load_with_user_file(huge)
