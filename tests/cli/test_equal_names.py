"""Two hosts on which everything has the same names: results drop nothing, merge nothing, and tell things apart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from hvstudio.catalog.load import shipped_catalog
from hvstudio.cli.main import main
from hvstudio.files.examples import example_names, load_example
from hvstudio.files.store import save
from hvstudio.insight.naming import hosts_by_block, told_apart
from hvstudio.model.document import Document
from hvstudio.model.edits import rename_block
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.estimate.estimate import estimate
from hvstudio.simulation.plan.resources import context_ids, pool_ids, station_ids
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate

Told = Callable[..., str]


@pytest.fixture
def told(twin_hosts: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """What a command prints about the two hosts."""
    path = tmp_path / "twins.hvs"
    save(twin_hosts, path)

    def run(command: str, *options: str) -> str:
        assert main([command, str(path), *options]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("name", example_names())
def test_every_resource_of_a_plan_has_an_id_of_its_own_made_from_its_block(name: str) -> None:
    document = load_example(name)
    plan = compile_document(document, shipped_catalog())
    ids = [*pool_ids(plan), *context_ids(plan), *station_ids(plan)]
    assert len(set(ids)) == len(ids)
    assert {resource.partition("/")[0] for resource in ids} <= set(document.blocks)


def test_an_id_does_not_change_with_a_name(twin_hosts: Document) -> None:
    before = compile_document(twin_hosts, shipped_catalog())
    renamed = twin_hosts
    for block in twin_hosts.blocks:
        renamed = rename_block(renamed, block, f"{block} by another name")
    after = compile_document(renamed, shipped_catalog())
    for ids in (pool_ids, context_ids, station_ids):
        assert ids(after) == ids(before)


def test_an_estimate_gives_every_resource(twin_hosts: Document, told: Told) -> None:
    answer = estimate(compile_document(twin_hosts, shipped_catalog()))
    host = json.loads(told("estimate", "--json"))["host"]
    ids = [item["id"] for item in host["resources"]]
    assert len(set(ids)) == len(ids) == len(host["devices"]) == len(answer.resources)
    single = estimate(compile_document(load_example("hyper-v-2016"), shipped_catalog()))
    assert len(ids) == 2 * len(single.resources)
    assert {"disk-2", "disk-2/channel", "disk-2-twin", "disk-2-twin/channel", "os-6-twin/kernel"} <= set(ids)
    assert {host["bottleneck"]["id"], host["next"]["id"]} <= set(ids)


def test_an_estimate_of_one_host_keeps_its_devices_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.hvs"
    save(load_example("hyper-v-2016"), path)
    assert main(["estimate", str(path), "--json"]) == 0
    host = json.loads(capsys.readouterr().out)["host"]
    assert host["devices"] == {item["name"]: item["utilisation"] for item in host["resources"]}


def test_what_limits_a_vm_is_named_by_id(told: Told) -> None:
    found = json.loads(told("estimate", "--json"))
    ids = {item["id"]: item["name"] for item in found["host"]["resources"]}
    limited = [vm for vm in found["vms"] if vm["limited_by"]]
    assert limited
    assert all(ids[vm["limited_by_id"]] == vm["limited_by"] for vm in limited)


def test_simulate_gives_every_device_an_id_of_its_own(told: Told) -> None:
    host = json.loads(told("simulate", "--duration", "1", "--json"))["host"]
    resources = [device["resource"] for device in host["devices"]]
    assert len(set(resources)) == len(resources)
    assert {device["id"] for device in host["devices"]} == {item.partition("/")[0] for item in resources}


def test_tables_tell_the_vms_apart_by_id(told: Told) -> None:
    for command in (("estimate",), ("simulate", "--duration", "1")):
        rows = [line.partition("  ")[0] for line in told(*command).splitlines() if line.startswith("Web 1")]
        assert len(rows) == len(set(rows)) == 2


def test_devices_of_both_hosts_have_a_line(told: Told) -> None:
    lines = [line for line in told("simulate", "--duration", "1").splitlines() if line.startswith("Devices of ")]
    assert [line.partition(":")[0] for line in lines] == [
        "Devices of Server (host-1)",
        "Devices of Server (host-1-twin)",
    ]


def test_a_comparison_has_rows_for_every_vm(twin_hosts: Document, told: Told) -> None:
    options = ("--types", "type1,native", "--duration", "1", "--replications", "2")
    found = json.loads(told("compare", *options, "--json"))
    vms = [block.id for block in twin_hosts.blocks.values() if block.kind == "vm"]
    assert [vm["id"] for vm in found["variants"]["type1"]["vms"]] == vms
    assert [item["vm"] for item in found["differences"] if item["variant"] == "type1"] == vms
    rows = [line.partition("  ")[0] for line in told("compare", *options).splitlines() if line.startswith("Web 1")]
    assert len(set(rows)) == 2


def test_a_sweep_of_two_blocks_of_one_name_heads_its_columns_differently(told: Told) -> None:
    vary = ("--vary", "host-1.cores_per_socket=4,8", "--vary", "host-1-twin.cores_per_socket=4,8")
    options = (*vary, "--duration", "1", "--replications", "1")
    heading = told("sweep", *options).splitlines()[1]
    assert "Server (host-1).cores_per_socket" in heading
    assert "Server (host-1-twin).cores_per_socket" in heading
    rows = list(csv.DictReader(io.StringIO(told("sweep", *options, "--csv", "-"))))
    assert {(row["host-1.cores_per_socket"], row["host-1-twin.cores_per_socket"]) for row in rows} == {
        ("4", "4"), ("4", "8"), ("8", "4"), ("8", "8"),
    }  # fmt: skip
    assert len({row["vm"] for row in rows}) == 12


def test_the_series_names_vms_by_id(told: Told) -> None:
    rows = list(csv.DictReader(io.StringIO(told("simulate", "--duration", "1", "--csv", "-"))))
    assert len({row["vm"] for row in rows if row["name"] == "Web 1"}) == 2


def test_results_are_looked_up_by_id_alone(twin_hosts: Document) -> None:
    vms = [block.id for block in twin_hosts.blocks.values() if block.kind == "vm"]
    swapped = {**twin_hosts.blocks}
    swapped[vms[0]] = evolve(swapped[vms[0]], name=vms[1])  # one VM bears what is the id of another
    document = evolve(twin_hosts, blocks=swapped)
    found: Any = simulate(compile_document(document, shipped_catalog()), RunOptions(duration_s=0.5))
    assert found.vm(vms[1]).id == vms[1]


def test_names_are_told_apart_by_host_first_and_by_id_where_that_does_not_help() -> None:
    hosts = {"a": "Left", "b": "Right", "c": "Right", "d": "Right"}
    names = {"a": "Web", "b": "Web", "c": "Mail", "d": "Mail", "e": "Alone"}
    assert told_apart(names, hosts) == {
        "a": "Web (Left)", "b": "Web (Right)", "c": "Mail (c)", "d": "Mail (d)", "e": "Alone",
    }  # fmt: skip


def test_hosts_by_one_name_are_called_by_their_ids(twin_hosts: Document) -> None:
    assert set(hosts_by_block(twin_hosts).values()) == {"Server (host-1)", "Server (host-1-twin)"}
    assert hosts_by_block(load_example("hyper-v-2016")) == {}
