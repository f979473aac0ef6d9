"""Names for new blocks: the product's or kind's label, numbered where two of a name would be confused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.document import Document

_NUMBERED: Final = re.compile(r"^(.*\S)\s+(\d{1,6})$")


class Names:
    """The names taken in one document; gives free ones. O(blocks) to build, then nearly free."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self._catalog = catalog
        self._taken = {block.name for block in document.blocks.values()}
        self._next: dict[str, int] = {}

    def for_new(self, kind: str, product: str = "") -> str:
        """The name of a new block: VMs and their devices count from 1, everything else starts with the plain label."""
        declared = self._catalog.kind(kind)
        if declared.counted_as:
            return self._numbered(declared.counted_as, 1)
        chosen = self._catalog.product(product)
        return self.like(declared.label if chosen is None else chosen.label, kind)

    def like(self, wanted: str, kind: str) -> str:
        """`wanted` if it is free, else the same with the next free number: "Web 2" after "Web", "VM 4" after "VM 3".

        The number of a product is none of ours: after "Server, 2005" comes "Server, 2005 2". What stands one in each
        place keeps its name: a guest system is not called "Windows Server 2003 2".
        """
        declared = self._catalog.kinds.get(kind)
        if declared is not None and declared.is_one_each:
            return wanted
        if wanted not in self._taken:
            return self._take(wanted)
        match = _NUMBERED.match(wanted)
        is_counted = match and (match.group(1) in self._taken or self._is_stem(match.group(1)))
        if match and is_counted:
            return self._numbered(match.group(1), int(match.group(2)) + 1)
        return self._numbered(wanted, 2)

    def _is_stem(self, text: str) -> bool:
        return any(kind.counted_as == text for kind in self._catalog.kinds.values())

    def _numbered(self, stem: str, first: int) -> str:
        number = max(first, self._next.get(stem, 0))
        while f"{stem} {number}" in self._taken:
            number += 1
        self._next[stem] = number + 1
        return self._take(f"{stem} {number}")

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name


def names_of(document: Document, block_ids: Iterable[str]) -> str:
    """Names for a label: one in quotes, or how many."""
    wanted = set(block_ids)
    names = [block.name for block_id, block in document.blocks.items() if block_id in wanted]
    return f"“{names[0]}”" if len(names) == 1 else f"{len(names)} blocks"
