"""How packages are built: setuptools' own PEP 517 backend, set up by the script beside this file.

What is not said in pyproject.toml because there is no stable key for it (the compiled kernel), or because it would have
to be kept by hand (the list of packages), is in `setup.py` here; the top of the checkout stays free of it.
Source: setuptools documentation, "Build System Support", for subclassing the backend.
"""

from __future__ import annotations

from pathlib import Path

from setuptools.build_meta import _BuildMetaBackend


class Backend(_BuildMetaBackend):
    """Like setuptools', with another setup script."""

    def run_setup(self, setup_script: str = "setup.py") -> None:
        """Runs the script beside this file; the folder of the checkout stays the current one."""
        super().run_setup(str(Path(__file__).with_name("setup.py")))


_backend = Backend()
get_requires_for_build_wheel = _backend.get_requires_for_build_wheel
get_requires_for_build_sdist = _backend.get_requires_for_build_sdist
get_requires_for_build_editable = _backend.get_requires_for_build_editable
prepare_metadata_for_build_wheel = _backend.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = _backend.prepare_metadata_for_build_editable
build_wheel = _backend.build_wheel
build_sdist = _backend.build_sdist
build_editable = _backend.build_editable
