"""What a contact costs an agent. Pure."""

from __future__ import annotations

from typing import Protocol

from router.records import Agent


class Costs(Protocol):
    """What has a medium and a price."""

    @property
    def medium(self) -> str: ...
    @property
    def effort(self) -> int: ...


def cost(agent: Agent, contact: Costs) -> int:
    """Points a contact costs this agent; 0 = takes none of this medium."""
    return agent.efforts.get(str(contact.medium), contact.effort)
