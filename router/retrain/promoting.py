"""Makes a candidate that passed the gate live, and waits until it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from knowledge_base.runs import ModelMove, Run, Serving
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.retrain.candidate import is_kept
from router.retrain.course import Clock
from router.retrain.errors import Overtaken, RunFailed

PATIENCE = 300.0
EVERY = 0.25
ALONE = "Nobody keeps bot processes here now: `jieli up` serves the model from its next start on."


@dataclass(frozen=True, slots=True)
class Promoter:
    """Asks for a model and watches it become the live one."""

    runs: RunsStore
    knowledge: KnowledgeStore
    now: Clock

    async def still_wanted(self, run: Run, began: Serving) -> None:
        """Refuse to promote what was taken back while the run went on; Overtaken."""
        live = await self.knowledge.live_number()
        if live is not None and run.release is not None and live < run.release:
            raise Overtaken(
                f"release {live} was put live again meanwhile, instead of {run.release}"
            )
        serving = await self.runs.serving()
        if serving.wanted not in {began.wanted, began.live, run.model}:
            raise Overtaken(f"{serving.wanted_by} asked for {serving.wanted} meanwhile")

    async def promote(self, run: Run, model: str) -> bool:
        """Ask for a model; tell whether it serves. False when nobody keeps bots to serve it.

        Overtaken when another one is asked for meanwhile; RunFailed when it never comes up: the
        model before serves on then.
        """
        kept = is_kept(await self.runs.serving(), self.now())
        await self.runs.want(model, move=ModelMove.PROMOTE, author=run.author, at=self.now())
        if not kept:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self._serves(model):  # noqa: ASYNC110 - another process tells.
                    await asyncio.sleep(EVERY)
        except TimeoutError as error:
            why = f"it did not serve within {PATIENCE:.0f} s"
            await self.runs.failed(model, why, self.now())
            raise RunFailed(f"the model before serves on: {model}: {why}") from error
        return True

    async def _serves(self, model: str) -> bool:
        serving = await self.runs.serving()
        if serving.live == model:
            return True
        if serving.trouble_model == model:
            raise RunFailed(f"the model before serves on: {serving.trouble}")
        if serving.wanted != model:
            raise Overtaken(f"{serving.wanted_by} asked for {serving.wanted} meanwhile")
        return False
