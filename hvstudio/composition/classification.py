"""What one hypervisor is found to be: the class and the argument for it."""

from __future__ import annotations

from attrs import frozen

from hvstudio.model.document import BlockId

TYPE_LABELS = {"type1": "Type 1", "type2": "Type 2", "hybrid": "Hybrid", "native": "Native", "unclear": "Unclear"}


@frozen(kw_only=True)
class Classification:
    """What one hypervisor is, by structure: `vmm_type` is "type1", "type2", "hybrid" or "unclear".

    `nested_in` is the hypervisor it runs under, if any. `sentence` is the reason in one sentence; `argument` is the
    same step by step, each step with the blocks it speaks of, to be highlighted on the diagram. `expected` is what
    the product is said to be, with `expected_source`.
    """

    hypervisor: BlockId
    vmm_type: str
    sentence: str
    nested_in: BlockId | None = None
    argument: tuple[tuple[str, tuple[BlockId, ...]], ...] = ()
    expected: str = ""
    expected_source: str = ""
