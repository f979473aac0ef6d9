"""A screen, a mouse and the studio in a process of its own: what a person has, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("studio.py")
"""The studio, made to tell where things are on the screen."""
PROGRAMS = ("Xvfb", "xdotool")
SCREEN_SIZE = (1600, 1000)
# The studio looks every 150 ms at where things are and writes when they have moved; silence means rest.
REST_S = 0.25
# A Qt drag starts when the mouse moves a few pixels at a time with a pause between.
STEP_PIXELS = 14
STEP_PAUSE_S = 0.008

Rect = tuple[float, float, float, float]


@dataclass
class Screen:
    """A virtual X screen."""

    display: str

    def environment(self) -> dict[str, str]:
        """The environment of a program that shall appear on it."""
        return os.environ | {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1"}

    def xdotool(self, *arguments: object) -> str:
        """Runs one chain of xdotool commands and gives what it prints."""
        ended = subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return ended.stdout


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """An X server without a monitor; where it is missing the tests are skipped, but never in continuous integration."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        complain = pytest.fail if os.environ.get("CI") else pytest.skip
        complain(f"{', '.join(absent)} missing; on Debian: apt-get install xvfb xdotool")
    read_end, write_end = os.pipe()
    size = "{}x{}x24".format(*SCREEN_SIZE)
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()  # written when the server is ready
    assert number, "Xvfb did not start"
    try:
        yield Screen(f":{number}")
    finally:
        server.terminate()
        server.wait(10)


@dataclass
class Mouse:
    """Moves as a hand does: in small steps."""

    screen: Screen
    at: tuple[float, float] = field(default=(800.0, 500.0))

    def _steps_to(self, target: tuple[float, float]) -> list[object]:
        (from_x, from_y), (to_x, to_y) = self.at, target
        count = max(2, int(max(abs(to_x - from_x), abs(to_y - from_y)) / STEP_PIXELS))
        chain: list[object] = []
        for step in range(1, count + 1):
            x, y = (round(a + (b - a) * step / count) for a, b in ((from_x, to_x), (from_y, to_y)))
            chain += ["mousemove", x, y, "sleep", STEP_PAUSE_S]
        self.at = target
        return chain

    def click(self, target: tuple[float, float], *, button: int = 1, times: int = 1) -> None:
        """Moves there and clicks."""
        self.screen.xdotool(*self._steps_to(target), "click", "--repeat", times, "--delay", 40, button)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Presses at one point, moves to another, rests a moment as people do, and lets go."""
        approach = self._steps_to(start)
        beyond = (end[0] + 3, end[1] + 3)
        way = [*self._steps_to(beyond), *self._steps_to(end)]
        self.screen.xdotool(*approach, "mousedown", 1, "sleep", 0.05, *way, "sleep", 0.08, "mouseup", 1)


@dataclass
class Studio:
    """The running studio as a person sees and moves it; where things are on the screen it tells in a file."""

    screen: Screen
    mouse: Mouse
    process: subprocess.Popen[bytes]
    geometry_file: Path
    log: Path
    pictures: Path

    def geometry(self) -> dict[str, Any]:
        """What is where at this moment; empty before the window is up."""
        try:
            return json.loads(self.geometry_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def wait_for(self, what: str, find: Callable[[dict[str, Any]], Any], *, seconds: float = 15.0) -> Any:
        """What `find` gives once it gives something; fails, with a picture kept, when it never does."""
        deadline = time.monotonic() + seconds
        while True:
            found = find(self.geometry())
            if found:
                return found
            assert self.process.poll() is None, f"the studio ended: {self.log.read_text(errors='replace')[-3000:]}"
            if time.monotonic() > deadline:
                kept = self.photograph("failed")
                said = self.log.read_text(errors="replace")[-3000:]
                pytest.fail(
                    f"waited {seconds} s in vain for: {what}\npicture: {kept}\nit said: {said}\n{self.geometry()}"
                )
            time.sleep(0.03)

    def has(self, find: Callable[[dict[str, Any]], Any], *, seconds: float) -> bool:
        """Whether `find` gives something within this time."""
        deadline = time.monotonic() + seconds
        while not find(self.geometry()):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.03)
        return True

    def at_rest(self) -> dict[str, Any]:
        """What is where once what was done last has taken effect and nothing moves any more."""
        asked = time.time()

        def resting(seen: dict[str, Any]) -> dict[str, Any]:
            changed = self.geometry_file.stat().st_mtime
            return seen if seen and time.time() - max(asked, changed) > REST_S else {}

        return self.wait_for("everything to come to rest", resting)

    def photograph(self, name: str) -> Path:
        """Keeps a picture of the whole screen."""
        target = self.pictures / f"{name}.png"
        code = (
            "import sys; from PySide6.QtGui import QGuiApplication as A; a = A(sys.argv[:1]);"
            "sys.exit(not a.primaryScreen().grabWindow(0).save(sys.argv[1]))"
        )
        subprocess.run([sys.executable, "-c", code, str(target)], env=self.screen.environment(), check=True, timeout=30)
        return target

    def middle_of(self, rect: Rect) -> tuple[float, float]:
        """The middle of x, y, width, height."""
        x, y, width, height = rect
        return x + width / 2, y + height / 2

    def click(self, rect: Rect) -> None:
        """Clicks into the middle of what is there."""
        self.mouse.click(self.middle_of(rect))

    def press(self, *keys: str) -> None:
        """Presses keys, in xdotool's names."""
        self.screen.xdotool("key", "--delay", 30, *keys)

    def type(self, text: str) -> None:
        """Types a text into what has the focus."""
        self.screen.xdotool("type", "--delay", 12, text)


@pytest.fixture
def studio(screen: Screen, tmp_path: Path, config_folder: Path) -> Iterator[Studio]:
    """The studio, just started with an empty canvas."""
    geometry_file, log, pictures = tmp_path / "geometry.json", tmp_path / "studio.log", tmp_path / "pictures"
    pictures.mkdir()
    environment = screen.environment() | {"HVSTUDIO_CONFIG_DIR": str(config_folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(geometry_file)],
            env=environment,
            stdout=output,
            stderr=output,
            cwd=tmp_path,
        )
        try:
            yield Studio(screen, Mouse(screen), process, geometry_file, log, pictures)
        finally:
            process.terminate()
            process.wait(20)
