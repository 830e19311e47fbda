"""The fleet makes the bots what the store asks for; the old one serves till the new one can."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from knowledge_base.database import Database
from knowledge_base.runs import ModelMove, Phase, Serving, Trigger
from knowledge_base.runs_store import RunsStore
from router.supervise.bots import Bots
from router.supervise.fleet import Fleet, Sitting
from router.supervise.programs import House
from router.supervise.restarts import HealthPolicy, RestartPolicy
from tests.router.supervise.house import Told, make_house, make_model

NOW = dt.datetime(2026, 11, 21, 23, 15, tzinfo=dt.UTC)
OLD, NEW, NEWER = (f"r00000{n}-2026112{n}T080000" for n in (1, 2, 3))
QUICK = RestartPolicy(first_delay=0.01, longest_delay=0.02, tries=2)
OFTEN = HealthPolicy(every=0.05, timeout=1.0, grace=20.0)


class Keeping:
    """A fleet that runs over a store, with its processes."""

    def __init__(self, house: House, database: Database, http: aiohttp.ClientSession) -> None:
        self.house, self.told, self.http = house, Told(), http
        self.runs = RunsStore(database)
        self.sitting = Sitting(every=0.02, drain=0.02)
        self.release: int | None = 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Fleet]:
        async def release() -> int | None:
            return self.release

        stream = self.told.stream
        bots = Bots(self.house, self.http, stream.line, stream.tell, health=OFTEN, restarts=QUICK)
        fleet = Fleet(
            self.house,
            self.runs,
            bots,
            release=release,
            http=self.http,
            tell=stream.tell,
            now=lambda: NOW,
            sitting=self.sitting,
        )
        task = asyncio.create_task(fleet.run())
        try:
            async with asyncio.timeout(40):
                yield fleet
        finally:
            task.cancel()
            await asyncio.wait([task])
            await fleet.stop()

    async def want(self, model: str, move: ModelMove = ModelMove.PROMOTE) -> None:
        await self.runs.want(model, move=move, author="lina", at=NOW)

    async def until(self, holds: Callable[[Serving], object]) -> Serving:
        while not holds(now := await self.runs.serving()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return now

    async def says(self, sentence: str) -> None:
        while sentence not in self.told.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def gone(self, address: str | None) -> None:
        while await self.at(address) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def live(self, model: str) -> Serving:
        return await self.until(lambda now: now.live == model and now.live_address)

    async def at(self, address: str | None) -> dict[str, Any] | None:
        """Ask a process for its arguments and id; None when nobody is there."""
        with contextlib.suppress(aiohttp.ClientError):
            async with self.http.get(address or "") as response:
                answer: dict[str, Any] = await response.json(content_type=None)
                return answer
        return None


@pytest.fixture
async def keeping(tmp_path: Path, sqlite: Database) -> AsyncIterator[Keeping]:
    async with aiohttp.ClientSession() as http:
        yield Keeping(make_house(tmp_path), sqlite, http)


async def test_at_first_the_likeliest_model_serves_and_is_noted(keeping: Keeping) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running() as fleet:
        now = await keeping.live(OLD)
        assert now.live_address == keeping.house.bot_url
        assert (now.wanted, now.keeper_at) == (OLD, NOW)
        served = await keeping.at(now.live_address)
        assert served is not None
        assert str(keeping.house.models / f"{OLD}.tar.gz") in served["argv"]
        assert fleet.serving.is_set()
    assert (await keeping.runs.serving()).live_address is None
    assert await keeping.at(keeping.house.bot_url) is None
    assert [change.model for change in await keeping.runs.model_history()] == [OLD]


async def test_without_a_model_it_says_so_and_serves_the_first_that_is_wanted(
    keeping: Keeping,
) -> None:
    async with keeping.running() as fleet:
        await fleet.nothing_to_serve.wait()
        await keeping.want(make_model(keeping.house, NEW))
        await keeping.live(NEW)


async def test_a_wanted_model_is_started_beside_the_live_one_which_stays_warm(
    keeping: Keeping,
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        before = await keeping.live(OLD)
        await keeping.want(make_model(keeping.house, NEW))
        now = await keeping.live(NEW)
        assert now.live_address != before.live_address
        assert (now.former, now.former_address) == (OLD, before.live_address)
        assert await keeping.at(now.former_address)
        await keeping.says(f"with {NEW} instead of {OLD}, which stays warm")


async def test_going_back_to_the_warm_model_starts_no_process(keeping: Keeping) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        first = await keeping.live(OLD)
        before = await keeping.at(first.live_address)
        await keeping.want(make_model(keeping.house, NEW))
        promoted = await keeping.live(NEW)
        await keeping.want(OLD, ModelMove.ROLL_BACK)
        now = await keeping.live(OLD)
        assert now.live_address == first.live_address
        assert await keeping.at(now.live_address) == before
        assert (now.former, now.former_address) == (NEW, promoted.live_address)
    changes = await keeping.runs.model_history()
    assert [change.move for change in changes] == ["roll_back", "promote", "promote"]


async def test_a_former_whose_time_is_over_is_drained_then_stopped(keeping: Keeping) -> None:
    keeping.sitting = Sitting(warm_seconds=0.3, every=0.02, drain=0.02)
    make_model(keeping.house, OLD)
    async with keeping.running():
        address = (await keeping.live(OLD)).live_address
        await keeping.want(make_model(keeping.house, NEW))
        await keeping.live(NEW)
        now = await keeping.until(lambda now: now.former_address is None)
        assert now.former == OLD
        await keeping.gone(address)
        # Going back is still possible, it only takes the start of a process.
        await keeping.want(OLD, ModelMove.ROLL_BACK)
        await keeping.live(OLD)


async def test_a_candidate_stands_beside_and_becomes_live_without_another_start(
    keeping: Keeping,
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
        await keeping.runs.want_candidate(make_model(keeping.house, NEW))
        now = await keeping.until(lambda now: now.candidate_address)
        assert (now.live, now.candidate) == (OLD, NEW)
        candidate = await keeping.at(now.candidate_address)
        await keeping.want(NEW)
        promoted = await keeping.live(NEW)
        assert promoted.live_address == now.candidate_address
        assert await keeping.at(promoted.live_address) == candidate
        assert (promoted.candidate, promoted.candidate_address) == (None, None)


async def test_a_candidate_nobody_wants_any_more_is_stopped(keeping: Keeping) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
        await keeping.runs.want_candidate(make_model(keeping.house, NEW))
        shown = await keeping.until(lambda now: now.candidate_address)
        await keeping.runs.want_candidate(None)
        await keeping.until(lambda now: now.candidate is None)
        await keeping.gone(shown.candidate_address)
        assert (await keeping.runs.serving()).live == OLD


@pytest.mark.parametrize("content", [None, b"", b"half a mo"], ids=["gone", "empty", "cut off"])
async def test_an_unreadable_model_is_never_served_and_the_old_one_goes_on(
    keeping: Keeping, content: bytes | None
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        before = await keeping.live(OLD)
        if content is not None:
            (keeping.house.models / f"{NEW}.tar.gz").write_bytes(content)
        await keeping.want(NEW)
        now = await keeping.until(lambda now: now.trouble_model == NEW)
        assert (now.live, now.live_address, now.wanted) == (OLD, before.live_address, OLD)
        assert NEW in now.trouble
        await keeping.says(f"so {OLD} goes on serving")


async def test_a_name_that_is_no_models_is_refused(keeping: Keeping) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
        await keeping.want("../secrets")
        now = await keeping.until(lambda now: now.trouble_model is not None)
        assert "is no name of a model" in now.trouble


async def test_a_process_that_never_comes_up_is_given_up_and_says_its_last_words(
    tmp_path: Path, sqlite: Database
) -> None:
    bot = f'if "{NEW}" in str(sys.argv): raise SystemExit("cannot load this model")'
    async with aiohttp.ClientSession() as http:
        keeping = Keeping(make_house(tmp_path, bot=bot), sqlite, http)
        make_model(keeping.house, OLD)
        async with keeping.running():
            await keeping.live(OLD)
            await keeping.want(make_model(keeping.house, NEW))
            now = await keeping.until(lambda now: now.trouble_model == NEW)
            assert (now.live, now.wanted) == (OLD, OLD)
            assert "cannot load this model" in now.trouble
            await keeping.runs.want_candidate(NEW)
            now = await keeping.until(lambda now: now.trouble_model == NEW)
            assert now.candidate_wanted is None


async def test_a_roll_back_during_a_promote_wins(tmp_path: Path, sqlite: Database) -> None:
    bot = f'import time\nif "{NEW}" in str(sys.argv): time.sleep(0.5)'
    async with aiohttp.ClientSession() as http:
        keeping = Keeping(make_house(tmp_path, bot=bot), sqlite, http)
        make_model(keeping.house, OLD)
        make_model(keeping.house, NEW)
        async with keeping.running():
            await keeping.live(OLD)
            await keeping.want(NEW)
            await keeping.says(f"starting the bot with {NEW}")
            await keeping.want(OLD, ModelMove.ROLL_BACK)
            await keeping.says(f"{NEW} is not needed any more")
            await asyncio.sleep(0.6)
            now = await keeping.runs.serving()
            assert (now.live, now.wanted) == (OLD, OLD)
    assert [change.model for change in await keeping.runs.model_history()] == [OLD]


async def test_after_a_restart_the_model_that_is_wanted_serves_not_the_newest_file(
    keeping: Keeping,
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
    make_model(keeping.house, NEW)  # Refused by the gate, say.
    async with keeping.running():
        now = await keeping.live(OLD)
        assert now.live_since == NOW
    assert len(await keeping.runs.model_history()) == 1


async def test_what_was_wanted_while_nobody_kept_the_bots_serves_at_the_next_start(
    keeping: Keeping,
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
    await keeping.want(make_model(keeping.house, NEW))
    async with keeping.running():
        now = await keeping.live(NEW)
        assert (now.former, now.former_address) == (OLD, None)


async def test_a_wanted_model_that_is_gone_at_the_start_gives_way_to_one_that_served(
    keeping: Keeping,
) -> None:
    make_model(keeping.house, OLD)
    async with keeping.running():
        await keeping.live(OLD)
        await keeping.want(make_model(keeping.house, NEW))
        await keeping.live(NEW)
    (keeping.house.models / f"{NEW}.tar.gz").write_bytes(b"a bad disk")
    make_model(keeping.house, NEWER)  # Never served: perhaps the gate refused it.
    async with keeping.running():
        now = await keeping.live(OLD)
        assert (now.trouble_model, now.wanted) == (NEW, OLD)
    assert "another one is looked for" in keeping.told.text


async def test_old_files_are_deleted_but_none_that_serves_or_a_run_names(
    keeping: Keeping,
) -> None:
    keeping.sitting = Sitting(every=0.02, drain=0.02, kept_models=2)
    ancient = [f"r000001-202601{day:02}T080000" for day in range(1, 7)]
    for name in (*ancient, OLD):
        make_model(keeping.house, name)
    run = await keeping.runs.begin(
        None, trigger=Trigger.COMMAND, author="lina", holder="a", at=NOW, lease_seconds=60
    )
    await keeping.runs.phase(run.id, Phase.LOAD, None, model=ancient[0])
    await keeping.want(ancient[1])
    async with keeping.running() as fleet:
        await keeping.live(ancient[1])
        await fleet.tidy()
        left = {path.name.removesuffix(".tar.gz") for path in keeping.house.models.iterdir()}
    assert left == {OLD, ancient[5], ancient[0], ancient[1]}


async def test_what_a_dead_keeper_left_in_the_store_is_forgotten(keeping: Keeping) -> None:
    make_model(keeping.house, OLD)
    await keeping.runs.want_candidate(NEW)
    await keeping.runs.kept(
        live=OLD,
        live_address="http://127.0.0.1:1",
        candidate=NEW,
        candidate_address="http://127.0.0.1:2",
        former=NEW,
        former_address="http://127.0.0.1:3",
    )
    async with keeping.running():
        now = await keeping.until(lambda now: now.live_address == keeping.house.bot_url)
        assert (now.candidate_wanted, now.candidate, now.candidate_address) == (None, None, None)
        assert now.former_address is None
