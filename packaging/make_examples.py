"""Write the example documents: `python packaging/make_examples.py [--out FOLDER]`, by default resources/examples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "packaging")]

import example_documents as documents  # noqa: E402
import example_lessons as lessons  # noqa: E402

from hvstudio.files.native import to_text  # noqa: E402
from hvstudio.model.document import Document  # noqa: E402

EXAMPLES: dict[str, Callable[[], Document]] = {
    "hyper-v-2016": documents.hyper_v_2016,
    "virtual-pc": documents.virtual_pc,
    "vmware-workstation": documents.vmware_workstation,
    "virtual-server-2005": documents.virtual_server_2005,
    "same-four-on-type2": lessons.same_four_on_type2,
    "same-four-on-hybrid": lessons.same_four_on_hybrid,
    "same-four-on-type1": lessons.same_four_on_type1,
    "noisy-host": lessons.noisy_host,
    "weight-reserve-limit": lessons.weight_reserve_limit,
    "nested-hyper-v": documents.nested_hyper_v,
    "native": documents.native,
    "consolidation-32": lessons.consolidation_32,
}


def main() -> int:
    """Build every example and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "resources" / "examples")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in EXAMPLES.items():
        (folder / f"{name}.hvs").write_text(to_text(build()), encoding="utf-8", newline="\n")
    print(f"{len(EXAMPLES)} examples written to {folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
