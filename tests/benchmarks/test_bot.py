"""What the bench of the bot asks, and what it makes of the answers."""

import asyncio

import msgspec
import pytest

from benchmarks.bot import (
    GATE,
    Side,
    at_once,
    for_ours,
    for_stock,
    is_whole,
    joined,
    one_by_one,
    questions,
    shares,
    summed_up,
)


def test_every_text_is_asked_once():
    phrasings, others = questions(GATE)
    assert len(phrasings) == len(set(phrasings))
    assert not set(phrasings) & set(others)
    assert questions(GATE) == (phrasings, others)


def test_texts_are_dealt_without_giving_one_twice():
    assert shares(list("甲乙丙丁戊"), 2, 2) == [["甲", "乙"], ["丙", "丁"]]
    with pytest.raises(SystemExit, match="6 different texts are needed, there are 5"):
        shares(list("甲乙丙丁戊"), 2, 3)


def test_joined_texts_are_all_different():
    made = joined(list("甲乙丙丁"), 3)
    assert len(set(made)) == 12
    assert made[:2] == ["甲，乙", "乙，丙"]


async def test_many_at_once_end_with_their_time(monkeypatch: pytest.MonkeyPatch):
    class Instant:
        async def connection(self) -> None:
            """Open nothing."""

        async def ask(self, *_: object) -> None:
            await asyncio.sleep(0)

    assert await at_once(Instant(), [str(at) for at in range(100_000)], 0, 0.01) > 0  # type: ignore[arg-type]


def test_ours_is_asked_for_a_reading_alone_and_each_time_anew():
    bodies = [msgspec.json.decode(for_ours("几天到", at).split(b"\r\n\r\n")[1]) for at in (1, 2)]
    assert all(body["reading_only"] for body in bodies)
    assert bodies[0]["message"] != bodies[1]["message"]


def test_an_answer_is_whole_with_its_last_byte():
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n几天".encode()
    assert is_whole(answer)
    assert not is_whole(answer[:-1])
    assert not is_whole(b"HTTP/1.1 200 OK\r\nContent-Le")


async def test_a_server_is_asked_everything_and_measured(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            asked.append(msgspec.json.decode(await reader.readexactly(length))["text"])
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"confidence":1}')

    monkeypatch.setattr("benchmarks.bot.cpu_of", lambda _: 1.0)
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        side = Side(server.sockets[0].getsockname(), for_stock, 1)
        found = await one_by_one(side, ["几天到", "运费多少"], 0)
        rate = await at_once(side, [f"第{at}句" for at in range(40)], 2, 60.0)
    assert (len(asked), len(set(asked))) == (42, 42)
    assert found["ms"] > 0 < rate
    assert found["cpu_ms"] == 0


def test_latency_counts_floor_by_ours_and_throughput_ours_by_floor():
    run = {"ours": 2.0, "floor": 10.0, "ours_cpu": 1.0, "floor_cpu": 7.0}
    found = summed_up([run] * 5, [{"ours": 800.0, "floor": 100.0}] * 5)
    assert (found["ratio"], found["throughput"]["ratio"], found["cpu"]["ratio"]) == (5.0, 8.0, 7.0)
    assert len(found["runs"]) == len(found["throughput"]["runs"]) == 5
