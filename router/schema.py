"""The wire's JSON schema, from which the pages' TypeScript types are made."""

from __future__ import annotations

from typing import Any

import msgspec

from router import wire

ROOTS = (
    wire.ShopperCommand,
    wire.ShopperEvent,
    wire.DeskCommand,
    wire.DeskEvent,
    wire.OpenShopperSession,
    wire.ShopperSession,
    wire.Login,
    wire.Problem,
    wire.Uploaded,
    wire.Preset,
    wire.QueueCard,
)
_UNIONS = ("ShopperCommand", "ShopperEvent", "DeskCommand", "DeskEvent")


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
