"""`simulate`, `compare`, `sweep` and `estimate`: tables, files and refusals."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from hvstudio.cli.compare import grouped
from hvstudio.cli.main import main
from hvstudio.cli.output.progress import ProgressBar, progress_text
from hvstudio.files.examples import example_text
from hvstudio.files.store import save
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def stack(tmp_path: Path) -> str:
    """The shipped Type 2 stack: three VMs on Virtual PC."""
    path = tmp_path / "stack.hvs"
    path.write_text(example_text("virtual-pc"), encoding="utf-8")
    return str(path)


VMS = ("Old web site", "Test desktop", "Test database")


def test_simulate_prints_a_row_per_vm_and_nothing_else_on_standard_error(stack: str, capsys: Captured) -> None:
    assert main(["simulate", stack, "--duration", "2"]) == 0
    captured = capsys.readouterr()
    assert all(name in captured.out for name in VMS)
    assert "2.000 s simulated" in captured.out
    assert "Processors: guest" in captured.out
    assert "Nearest to saturation: " in captured.out
    assert captured.err == ""  # no progress bar where nobody looks


def test_the_same_seed_gives_the_same_run_and_another_one_another(stack: str, capsys: Captured) -> None:
    def run(seed: str) -> dict[str, object]:
        assert main(["simulate", stack, "--duration", "2", "--seed", seed, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        del found["wall_s"]
        return found

    assert run("7") == run("7")
    assert run("7") != run("8")


def test_simulate_writes_its_series_as_csv(stack: str, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "series.csv"
    assert main(["simulate", stack, "--duration", "2", "--csv", str(target)]) == 0
    assert "Old web site" in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert {row["name"] for row in rows} >= set(VMS)
    times = [float(row["time_s"]) for row in rows]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(2.0)


def test_the_series_can_be_printed(stack: str, capsys: Captured) -> None:
    assert main(["simulate", stack, "--duration", "2", "--csv", "-"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("time_s,vm,name,throughput_per_s")
    assert "simulated" not in out


def test_a_run_can_stop_at_a_wished_precision(stack: str, capsys: Captured) -> None:
    assert main(["simulate", stack, "--duration", "100000", "--precision", "20 %", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["simulated_s"] < 100_000
    for vm in found["vms"]:
        low, high = vm["throughput_ci95"]
        assert (high - low) / 2 <= 0.2 * vm["throughput_per_s"]


def test_a_warm_up_as_long_as_the_run_is_refused(stack: str, capsys: Captured) -> None:
    assert main(["simulate", stack, "--duration", "5", "--warmup", "5"]) == 2
    assert "longer --duration" in capsys.readouterr().err


def test_a_composition_that_cannot_run_fails_and_names_the_block(tmp_path: Path, capsys: Captured) -> None:
    document, _ = add_block(Document(title="Empty"), kind="host", name="Server")
    save(document, tmp_path / "empty.hvs")
    for command in ("estimate", "simulate"):
        assert main([command, str(tmp_path / "empty.hvs")]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith("hvstudio: ")
        assert "Traceback" not in captured.err
        assert captured.out == ""


def test_an_absurd_value_fails_and_names_block_and_parameter(tmp_path: Path, capsys: Captured) -> None:
    text = example_text("virtual-pc").replace('"kind": "host",', '"kind": "host", "parameters": {"clock_hz": 0},', 1)
    (tmp_path / "a.hvs").write_text(text, encoding="utf-8")
    assert main(["simulate", str(tmp_path / "a.hvs")]) == 1
    err = capsys.readouterr().err
    assert "Desktop PC" in err
    assert "clock" in err


def test_errors_of_the_composition_are_pointed_out_before_it_runs(tmp_path: Path, capsys: Captured) -> None:
    fields = json.loads(example_text("virtual-pc"))
    fields["blocks"].append({"id": "vm-99", "kind": "vm", "name": "Floating"})
    (tmp_path / "a.hvs").write_text(json.dumps(fields), encoding="utf-8")
    assert main(["simulate", str(tmp_path / "a.hvs"), "--duration", "1"]) == 0
    assert "hvstudio validate" in capsys.readouterr().err


def test_estimate_prints_a_row_per_vm_its_limit_and_its_assumptions(stack: str, capsys: Captured) -> None:
    assert main(["estimate", stack]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in VMS)
    assert "Bottleneck: Disk" in out
    assert "approximation" in out


def test_compare_prints_a_row_per_vm_and_architecture_in_the_order_asked_for(stack: str, capsys: Captured) -> None:
    assert main(["compare", stack, "--types", "type2,type1", "--duration", "2", "--replications", "2"]) == 0
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if " Type 1  " in line or " Type 2  " in line][1:]
    assert ["Type 2" in row for row in rows] == [True, False] * 3
    assert [row.startswith(name) for row, name in zip(rows[::2], VMS, strict=True)] == [True] * 3
    assert "of Type 2" in out
    assert "Hybrid" not in out
    assert "Type 2: Microsoft Virtual PC 2007, as composed." in out


def test_compare_measures_every_architecture_against_native_work_on_the_same_machine(
    stack: str, capsys: Captured
) -> None:
    assert main(["compare", stack, "--types", "type2,native", "--duration", "2", "--replications", "2"]) == 0
    out = capsys.readouterr().out
    assert "of Native" in out
    assert out.count(" Native ") == 1 + len(VMS)
    assert "Native: the same work on one operating system on the same machine, without VMs." in out


def test_compare_takes_the_products_it_is_told(stack: str, capsys: Captured) -> None:
    products = ["--product", "type2=vmware-workstation", "--product", "type1=xen"]
    arguments = ["compare", stack, "--types", "type1,type2", "--duration", "1", "--replications", "1"]
    assert main([*arguments, *products]) == 0
    out = capsys.readouterr().out
    assert "Type 1: Xen." in out
    assert "Type 2: VMware Workstation." in out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--product", "type2=hyper-v-2016"], "no such Type 2 product. Choose one of virtual-pc-2007, "),
        (["--product", "hybrid=virtual-server-2005-r2"], "Hybrid is not among the architectures compared"),
        (["--product", "type2=kvm", "--product", "type2=virtualbox"], "Type 2 has two products already"),
        (["--baseline", "native"], "Native is not among the architectures compared"),
    ],
)
def test_compare_says_what_is_wrong_with_its_choices(stack: str, capsys: Captured, given: list[str], told: str) -> None:
    assert main(["compare", stack, "--types", "type1,type2", *given]) == 2
    assert told in capsys.readouterr().err


def test_compare_needs_a_hypervisor(tmp_path: Path, capsys: Captured) -> None:
    save(Document(title="Nothing"), tmp_path / "nothing.hvs")
    assert main(["compare", str(tmp_path / "nothing.hvs")]) == 2
    assert "no hypervisor" in capsys.readouterr().err


def test_sweep_prints_a_row_per_value_and_vm(stack: str, capsys: Captured) -> None:
    vary = "Test database.virtual_processors=1,2"
    assert main(["sweep", stack, "--vary", vary, "--duration", "1", "--replications", "1"]) == 0
    out = capsys.readouterr().out
    assert out.count("Test database") == 1 + 2  # in the heading, and in a row for each value


def test_sweep_writes_csv_with_a_column_per_parameter(stack: str, capsys: Captured) -> None:
    arguments = ["--duration", "1", "--replications", "2", "--csv", "-"]
    assert main(["sweep", stack, "--vary", "host-1.cores_per_socket=1,2", *arguments]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["host-1.cores_per_socket"] for row in rows] == ["1"] * 3 + ["2"] * 3
    assert all(float(row["throughput_per_s"]) > 0 for row in rows)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_is_no_formula_in_a_spreadsheet(tmp_path: Path, name: str, capsys: Captured) -> None:
    fields = json.loads(example_text("virtual-pc"))
    next(block for block in fields["blocks"] if block["kind"] == "vm")["name"] = name
    path = tmp_path / "a.hvs"
    path.write_text(json.dumps(fields), encoding="utf-8")
    sweep = ["sweep", str(path), "--vary", "host-1.sockets=1", "--replications", "1"]
    for command in (["simulate", str(path)], sweep):
        assert main([*command, "--duration", "1", "--csv", "-"]) == 0
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert f"'{name}" in {row["name"] for row in rows}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vary", "Nobody.x=1:2:1"], "there is no block “Nobody”"),
        (["--vary", "host-1.sockets=1,2", "--vary", "Desktop PC.sockets=1,2"], "varied twice"),
        (["--vary", "host-1.sockets=1", "--cluster", "tcp://head:1"], "on this computer only"),
    ],
)
def test_sweep_refuses_what_it_cannot_vary(stack: str, options: list[str], said: str, capsys: Captured) -> None:
    assert main(["sweep", stack, *options]) == 2
    assert said in capsys.readouterr().err


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It says so."""
        return True


def test_the_progress_bar_is_drawn_on_a_terminal_and_wiped_at_the_end() -> None:
    terminal = Terminal()
    with ProgressBar("Simulating", terminal) as bar:
        assert bar(0.5)
    assert "Simulating ████████████████░░░░░░░░░░░░░░░░  50 %" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_the_progress_bar_is_silent_in_a_pipe() -> None:
    pipe = io.StringIO()
    with ProgressBar("Simulating", pipe) as bar:
        assert bar(0.5)
    assert pipe.getvalue() == ""


def test_progress_tells_what_is_left_once_it_can_know() -> None:
    assert progress_text("Run", 0.25, 3.0).endswith(" 25 %  9 s left")  # 3 s for a quarter: 9 s for the rest
    assert progress_text("Run", 0.0, 3.0).endswith("  0 %")
    assert progress_text("Run", 7.0, 0.5).endswith("100 %")


def test_results_are_not_written_half(stack: str, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "missing" / "series.csv"
    assert main(["simulate", stack, "--duration", "1", "--csv", str(target)]) == 2
    assert str(target) in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["stack.hvs"]


def test_what_an_architecture_gives_up_is_told_once_for_each_kind() -> None:
    sentences = ["“A” has 2 virtual processors; X gives 1.", "“B” has 4 virtual processors; X gives 1.", "“A” stops."]
    assert grouped(sentences) == [
        "“A” has 2 virtual processors; X gives 1. (And 1 more like it; --json lists all.)",
        "“A” stops.",
    ]


def test_compare_says_which_vms_do_not_start_in_an_architecture(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "nested.hvs"
    path.write_text(example_text("nested-hyper-v"), encoding="utf-8")
    assert main(["compare", str(path), "--types", "type1,hybrid", "--duration", "0.2", "--replications", "1"]) == 0
    assert "“Cache, nested” does not start: " in capsys.readouterr().out


def test_results_tell_devices_of_several_hosts_apart_and_name_virtual_processors(
    tmp_path: Path, capsys: Captured
) -> None:
    def simulated(example: str) -> str:
        path = tmp_path / f"{example}.hvs"
        path.write_text(example_text(example), encoding="utf-8")
        assert main(["simulate", str(path), "--duration", "1"]) == 0
        return capsys.readouterr().out

    noisy = simulated("noisy-host")
    assert "\nDevices of Server, Type 2: Disk " in noisy
    assert "\nWindows Server 2003 (Server, Hybrid) " in noisy
    assert "the virtual processors of “Build machine”" in simulated("vmware-workstation")
    assert "\nDevices: Disk " in simulated("virtual-pc")
