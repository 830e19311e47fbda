"""What the bench of the relay sends, and what it makes of the exchanges."""

import itertools

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.echo import echo
from benchmarks.relay import echoed, exchange, figures, sends, summed_up
from router import wire


def test_every_message_has_an_id_the_wire_takes():
    frames = list(itertools.islice(sends("bench"), 200))
    commands = [wire.read_shopper_command(frame) for frame in frames]
    assert all(isinstance(command, wire.Send) for command in commands)
    assert len({command.client_id for command in commands}) == 200  # type: ignore[union-attr]


def test_cpu_is_shared_out_over_the_messages():
    found = figures([1.0] * 100, seconds=2.0, cpu=0.05)
    assert (found["cpu_us"], found["per_second"], found["p50_ms"]) == (500.0, 50.0, 1.0)


def test_the_ratio_is_higher_when_the_relay_spends_less():
    def pair(ours: float) -> dict[str, dict[str, float]]:
        beside = {"per_second": 1.0, "p50_ms": 1.0, "p99_ms": 1.0}
        return {"ours": {"cpu_us": ours} | beside, "floor": {"cpu_us": 10.0} | beside}

    assert summed_up([pair(100.0)] * 5)["ratio"] == 0.1
    assert summed_up([pair(50.0)] * 5)["ratio"] == 0.2


async def test_the_floor_says_back_what_it_hears(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.relay.cpu_of", lambda _: 1.0)
    app = web.Application()
    app.add_routes([web.get("/ws", echo)])
    async with TestClient(TestServer(app)) as client, client.ws_connect("/ws") as socket:
        found = await exchange(1, [socket], 10, sends("bench"), echoed)
    assert found["per_second"] > 0
