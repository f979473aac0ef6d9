"""What results call things: a VM's own processors, and devices by their host where there are several hosts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hvstudio.model.document import BlockId, Document
from hvstudio.model.index import index_of


def hosts_by_block(document: Document) -> dict[str, str]:
    """The name of the host under every block; empty where there is one host only and nobody asks."""
    index = index_of(document)
    hosts = [block_id for block_id in index.roots if document.blocks[block_id].kind == "host"]
    if len(hosts) < 2:
        return {}
    return {
        block_id: document.blocks[host].name
        for host in hosts
        for block_id in (host, *index.above(host))
        if block_id in document.blocks
    }


def named(thing: Mapping[str, Any], hosts: Mapping[str, str]) -> str:
    """A device or a row, with its host where there are several."""
    host = hosts.get(BlockId(thing["id"]), "") if thing["id"] else ""
    return f"{thing['name']} ({host})" if host else str(thing["name"])


def limit_named(limit: Mapping[str, Any], hosts: Mapping[str, str], vms: Collection[str]) -> str:
    """What is nearest to saturation."""
    return named(limit, hosts) if limit["kind"] == "device" else its_processors(limit["name"], vms)


def its_processors(name: str, vms: Collection[str]) -> str:
    """A context that bears a VM's name is its virtual processors."""
    return f"the virtual processors of “{name}”" if name in vms else name
