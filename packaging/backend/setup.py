"""The part of the build that pyproject.toml has no stable keys for; the backend runs it in the checkout's folder."""

from __future__ import annotations

from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.egg_info import manifest_maker

KERNEL = "hvstudio/simulation/kernel"

# What the source distribution holds, named beside this file instead of at the top of the checkout.
manifest_maker.template = str(Path(__file__).with_name("MANIFEST.in"))

# The event loop, compiled where there is a C compiler; without one the same file runs interpreted, and says so.
# No fused multiply-add: compiled and interpreted runs must agree to the last bit.
kernel = Extension(
    KERNEL.replace("/", ".") + ".kernel",
    [f"{KERNEL}/kernel.py"],
    depends=[f"{KERNEL}/kernel.pxd"],
    extra_compile_args=["-O3", "-g0", "-ffp-contract=off"],
    optional=True,
)

setup(
    packages=[*find_packages(include=["hvstudio", "hvstudio.*"]), "hvstudio.data"],
    package_dir={"hvstudio.data": "resources"},
    package_data={"hvstudio.data": ["**/*"], "hvstudio.simulation.kernel": ["kernel.pxd"]},
    include_package_data=False,  # the wheel holds what is named above, not all that MANIFEST.in names
    ext_modules=[kernel],
)
