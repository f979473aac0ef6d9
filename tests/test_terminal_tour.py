"""What `packaging/bootstrap.py run` does where no window can open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def test_without_a_display_the_first_example_is_told_run_and_drawn(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "HVSTUDIO_CONFIG_DIR": str(tmp_path / "settings")}
    script, example = CHECKOUT / "packaging" / "terminal_tour.py", CHECKOUT / "resources" / "examples" / "native.hvs"

    done = subprocess.run(
        [sys.executable, str(script), str(example)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "0 errors" in done.stdout
    assert "Requests/s" in done.stdout
    pictures = sorted((tmp_path / "hvstudio-pictures").iterdir())
    assert [picture.name for picture in pictures] == ["native-throughput.png", "native.png"]
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
