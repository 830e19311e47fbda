"""The wire's JSON schema, from which the pages' TypeScript types are made."""

from __future__ import annotations

from typing import Any

import msgspec

from router import (
    wire,
    wire_care,
    wire_clocks,
    wire_misses,
    wire_queue,
    wire_supervisor,
    wire_training,
)
from router import wire_canned as canned
from router import wire_knowledge as kb

ROOTS = (
    wire.ShopperCommand,
    wire.ShopperEvent,
    wire.DeskCommand,
    wire.DeskEvent,
    wire_misses.MissCommand,
    wire.OpenShopperSession,
    wire.ShopperSession,
    wire.Login,
    wire.Problem,
    wire.Uploaded,
    wire.Preset,
    wire.QueueCard,
    canned.SaveCanned,
    canned.CannedList,
    canned.Suggestions,
    wire_clocks.CallBack,
    wire_clocks.CallbackList,
    wire_queue.Standings,
    wire_supervisor.SupervisorView,
    wire_care.AskGrant,
    wire_care.DecideGrant,
    wire_care.ReverseGrant,
    wire_care.AddPromise,
    wire_care.ChangePromise,
    wire_care.FinishTask,
    wire_care.CareView,
    wire_care.CareOverview,
    wire_care.GrantAudit,
    wire_care.GrantTrail,
    kb.ConsoleView,
    kb.EntryList,
    kb.EntryPage,
    kb.SaveDraft,
    kb.DraftSaved,
    kb.EditConflictBody,
    kb.MoveRevision,
    kb.CheckEntry,
    kb.Findings,
    kb.ReleaseList,
    kb.PublishPlan,
    kb.Publish,
    kb.RollBack,
    kb.Moved,
    wire_misses.InboxView,
    wire_misses.MissList,
    wire_misses.MissesMoved,
    wire_training.RunList,
    wire_training.RunReport,
    wire_training.ModelWanted,
    kb.TryIt,
    kb.Tried,
    kb.ImportPreview,
)
_UNIONS = ("ShopperCommand", "ShopperEvent", "DeskCommand", "DeskEvent", "MissCommand")


def wire_schema() -> dict[str, Any]:
    """Give one JSON schema whose `$defs` hold every frame and body, sorted by name."""
    roots, components = msgspec.json.schema_components(ROOTS, ref_template="#/$defs/{name}")
    definitions: dict[str, Any] = dict(components)
    for name, root in zip(_UNIONS, roots, strict=False):
        definitions[name] = {"anyOf": root["anyOf"], "title": name}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wire",
        "$defs": dict(sorted(definitions.items())),
    }
