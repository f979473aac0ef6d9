"""What results call things, so that things by one name can be told apart: by their host, or else by their id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.model.document import Document
from hvstudio.model.index import index_of
from hvstudio.simulation.plan.resources import PROCESSORS


def hosts_by_block(document: Document) -> dict[str, str]:
    """What the host under every block is called, each by another name; empty where there is one host only."""
    index = index_of(document)
    hosts = [block_id for block_id in index.roots if role_of(document.blocks[block_id]) is Role.HARDWARE]
    if len(hosts) < 2:
        return {}
    labels = told_apart({host: document.blocks[host].name for host in hosts})
    return {
        block_id: labels[host]
        for host in hosts
        for block_id in (host, *index.above(host))
        if block_id in document.blocks
    }


def told_apart(names: Mapping[str, str], hosts: Mapping[str, str] | None = None) -> dict[str, str]:
    """By id what each thing is called: its name; where several bear it, with its host behind it, or else with its id.

    `hosts` gives the host by id, where there are several.
    """
    return _with_id(names, _with_host(names, hosts or {}))


def named_with_host(names: Mapping[str, str], hosts: Mapping[str, str]) -> dict[str, str]:
    """The same, with the host behind every name where there are several hosts."""
    return _with_id(names, {key: f"{name} ({hosts[key]})" if hosts.get(key) else name for key, name in names.items()})


def limit_named(limit: Mapping[str, Any], hosts: Mapping[str, str]) -> str:
    """What `kind`, `name`, `id` and `resource` speak of: a device with its host, processors with their VM."""
    if limit["kind"] == "device":
        return named_with_host({limit["id"]: limit["name"]}, hosts)[limit["id"]]
    if limit["kind"] == "context" and limit["resource"] == f"{limit['id']}/{PROCESSORS}":
        return f"the virtual processors of “{limit['name']}”"
    return str(limit["name"])


def _with_host(names: Mapping[str, str], hosts: Mapping[str, str]) -> dict[str, str]:
    counts = Counter(names.values())
    return {
        key: f"{name} ({hosts[key]})" if counts[name] > 1 and hosts.get(key) else name for key, name in names.items()
    }


def _with_id(names: Mapping[str, str], called: Mapping[str, str]) -> dict[str, str]:
    counts = Counter(called.values())
    return {key: f"{names[key]} ({key})" if counts[text] > 1 else text for key, text in called.items()}
