"""What must come from the operating system: which of it is missing, and the exact command that installs it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path

from reporting import say

# What Qt's platform plugins are linked against (readelf -d of PySide6-Essentials 6.11.3), by Debian package.
_LIBRARIES_FOR_PICTURES = {
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libfontconfig1": "libfontconfig.so.1",
    "libdbus-1-3": "libdbus-1.so.3",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libx11-6": "libX11.so.6",
    "libfreetype6": "libfreetype.so.6",
}
_LIBRARIES_FOR_WINDOW = _LIBRARIES_FOR_PICTURES | {
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libxcb-randr0": "libxcb-randr.so.0",
    "libxcb-sync1": "libxcb-sync.so.1",
    "libxcb-util1": "libxcb-util.so.1",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libx11-xcb1": "libX11-xcb.so.1",
}
_PROGRAMS_FOR_TESTS = {"xvfb": "Xvfb", "xdotool": "xdotool", "git": "git"}
_COMPILER = ("gcc", "python3-dev")
_FONT = "fonts-dejavu-core"
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

QT_LIBRARIES = tuple(_LIBRARIES_FOR_WINDOW)
FOR_PICTURES = (*_LIBRARIES_FOR_PICTURES, _FONT, *_COMPILER)
FOR_WINDOW = (*_LIBRARIES_FOR_WINDOW, _FONT, *_COMPILER)
FOR_TESTS = (*FOR_WINDOW, *_PROGRAMS_FOR_TESTS)

# The same things under the names of other systems: one command for all, as these systems skip what is there.
_ON_OTHER_SYSTEMS = {
    "dnf": "dnf install mesa-libGL mesa-libEGL fontconfig dbus-libs glib2 libxkbcommon-x11 xcb-util-cursor xcb-util-wm "
    "xcb-util-keysyms xcb-util-image xcb-util-renderutil dejavu-sans-fonts gcc python3-devel",
    "pacman": "pacman -S --needed libglvnd fontconfig dbus glib2 libxkbcommon-x11 xcb-util-cursor xcb-util-wm "
    "xcb-util-keysyms xcb-util-image xcb-util-renderutil ttf-dejavu gcc",
    "zypper": "zypper install libglvnd fontconfig libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-image0 libxcb-render-util0 dejavu-fonts gcc python3-devel",
}


def why_no_window() -> str:
    """The reason why no window can open here, or an empty string if one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"
    host, _, number = display.rpartition(":")
    socket = Path("/tmp/.X11-unix") / f"X{number.partition('.')[0]}"  # where X servers put it: Xserver(1)
    if host in ("", "unix") and not socket.exists() and not _abstract_socket_is_open(str(socket)):
        return f"DISPLAY is {display}, but no X server answers there"
    return ""


def _abstract_socket_is_open(path: str) -> bool:
    try:
        return f"@{path}" in Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True  # cannot tell: let Qt try


def missing(packages: Iterable[str]) -> list[str]:
    """Those of `packages` (Debian's names) whose library, program or file is not on this system."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for package in packages if not _is_here(package)]


def _is_here(package: str) -> bool:
    if library := _LIBRARIES_FOR_WINDOW.get(package):
        return _loads(library)
    if program := _PROGRAMS_FOR_TESTS.get(package):
        return shutil.which(program) is not None
    checks: dict[str, Callable[[], bool]] = {
        "gcc": lambda: any(shutil.which(name) for name in (os.environ.get("CC") or "cc", "gcc", "clang")),
        "python3-dev": lambda: Path(sysconfig.get_path("include"), "Python.h").exists(),
        _FONT: lambda: any(any(Path(folder).expanduser().rglob("*.[to]tf")) for folder in _FONT_FOLDERS),
    }
    return checks[package]()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def provide(packages: Iterable[str]) -> None:
    """Installs what is missing when that is ours to do (root on a Debian-like system); else names the command."""
    absent = missing(packages)
    if not absent:
        return
    command = install_command(absent)
    if not _may_install():
        say(f"missing from this system: {', '.join(absent)}. To install: {command}")
        return
    say(f"installing system packages: {' '.join(absent)}")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    updated = subprocess.run(["apt-get", "-q", "update"], check=False, env=environment, **quiet)
    install = ["apt-get", "-q", "install", "-y", "--no-install-recommends", *absent]
    installed = subprocess.run(install, check=False, env=environment, **quiet)
    if updated.returncode or installed.returncode:
        say(f"apt-get did not manage; what it said stands above. By hand: {command}")
    elif absent := missing(absent):
        say(f"still missing after the installation: {', '.join(absent)}")


def install_command(packages: Iterable[str]) -> str:
    """What a person types on this system to install `packages`."""
    prefix = "" if _is_root() else "sudo "
    if shutil.which("apt-get"):
        return f"{prefix}apt-get update && {prefix}apt-get install -y {' '.join(packages)}"
    for tool, command in _ON_OTHER_SYSTEMS.items():
        if shutil.which(tool):
            return prefix + command
    return f"the packages that hold what Debian calls {', '.join(packages)}"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _may_install() -> bool:
    return _is_root() and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
