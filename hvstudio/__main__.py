"""`python -m hvstudio` is the command `hvstudio`."""

from __future__ import annotations

import sys

from hvstudio.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
