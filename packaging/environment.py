"""The private Python environment of a checkout: made once, renewed only when what it is made from changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from reporting import SetupError, say

_KERNEL = tuple(Path("hvstudio", "simulation", "kernel", name) for name in ("kernel.py", "kernel.pxd"))
_BUILD_FILES = (
    Path("pyproject.toml"),
    *(Path("packaging", "backend", name) for name in ("hvstudio_backend.py", "setup.py")),
)
_SIGNS_OF_NO_NETWORK = (
    "Max retries exceeded", "NewConnectionError", "ProxyError", "Temporary failure in name resolution",
    "getaddrinfo failed", "Network is unreachable", "ConnectTimeoutError", "SSLError", "CERTIFICATE_VERIFY_FAILED",
)  # fmt: skip
_HOW_TO_REACH_PACKAGES = (
    "pip could not reach a package index. Behind a proxy, set HTTPS_PROXY; with a package index of your own, set "
    "PIP_INDEX_URL; with a folder of wheels and no network, set PIP_NO_INDEX=1 and PIP_FIND_LINKS=that folder. "
    "Then start the same command again."
)


def ready(checkout: Path, *, with_tests: bool, lowest: bool = False) -> Path:
    """The Python of the environment, with this checkout installed in it as it is now.

    With `lowest` another environment, with the lowest versions that pyproject.toml allows.
    """
    folder = _folder(checkout, ".hvstudio-env-lowest" if lowest else ".hvstudio-env")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp_file = folder / "hvstudio-stamp.json"
    before = _read_stamp(stamp_file) if python.exists() else {}
    now = _stamp(checkout, with_tests=with_tests or bool(before.get("tests")))
    if before == now:
        return python
    log = folder / "install.log"
    if before.get("python") != now["python"]:
        _create(folder)
        before = {}
    stamp_file.unlink(missing_ok=True)  # an interrupted installation must not look finished
    if {**before, "kernel": ""} == {**now, "kernel": ""}:
        say("the simulation kernel has changed: building it again")
        _install(python, checkout, log, options=["--no-deps"])
    else:
        say(f"installing into {folder} (the first time this takes a minute or two; details in {log.name} there)")
        if lowest:
            _pin_to_the_lowest(checkout, folder)
        _pip(python, log, ["install", *_build_requirements(checkout)])
        _install(python, checkout, log, extra="[test]" if now["tests"] else "")
    stamp_file.write_text(json.dumps(now), encoding="utf-8")
    _tell_engine(python, checkout)
    return python


def hand_over(command: list[str]) -> int:
    """Lets `command` take this process's place where the system can do that; else runs it and gives its exit code."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def _folder(checkout: Path, name: str) -> Path:
    """Inside the checkout, or in the user's cache where the checkout is read-only."""
    inside = checkout / name
    if inside.exists() or os.access(checkout, os.W_OK):
        return inside
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hvstudio" / f"{name.lstrip('.')}-{hashlib.sha256(str(checkout).encode()).hexdigest()[:12]}"


def _stamp(checkout: Path, *, with_tests: bool) -> dict[str, object]:
    """What the environment depends on; an environment whose stamp equals this needs nothing done."""
    return {
        "python": f"{sys.version} {sys.base_prefix}",
        "checkout": str(checkout),
        "build": _digest(*(checkout / name for name in _BUILD_FILES)),
        "kernel": _digest(*(checkout / name for name in _KERNEL)),
        "tests": with_tests,
    }


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() if file.exists() else b"\0")
    return digest.hexdigest()


def _read_stamp(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _create(folder: Path) -> None:
    """A fresh environment; where Python comes without ensurepip, the pip that is there fills it."""
    say(f"making a private Python environment in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for extra in ([], ["--without-pip"]):
        made = subprocess.run(
            [sys.executable, "-m", "venv", *extra, str(folder)], check=False, capture_output=True, text=True
        )
        if made.returncode == 0:
            return
        shutil.rmtree(folder, ignore_errors=True)
    raise SetupError(
        f"python3 -m venv failed: {(made.stdout + made.stderr).strip()}\n"
        "On Debian and Ubuntu the module comes with: apt-get install python3-venv"
    )


def _build_requirements(checkout: Path) -> list[str]:
    """Installed into the environment itself, so that a changed kernel is built again without any network."""
    with (checkout / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["build-system"]["requires"])


def _pin_to_the_lowest(checkout: Path, folder: Path) -> None:
    """Constraints for pip, in a file of the environment: `>=6.8` of pyproject.toml becomes `==6.8.*`."""
    with (checkout / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"], *_build_requirements(checkout)]
    bounds = [re.match(r"([\w.-]+)>=([\w.]+)", requirement) for requirement in wanted]
    pins = sorted({f"{bound[1]}=={bound[2]}.*" for bound in bounds if bound})
    (folder / "lowest.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")


def _install(python: Path, checkout: Path, log: Path, *, options: Sequence[str] = (), extra: str = "") -> None:
    """An editable installation, so that changed sources need none; read-only checkouts are installed as a copy."""
    editable = ["--editable"] if os.access(checkout, os.W_OK) else []
    _pip(python, log, ["install", "--no-build-isolation", *options, *editable, f"{checkout}{extra}"])


def _pip(python: Path, log: Path, arguments: list[str]) -> None:
    command = [str(python), "-m", "pip"]
    if subprocess.run([*command, "--version"], check=False, capture_output=True).returncode:
        command = [sys.executable, "-m", "pip", "--python", str(python)]
    command += ["--disable-pip-version-check", *arguments]
    if (lowest := log.with_name("lowest.txt")).exists():
        command += ["--constraint", str(lowest)]
    ended = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace",
    )  # fmt: skip
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n{ended.stdout}\n")
    if ended.returncode == 0:
        return
    advice = _HOW_TO_REACH_PACKAGES if any(sign in ended.stdout for sign in _SIGNS_OF_NO_NETWORK) else ""
    last_lines = "\n".join(ended.stdout.strip().splitlines()[-12:])
    raise SetupError(f"pip failed; the end of what it said (all of it is in {log}):\n{last_lines}\n{advice}".rstrip())


def _tell_engine(python: Path, checkout: Path) -> None:
    """Says it when the kernel could not be compiled: never silently slow."""
    code = "from hvstudio.simulation.kernel.engine import engine_name; print(engine_name())"
    found = subprocess.run([str(python), "-c", code], check=False, capture_output=True, text=True, cwd=checkout)
    if found.stdout.strip() == "interpreted":
        say(
            "the simulation kernel was not compiled (no C compiler, or no Python headers): simulations run "
            "interpreted, many times slower. With a compiler installed (Debian: gcc python3-dev), delete "
            f"{python.parent.parent} and start again."
        )
