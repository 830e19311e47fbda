"""Who takes part: shoppers, and staff in their roles."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from router.domain.skills import Skills


class Role(enum.StrEnum):
    """What a member of staff may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    EDITOR = "editor"
    ADMIN = "admin"


class Presence(enum.StrEnum):
    """Whether an agent can take conversations now."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Shopper:
    """A shopper; anonymous ones have an id of ours, known ones the storefront's."""

    id: str
    anonymous: bool
    name: str | None = None
    tier: str = "ordinary"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff who can log in.

    `capacity` is the weight of conversations they hold at once; `angry_cap` is how many angry
    shoppers they take in a row, None as the policy says.
    """

    id: str
    login: str
    name: str
    roles: frozenset[Role]
    capacity: int = 6
    skills: Skills = field(default_factory=Skills)
    angry_cap: int | None = None

    def may(self, role: Role) -> bool:
        """Tell whether the person may act in a role; an admin may act in every one."""
        return role in self.roles or Role.ADMIN in self.roles
