"""The wire: one schema for router and pages, which names everything that may be said."""

import json
from typing import Any, get_args

import msgspec
import pytest

from router import wire
from router.domain.errors import Malformed
from router.schema import wire_schema
from router.settings import ROOT

UNIONS = {
    "ShopperCommand": wire.ShopperCommand,
    "DeskCommand": wire.DeskCommand,
    "ShopperEvent": wire.ShopperEvent,
    "DeskEvent": wire.DeskEvent,
}


def tag_of(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def schema() -> dict[str, Any]:
    return json.loads(json.dumps(wire_schema()))  # type: ignore[no-any-return]


def test_the_schema_of_the_pages_is_current() -> None:
    page = ROOT / "web" / "shared" / "wire.schema.json"
    if not page.exists():
        pytest.skip("the pages have no schema yet")
    assert json.loads(page.read_text("utf-8")) == schema(), (
        "router/wire.py has changed: write web/shared/wire.schema.json and wire.ts anew"
    )


@pytest.mark.parametrize("name", UNIONS)
def test_every_command_and_event_is_in_the_schema(name: str) -> None:
    definitions = schema()["$defs"]
    kinds = get_args(UNIONS[name])
    refs = {ref["$ref"].removeprefix("#/$defs/") for ref in definitions[name]["anyOf"]}
    assert refs == {kind.__name__ for kind in kinds}
    tags = [tag_of(kind) for kind in kinds]
    assert len(set(tags)) == len(tags)
    for kind in kinds:
        assert definitions[kind.__name__]["properties"]["type"]["enum"] == [tag_of(kind)]


@pytest.mark.parametrize("name", ["ShopperCommand", "DeskCommand"])
def test_what_comes_from_outside_forbids_what_it_does_not_know(name: str) -> None:
    definitions = schema()["$defs"]
    for kind in get_args(UNIONS[name]):
        assert definitions[kind.__name__]["additionalProperties"] is False, kind


def test_every_text_from_outside_is_bounded() -> None:
    definitions = schema()["$defs"]
    inputs = [
        kind.__name__
        for name in ("ShopperCommand", "DeskCommand")
        for kind in get_args(UNIONS[name])
    ]
    for name in [*inputs, "PageContext", "OpenShopperSession", "SignedShopper", "Login"]:
        for field, shape in definitions[name]["properties"].items():
            for one in shape.get("anyOf", [shape]):
                if one.get("type") == "string" and "enum" not in one:
                    assert "maxLength" in one, f"{name}.{field}"
                if one.get("type") == "integer" and field != "expires":
                    assert "maximum" in one, f"{name}.{field}"


def test_events_are_named_by_noun_and_participle() -> None:
    direct = {"welcome", "resumed", "pong", "error"}
    tags = {tag_of(kind) for kind in (*get_args(wire.ShopperEvent), *get_args(wire.DeskEvent))}
    for tag in tags - direct:
        noun, _, happened = tag.partition(".")
        assert noun
        assert happened.endswith("ed") or happened in {"left", "typing"}, tag


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ('{"type": "hello", "token": "t"}', wire.Hello),
        ('{"type": "send", "client_id": "client-1", "text": "你好"}', wire.Send),
        ('{"type": "wait_again"}', wire.WaitAgain),
    ],
)
def test_a_frame_is_typed_once(frame: str, kind: type) -> None:
    assert isinstance(wire.read_shopper_command(frame), kind)


@pytest.mark.parametrize(
    ("frame", "where"),
    [
        ('{"type": "rate", "score": 6}', "score"),
        ('{"type": "send", "client_id": "x", "text": ""}', "client_id"),
        ('{"type": "hello", "token": "t", "context": {"pag": 1}}', "pag"),
    ],
)
def test_a_wrong_frame_is_refused_by_its_field(frame: str, where: str) -> None:
    with pytest.raises(Malformed, match=where):
        wire.read_shopper_command(frame)


def test_a_staff_command_is_none_of_the_shoppers() -> None:
    accept = '{"type": "accept", "conversation": "c-12345678"}'
    assert isinstance(wire.read_desk_command(accept), wire.Accept)
    with pytest.raises(Malformed):
        wire.read_shopper_command(accept)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ('{"type": "?", "client_id": "client-0001"}', "client-0001"),
        (b'{"client_id": "client-0001"}', "client-0001"),
        ('{"client_id": "no good"}', None),
        ('{"client_id": 7}', None),
        ("{", None),
        ("[" * 100_000, None),
        ('{"x": "\ud800"}', None),
    ],
)
def test_the_client_id_of_a_malformed_frame_is_found_where_there_is_one(
    raw: str | bytes, found: str | None
) -> None:
    assert wire.client_id_of(raw) == found


def test_a_context_of_the_page_becomes_the_domains() -> None:
    context = msgspec.json.decode(b'{"page": "order", "locale": "en"}', type=wire.PageContext)
    assert context.as_context().page == "order"
    assert context.as_context().locale == "en"
