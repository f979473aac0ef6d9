"""The studio with a probe in it: `python studio.py WHERE`. The product itself knows nothing of it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from probe import Probe

from hvstudio.gui.app import run

if __name__ == "__main__":
    sys.exit(run(opened=lambda window: Probe(window, Path(sys.argv[1]))))
