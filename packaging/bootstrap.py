"""The two commands of the README: `run` opens the studio, `test` runs the whole suite; both prepare what they need.

Standard library only, and written so that every Python 3 can read this file: an old one shows the sentence below.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this is the file that an old Python meets)
    sys.exit(
        "HVStudio needs Python 3.11 or newer; this is Python {}.{}. Start this file with a newer one, for example:\n"
        "python3.12 packaging/bootstrap.py run".format(*sys.version_info[:2])
    )

from commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
