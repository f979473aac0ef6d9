"""Checking a document: all rules once, and after an edit only where the edit can matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Finding, Report
from hvstudio.checks.register import HOST_RULES_BY_KIND, RULES_BY_KIND, RULES_OF_ORDINARY_BLOCKS, RULES_OF_UNKNOWN_KINDS
from hvstudio.checks.rule import Hit, Rule
from hvstudio.composition.classify import classification
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.reach import reach_of
from hvstudio.composition.scene import Scene
from hvstudio.model.change import Change, between
from hvstudio.model.document import BlockId, Document
from hvstudio.model.index import Index, index_of


def check(document: Document, catalog: Catalog) -> Report:
    """Everything there is to say about a document."""
    return Checker(catalog).update(document)


class Checker:
    """Checks documents that follow from each other by edits, looking again only where an edit can matter.

    Its report always equals `check(document, catalog)`. Not to be shared between threads.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._knowledge = Knowledge(catalog)
        self._scene: Scene | None = None
        self._found: dict[BlockId, tuple[Finding, ...]] = {}
        self._hypervisors: set[BlockId] = set()
        self._order: Mapping[BlockId, int] = {}
        self._report: Report | None = None
        self.looked_at = 0
        """How many blocks the last update looked at."""

    def update(self, document: Document) -> Report:
        """The report on this document."""
        scene = self._scene
        if scene is None or scene.loose:
            return self._afresh(document)
        change = between(scene.document, document)
        if not change and self._report is not None and scene.document.blocks is document.blocks:
            self._report = Report(
                document=document,
                findings=self._report.findings,
                classifications=self._report.classifications,
            )
            scene.document = document
            self.looked_at = 0
            return self._report
        if len(change.added) + len(change.removed) + len(change.changed) > max(64, len(document) // 3):
            return self._afresh(document)
        return self._onward(scene, document, change)

    def _afresh(self, document: Document) -> Report:
        scene = self._scene = Scene(document, self._knowledge)
        scene.settle()
        self._found = {}
        self._hypervisors = {block.id for block in document.blocks.values() if role_of(block) is Role.HYPERVISOR}
        self._order = {block_id: number for number, block_id in enumerate(document.blocks)}
        self._look(scene, document.blocks)
        self.looked_at = len(document)
        return self._finished(scene)

    def _onward(self, scene: Scene, document: Document, change: Change) -> Report:
        index = _index_after(scene, document, change)
        if _hangs_loose(index, change):
            return self._afresh(document)
        for block_id in change.removed:
            self._hypervisors.discard(block_id)
        for block_id in change.added | change.changed:
            (
                self._hypervisors.add
                if role_of(document.blocks[block_id]) is Role.HYPERVISOR
                else self._hypervisors.discard
            )(block_id)
        reach, rehosted = reach_of(scene, document, index=index, change=change, hypervisors=self._hypervisors)
        for block_id in change.removed:
            self._found.pop(block_id, None)
        if change.restacked:
            self._order = {block_id: number for number, block_id in enumerate(document.blocks)}
        self._look(scene, (block_id for block_id in reach if block_id in document.blocks))
        self._look_at_hosts(scene, rehosted)
        self.looked_at = len(reach) + len(rehosted)
        return self._finished(scene)

    def _look(self, scene: Scene, block_ids: Iterable[BlockId]) -> None:
        """Run the rules on these blocks and keep what they find."""
        found, blocks, is_ordinary = self._found, scene.blocks, scene.is_ordinary
        for block_id in block_ids:
            block = blocks[block_id]
            rows: list[Finding] = []
            rules = RULES_OF_ORDINARY_BLOCKS if is_ordinary(block) else RULES_BY_KIND
            for rule in rules.get(block.kind, RULES_OF_UNKNOWN_KINDS):
                hits = rule.look(scene, block)
                if hits:
                    rows.extend(_findings(scene, rule, hits))
            if rows:
                found[block_id] = tuple(rows)
            else:
                found.pop(block_id, None)

    def _look_at_hosts(self, scene: Scene, block_ids: Iterable[BlockId]) -> None:
        """Run only the rules that read the host on these blocks, and keep what the other rules found there."""
        found, blocks = self._found, scene.blocks
        for block_id in block_ids:
            block = blocks[block_id]
            rules = HOST_RULES_BY_KIND.get(block.kind, ())
            rows: list[Finding] = []
            for rule in rules:
                hits = rule.look(scene, block)
                if hits:
                    rows.extend(_findings(scene, rule, hits))
            before = found.get(block_id, ())
            if not before and not rows:
                continue
            ids = {rule.id for rule in rules}
            kept = (*(item for item in before if item.rule not in ids), *rows)
            if kept:
                found[block_id] = kept
            else:
                del found[block_id]

    def _finished(self, scene: Scene) -> Report:
        order = self._order
        keyed = [
            (
                -finding.severity,
                order.get(finding.block, -1) if finding.block is not None else -1,
                finding.rule,
                order[looked_at],
                place,
                finding,
            )
            for looked_at, rows in self._found.items()
            for place, finding in enumerate(rows)
        ]
        keyed.sort(key=_by_all_but_the_finding)
        hypervisors = sorted(self._hypervisors, key=order.__getitem__)
        self._report = Report(
            document=scene.document,
            findings=tuple([entry[5] for entry in keyed]),
            classifications=tuple([classification(scene, scene.blocks[block_id]) for block_id in hypervisors]),
        )
        return self._report


def _findings(scene: Scene, rule: Rule, hits: Iterable[Hit]) -> Iterable[Finding]:
    for hit in hits:
        at = None if hit.block is None else scene.blocks.get(hit.block)
        yield rule.finding(hit, at.suppressed.get(rule.id, "") if at is not None else "")


def _by_all_but_the_finding(
    entry: tuple[int, int, str, int, int, Finding],
) -> tuple[int, int, str, int, int]:
    return entry[:5]


def _index_after(scene: Scene, document: Document, change: Change) -> Index:
    """The index of the next document; the maps of the last one are kept when no relation changed."""
    old = scene.blocks
    if change.restacked or any(
        document.blocks[block_id].attached_to != old[block_id].attached_to for block_id in change.changed
    ):
        return index_of(document)
    index = scene.index
    return Index(document=document, roots=index.roots, children=index.children, attachments=index.attachments)


def _hangs_loose(index: Index, change: Change) -> bool:
    """Whether the edit left a block on a support that is gone, or closed a circle."""
    blocks = index.document.blocks
    if any(index.children.get(block_id) for block_id in change.removed):
        return True
    for block_id in (*change.added, *change.changed):
        seen: set[BlockId] = set()
        current: BlockId | None = block_id
        while current is not None:
            if current in seen or current not in blocks:
                return True
            seen.add(current)
            current = blocks[current].rests_on
    return False
