"""The routing policy's file: validated as a whole, reloaded when it changes."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from router.domain.aftercare import Csat
from router.domain.assignment import AssignmentPolicy
from router.domain.authority import Authority
from router.domain.cases import CasesPolicy
from router.domain.clock_policy import (
    HolidaySection,
    HoursSection,
    SlaSection,
    WaitsSection,
    timing_of,
)
from router.domain.follow_ups import FollowUp, FollowUpLimits
from router.domain.handoff import Priority
from router.domain.membership import ShopPolicy
from router.domain.pickups import PickupPolicy
from router.domain.presets import PresetRule
from router.domain.priority import PriorityPolicy
from router.domain.promises import Promises
from router.domain.regions import Regions
from router.domain.routing import Policy
from router.domain.sla import Timing

Share = Annotated[float, Meta(ge=0, le=1)]
Minutes = Annotated[float, Meta(gt=0, le=60 * 24 * 14)]
Count = Annotated[int, Meta(ge=0, le=20)]


class InvalidPolicy(Exception):
    """The policy file is wrong; the text says where and what is right."""


class _Decision(Struct, forbid_unknown_fields=True):
    human_request: Share
    anger: Share
    rising_anger_step: Share
    rising_anger_floor: Share
    impatience: Share
    impatient_turns_before_handoff: Annotated[int, Meta(ge=2, le=20)]
    target_precision: Share
    confident: Share
    guess_floor: Share
    candidate_floor: Share
    max_candidates: Annotated[int, Meta(ge=1, le=3)]
    clarifications_before_handoff: Count
    same_answers_before_handoff: Annotated[int, Meta(ge=1, le=20)]
    same_intent_before_handoff: Annotated[int, Meta(ge=1, le=20)]
    vip_tiers: frozenset[str]
    vip_anger: Share
    vip_clarifications_before_handoff: Count
    courtesy_category: str
    image_needs_human: bool


class _FirstResponse(Struct, forbid_unknown_fields=True):
    urgent: Minutes
    high: Minutes
    normal: Minutes
    low: Minutes


class _When(Struct, forbid_unknown_fields=True):
    page: frozenset[str] = frozenset()
    order_state: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    product_line: frozenset[str] = frozenset()


class _Preset(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=40)]
    entry: str | None = None
    flow: str | None = None
    when: _When = msgspec.field(default_factory=_When)

    def __post_init__(self) -> None:
        if (self.entry is None) == (self.flow is None):
            raise ValueError(f"preset {self.title!r} names exactly one of `entry` and `flow`")


class _File(Struct, forbid_unknown_fields=True):
    decision: _Decision
    first_response_minutes: _FirstResponse
    flows: dict[str, str]
    presets: list[_Preset] = []
    priority: PriorityPolicy = msgspec.field(default_factory=PriorityPolicy)
    assignment: AssignmentPolicy = msgspec.field(default_factory=AssignmentPolicy)
    authority: Authority = msgspec.field(default_factory=Authority)
    cases: CasesPolicy = msgspec.field(default_factory=CasesPolicy)
    hours: HoursSection | None = None
    holidays: list[HolidaySection] = []
    sla: SlaSection = SlaSection()
    waits: WaitsSection = WaitsSection()
    promises: Promises = msgspec.field(default_factory=Promises)
    csat: Csat = msgspec.field(default_factory=Csat)
    follow_ups: tuple[FollowUp, ...] = ()
    follow_up_limits: FollowUpLimits = FollowUpLimits()
    shop: ShopPolicy = msgspec.field(default_factory=ShopPolicy)
    regions: Regions = msgspec.field(default_factory=Regions)
    pickups: PickupPolicy = msgspec.field(default_factory=PickupPolicy)

    def __post_init__(self) -> None:
        names = [plan.name for plan in self.follow_ups]
        if len(set(names)) < len(names):
            raise ValueError("two `follow_ups` have the same name")
        for preset in self.presets:
            if preset.flow is not None and preset.flow not in self.flows:
                raise ValueError(f"preset {preset.title!r}: no flow {preset.flow!r} in `flows`")


@dataclass(frozen=True, slots=True)
class HouseRules:
    """The rules of the house as the policy file states them."""

    routing: Policy
    first_response: dict[Priority, dt.timedelta]
    flows: dict[str, str]
    presets: tuple[PresetRule, ...]
    priority: PriorityPolicy = field(default_factory=PriorityPolicy)
    assignment: AssignmentPolicy = field(default_factory=AssignmentPolicy)
    authority: Authority = field(default_factory=Authority)
    cases: CasesPolicy = field(default_factory=CasesPolicy)
    timing: Timing = field(default_factory=Timing)
    waits: WaitsSection = field(default_factory=WaitsSection)
    promises: Promises = field(default_factory=Promises)
    csat: Csat = field(default_factory=Csat)
    follow_ups: tuple[FollowUp, ...] = ()
    follow_up_limits: FollowUpLimits = field(default_factory=FollowUpLimits)
    shop: ShopPolicy = field(default_factory=ShopPolicy)
    regions: Regions = field(default_factory=Regions)
    pickups: PickupPolicy = field(default_factory=PickupPolicy)


def read_policy(text: str, name: str = "policy") -> HouseRules:
    """Read a policy, or say what is wrong in it."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPolicy(f"{name}: is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise InvalidPolicy(f"{name}: {error}") from error
    minutes = msgspec.structs.asdict(file.first_response_minutes)
    first_response = {
        priority: dt.timedelta(minutes=minutes[priority.name.lower()]) for priority in Priority
    }
    return HouseRules(
        routing=Policy(**msgspec.structs.asdict(file.decision)),
        first_response=first_response,
        flows=file.flows,
        presets=tuple(
            PresetRule(p.title, p.entry, p.flow, **msgspec.structs.asdict(p.when))
            for p in file.presets
        ),
        priority=file.priority,
        assignment=file.assignment,
        authority=file.authority,
        cases=file.cases,
        timing=timing_of(file.hours, file.holidays, file.sla, first_response),
        waits=file.waits,
        promises=file.promises,
        csat=file.csat,
        follow_ups=file.follow_ups,
        follow_up_limits=file.follow_up_limits,
        shop=file.shop,
        regions=file.regions,
        pickups=file.pickups,
    )


class PolicyFile:
    """The policy in force; `reload` takes a changed file when it is right."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._read_stamp()
        self.rules = self._read()

    def reload(self) -> bool:
        """Take a changed file; InvalidPolicy, once a change, leaves the former one in force."""
        stamp = self._read_stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self.rules = self._read()
        return True

    def _read(self) -> HouseRules:
        try:
            return read_policy(self._path.read_text("utf-8"), self._path.name)
        except OSError as error:
            raise InvalidPolicy(f"{self._path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InvalidPolicy(f"{self._path}: is not UTF-8: {error}") from error

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size
