"""A document, read: blocks with their effective values, their places, what rests on them, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.facts import HypervisorFacts, SystemFacts
from hvstudio.catalog.kinds import ROLES, role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.capabilities import Capabilities
from hvstudio.composition.knowledge import Judged, Knowledge
from hvstudio.composition.place import NOWHERE, Place, place_above
from hvstudio.composition.scheduler import CORE, effective_scheduler
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.index import Index, index_of

_Kept = TypeVar("_Kept")
_NO_BLOCKS: tuple[Block, ...] = ()
_NOTHING_ON: dict[Role | None, list[Block]] = {}


class Moves:
    """Blocks whose place is another: on another root, with another host under them only, or in any other way."""

    def __init__(self) -> None:
        self.moved: set[BlockId] = set()
        self.uprooted: set[BlockId] = set()
        self.rehosted: set[BlockId] = set()

    def note(self, blocks: Sequence[BlockId], before: Place | None, after: Place) -> None:
        """Note that these blocks had one place and have another now."""
        if before is None or before.root != after.root:
            self.uprooted.update(blocks)
        both = before is not None and before.host is not None and after.host is not None
        if both and before is not None and before._replace(host=after.host) == after:
            self.rehosted.update(blocks)
        else:
            self.moved.update(blocks)


class Scene:
    """The one reading of a document, for checks and compiler. What it derives is kept until an edit reaches it."""

    def __init__(self, document: Document, knowledge: Knowledge, index: Index | None = None) -> None:
        self.document = document
        self.knowledge = knowledge
        self.catalog = knowledge.catalog
        self.index = index_of(document) if index is None else index
        self.blocks = document.blocks
        self.places: dict[BlockId, Place] = {}
        self.judged_of: dict[BlockId, Judged] = {}
        self.on_of: dict[BlockId, dict[Role | None, list[Block]]] = {}
        self.kept: dict[str, dict[BlockId, Any]] = {}
        self.loose: frozenset[BlockId] = frozenset()
        self.firsts: Mapping[str, BlockId] = {}

    def settle(self) -> None:
        """Work out the place of every block, and which blocks hang on nothing that stands (cycles, lost supports)."""
        seen = 0
        stack = [*self.index.roots]
        while stack:
            block_id = stack.pop()
            seen += 1
            children = self.index.children.get(block_id)
            if children:
                self._place_children_of(block_id)
                stack.extend(children)
        if seen < len(self.blocks):
            self.loose = frozenset(self.blocks) - self._standing()
        self.note_firsts()

    def note_firsts(self) -> None:
        """Remember the first block of each kind."""
        firsts: dict[str, BlockId] = {}
        for block_id, block in self.blocks.items():
            if block.kind not in firsts and block_id not in self.loose:
                firsts[block.kind] = block_id
        self.firsts = firsts

    def _place_children_of(self, block_id: BlockId) -> Place | None:
        """Set the place of a block's children; gives it when it is another than before."""
        found = self._place_above(self.blocks[block_id])
        if self.places.get(block_id) == found:
            return None
        self.places[block_id] = found
        return found

    def _place_above(self, block: Block) -> Place:
        return place_above(
            block,
            self.place(block),
            values=self.values,
            facts=self.facts,
            schedules_whole_cores=self._schedules_whole_cores,
        )

    def _schedules_whole_cores(self, machine: Block) -> bool:
        """Whether a hypervisor on the machine never lets two virtual machines share a core."""
        return any(self.scheduler(item) == CORE for item in self.on(machine.id, Role.HYPERVISOR))

    def replace_places(self, start: BlockId, moves: Moves) -> None:
        """Work out the places above `start` again, and note the blocks whose place is another now."""
        stack = [start]
        while stack:
            current = stack.pop()
            children = self.index.children.get(current)
            if not children:
                self.places.pop(current, None)
                continue
            before = self.places.get(current)
            found = self._place_children_of(current)
            if found is not None:
                stack.extend(children)
                moves.note(children, before, found)

    def _standing(self) -> set[BlockId]:
        standing: set[BlockId] = set()
        stack = [*self.index.roots]
        while stack:
            block_id = stack.pop()
            standing.add(block_id)
            stack.extend(self.index.children.get(block_id, ()))
        return standing

    def is_ordinary(self, block: Block) -> bool:
        """Whether nothing in general is odd about a block: kind, product, support and parameters are as declared.

        The rules that look at every kind of block have nothing to say of an ordinary one.
        """
        support = block.rests_on
        below = None if support is None else self.blocks.get(support)
        if (support is not None and below is None) or block.id in self.loose:
            return False
        if not self.knowledge.goes_together(block.kind, block.product, "" if below is None else below.kind):
            return False
        if not block.parameters:
            return True
        judged = self.judged(block)
        return not judged.impossible and not judged.unknown

    def place(self, block: Block) -> Place:
        """Where a block stands."""
        support = block.rests_on
        return NOWHERE if support is None else self.places.get(support, NOWHERE)

    def offer(self, machine: Block) -> Capabilities | None:
        """What a machine offers what runs on it; None where the stack does not stand on hardware."""
        found = self.places.get(machine.id)
        return (self._place_above(machine) if found is None else found).host

    def processors(self, machine: Block) -> int:
        """How many programs can run on a machine at the same time; 0 where it does not stand on hardware."""
        offered = self.offer(machine)
        return 0 if offered is None else offered.schedulable

    def scheduler(self, hypervisor: Block) -> str:
        """The scheduler that a hypervisor uses (see `effective_scheduler`)."""
        return effective_scheduler(self.facts(hypervisor), self.values(hypervisor))

    def provider(self, machine: Block) -> Block | None:
        """The hypervisor that makes a VM or parent partition; None for hardware, and where there is none."""
        below = None if role_of(machine) is Role.HARDWARE else self.place(machine).hypervisor
        return None if below is None else self.blocks[below]

    def carrier(self, machine: Block) -> Block | None:
        """The machine under the hypervisor that makes this one; None for hardware."""
        provider = self.provider(machine)
        below = None if provider is None else self.place(provider).machine
        return None if below is None else self.blocks[below]

    def hardware(self, machine: Block) -> Block | None:
        """The host at the bottom of a stack; None where it stands on none."""
        root = machine.id if machine.rests_on is None else self.place(machine).root
        found = None if root is None else self.blocks[root]
        return found if found is not None and role_of(found) is Role.HARDWARE else None

    def hypervisors(self, machine: Block) -> tuple[Block, ...]:
        """The hypervisors that divide a machine: those on it, then those on the system that runs there."""
        return self.keep("hypervisors", machine, Scene._hypervisors)

    def _hypervisors(self, machine: Block) -> tuple[Block, ...]:
        if machine.id not in self.index.children:
            return ()
        found = list(self.on(machine.id, Role.HYPERVISOR))
        if (system := self.system_of(machine.id)) is not None:
            found.extend(self.on(system.id, Role.HYPERVISOR))
        return tuple(found)

    def keep(self, name: str, block: Block, make: Callable[[Scene, Block], _Kept]) -> _Kept:
        """What `make` gives for the block, made again only when the block, what rests on it or its place changed."""
        kept = self.kept.get(name)
        if kept is None:
            kept = self.kept[name] = {}
        support, block_id = block.rests_on, block.id
        place = NOWHERE if support is None else self.places.get(support, NOWHERE)
        found = kept.get(block_id)
        if found is None or found[0] is not place:
            found = kept[block_id] = (place, make(self, block))
        return found[1]

    def judged(self, block: Block) -> Judged:
        """The effective values of a block with what is wrong about the given ones."""
        found = self.judged_of.get(block.id)
        if found is None:
            found = self.judged_of[block.id] = self.knowledge.judged(block)
        return found

    def values(self, block: Block) -> Mapping[str, Any]:
        """What every parameter of the block is; empty for kinds unknown here."""
        found = self.judged_of.get(block.id)
        return found[0] if found is not None else self.judged(block)[0]

    def facts(self, hypervisor: Block) -> HypervisorFacts:
        """What a hypervisor's product states."""
        return self.catalog.hypervisor(hypervisor.product)

    def system_facts(self, system: Block) -> SystemFacts:
        """What an operating system's product states."""
        return self.catalog.system(system.product)

    def name(self, block_id: BlockId | None) -> str:
        """The block's name as it reads in a sentence."""
        block = None if block_id is None else self.blocks.get(block_id)
        return "nothing" if block is None else f"“{block.name}”"

    def on(self, block_id: BlockId, role: Role | None = None) -> Sequence[Block]:
        """What rests directly on a block, in document order: all of it or those of one role."""
        by_role = self.on_of.get(block_id)
        if by_role is None:
            by_role = self.on_of[block_id] = self._sorted_by_role(block_id)
        return by_role.get(role, _NO_BLOCKS)

    def _sorted_by_role(self, block_id: BlockId) -> dict[Role | None, list[Block]]:
        children = self.index.children.get(block_id)
        if not children:
            return _NOTHING_ON
        blocks = self.blocks
        row = [blocks[child] for child in children]
        by_role: dict[Role | None, list[Block]] = {None: row}
        for block in row:
            role = ROLES.get(block.kind)
            if role in by_role and role is not None:
                by_role[role].append(block)
            elif role is not None:
                by_role[role] = [block]
        return by_role

    def support(self, block: Block) -> Block | None:
        """The block directly below."""
        return None if block.rests_on is None else self.blocks.get(block.rests_on)

    def target(self, block: Block) -> Block | None:
        """The block it is attached to."""
        return None if block.attached_to is None else self.blocks.get(block.attached_to)

    def below(self, block: Block) -> Iterator[Block]:
        """The blocks under this one, nearest first; ends where a support is lost or a circle closes."""
        seen = {block.id}
        support = self.support(block)
        while support is not None and support.id not in seen:
            yield support
            seen.add(support.id)
            support = self.support(support)

    def above(self, block_id: BlockId) -> Iterator[Block]:
        """Everything that rests on the block, directly or not, supports before what they carry."""
        seen = {block_id}
        stack = list(reversed(self.index.children_of(block_id)))
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            yield self.blocks[current]
            stack.extend(reversed(self.index.children_of(current)))

    def system_of(self, machine: BlockId) -> Block | None:
        """The operating system that runs on a machine: the first that rests directly on it; others find no room."""
        systems = self.on(machine, Role.OPERATING_SYSTEM)
        return systems[0] if systems else None

    def backing(self, block: Block) -> Block | None:
        """The physical disk or card behind a virtual device, through other virtual ones; None if there is none."""
        current = self.target(block)
        if current is None or role_of(current) in (Role.PHYSICAL_DISK, Role.PHYSICAL_NIC):
            return current
        seen: set[BlockId] = set()
        while current is not None and current.id not in seen:
            if role_of(current) in (Role.PHYSICAL_DISK, Role.PHYSICAL_NIC):
                return current
            seen.add(current.id)
            current = self.target(current)
        return None

    def forget(self, block_id: BlockId) -> None:
        """Drop what was derived for a block: it, or something above it, changed."""
        self.judged_of.pop(block_id, None)
        self.on_of.pop(block_id, None)
        for kept in self.kept.values():
            kept.pop(block_id, None)


def read_scene(document: Document, catalog: Catalog, index: Index | None = None) -> Scene:
    """The reading of a document, complete."""
    scene = Scene(document, Knowledge(catalog), index)
    scene.settle()
    return scene
