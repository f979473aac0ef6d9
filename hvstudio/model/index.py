"""What can be derived from a document in one pass: who rests on whom, and who is attached to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from hvstudio.model.document import Block, BlockId, Document


@frozen(kw_only=True, eq=False)
class Index:
    """Derived relations of one document; build it with `index_of`.

    `children[b]` are the blocks that rest on b, in document order (absent when there are none); `roots` rest on
    nothing; `attachments[b]` are the blocks attached to b.
    """

    document: Document
    roots: tuple[BlockId, ...]
    children: Mapping[BlockId, tuple[BlockId, ...]]
    attachments: Mapping[BlockId, tuple[BlockId, ...]]

    def children_of(self, block_id: BlockId) -> tuple[BlockId, ...]:
        """What rests directly on the block, in document order."""
        return self.children.get(block_id, ())

    def attached_to(self, block_id: BlockId) -> tuple[BlockId, ...]:
        """What is attached to the block, in document order."""
        return self.attachments.get(block_id, ())

    def below(self, block_id: BlockId) -> Iterator[Block]:
        """The blocks under this one, nearest first, without itself."""
        blocks = self.document.blocks
        support = blocks[block_id].rests_on
        while support is not None:
            block = blocks[support]
            yield block
            support = block.rests_on

    def above(self, block_id: BlockId) -> Iterator[BlockId]:
        """Everything that rests on the block, directly or not, parents before children, without itself."""
        stack = list(reversed(self.children_of(block_id)))
        while stack:
            current = stack.pop()
            yield current
            stack.extend(reversed(self.children_of(current)))

    def subtree(self, block_id: BlockId) -> Iterator[BlockId]:
        """The block and everything above it, parents before children."""
        yield block_id
        yield from self.above(block_id)

    def root_of(self, block_id: BlockId) -> BlockId:
        """The block at the bottom of the stack that this one belongs to (itself, if it rests on nothing)."""
        root = block_id
        for block in self.below(block_id):
            root = block.id
        return root


def index_of(document: Document) -> Index:
    """Build the derived relations of a document; O(blocks). Callers that need it often keep it beside the document."""
    children: dict[BlockId, list[BlockId]] = {}
    attachments: dict[BlockId, list[BlockId]] = {}
    roots: list[BlockId] = []
    for block in document.blocks.values():
        if block.rests_on is None:
            roots.append(block.id)
        else:
            children.setdefault(block.rests_on, []).append(block.id)
        if block.attached_to is not None:
            attachments.setdefault(block.attached_to, []).append(block.id)
    return Index(
        document=document,
        roots=tuple(roots),
        children={parent: tuple(row) for parent, row in children.items()},
        attachments={target: tuple(row) for target, row in attachments.items()},
    )
