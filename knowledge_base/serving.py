"""Which model serves: what is asked for and what is reported, inside a caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.runs import ModelChange, ModelMove, Serving, UnknownModel
from knowledge_base.runs_rows import (
    MODEL_HISTORY,
    SERVING,
    Reported,
    change_values,
    serving_from,
)
from knowledge_base.tables import model_history, serving

KEEPER = "jieli up"
"""Author of what the keeper of the bot processes decides by itself."""


async def read(connection: AsyncConnection) -> Serving:
    """Read what serves; without a row nothing does yet."""
    return serving_from((await connection.execute(SERVING)).first())


async def want(
    connection: AsyncConnection, model: str | None, move: ModelMove, author: str, at: dt.datetime
) -> str:
    """Ask for a model to serve; None is the one that served before. UnknownModel."""
    now = await _hold(connection)
    chosen = model or await _before(connection, now)
    unknown = chosen is None or (
        move is ModelMove.ROLL_BACK and not await _served(connection, chosen)
    )
    if chosen is None or unknown:
        raise UnknownModel(model)
    values = {"wanted": chosen, "wanted_by": author, "wanted_move": move.value, "wanted_at": at}
    await _set(connection, {**values, "trouble_model": None, "trouble": ""})
    return chosen


async def want_candidate(connection: AsyncConnection, model: str | None) -> None:
    """Ask for a model to stand beside the live one, or for none."""
    now = await _hold(connection)
    values: dict[str, object] = {"candidate_wanted": model}
    if model is not None and now.trouble_model == model:
        values |= {"trouble_model": None, "trouble": ""}
    await _set(connection, values)


async def report(connection: AsyncConnection, reported: Reported) -> None:
    """Note what the keeper reports."""
    await _hold(connection)
    await _set(connection, reported)


async def promoted(
    connection: AsyncConnection, reported: Reported, model: str, at: dt.datetime
) -> bool:
    """Make a model live unless another is wanted by now; tell whether it was done."""
    now = await _hold(connection)
    if now.wanted not in {None, model}:
        return False
    values: dict[str, object] = {**reported, "wanted": model}
    if now.live != model:
        change = await _change(connection, now, model, at)
        await connection.execute(sa.insert(model_history).values(change_values(change)))
        values["live_since"] = at
    if now.trouble_model == model:
        values |= {"trouble_model": None, "trouble": ""}
    if now.candidate == model:
        values |= {"candidate": None, "candidate_address": None}
    if now.candidate_wanted == model:
        values["candidate_wanted"] = None
    await _set(connection, values)
    return True


async def failed(connection: AsyncConnection, model: str, why: str, at: dt.datetime) -> None:
    """Note that a model could not be brought up, and take back what it was wanted for."""
    now = await _hold(connection)
    values: dict[str, object] = {"trouble_model": model, "trouble": why, "keeper_at": at}
    if now.wanted == model:
        again = now.live if now.live != model else None
        values |= {"wanted": again, "wanted_by": KEEPER, "wanted_at": at}
    if now.candidate_wanted == model:
        values["candidate_wanted"] = None
    await _set(connection, values)


async def _change(
    connection: AsyncConnection, now: Serving, model: str, at: dt.datetime
) -> ModelChange:
    if now.wanted is not None:
        return ModelChange(model, now.live, now.wanted_move, now.wanted_by, at)
    again = await _served(connection, model)
    move = ModelMove.ROLL_BACK if again else ModelMove.PROMOTE
    return ModelChange(model, now.live, move, KEEPER, at)


async def _before(connection: AsyncConnection, now: Serving) -> str | None:
    """Name the model that served before the live one."""
    if now.former is not None:
        return now.former
    last = MODEL_HISTORY.where(model_history.c.model == now.live).limit(1)
    row = (await connection.execute(last)).first()
    return None if row is None else row.replaced


async def _served(connection: AsyncConnection, model: str) -> bool:
    once = sa.select(model_history.c.id).where(model_history.c.model == model).limit(1)
    return await connection.scalar(once) is not None


async def _hold(connection: AsyncConnection) -> Serving:
    """Read the row, made when missing, and keep other writers from it until the commit."""
    row = (await connection.execute(SERVING.with_for_update())).first()
    if row is not None:
        return serving_from(row)
    first = {"id": 1, "wanted_by": "", "wanted_move": ModelMove.PROMOTE.value, "trouble": ""}
    try:
        async with connection.begin_nested():
            await connection.execute(sa.insert(serving).values(first))
    except IntegrityError:
        pass  # Somebody made it meanwhile.
    return serving_from((await connection.execute(SERVING.with_for_update())).one())


async def _set(connection: AsyncConnection, values: Mapping[str, object]) -> None:
    await connection.execute(sa.update(serving).values(dict(values)))
