"""Working a case: the part of the store that endings, holds, colleagues and briefs go through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial

from router.domain.cases import Answer, Case, Correction, Hold, Participant, Parting, Sent
from router.domain.conversation import Conversation
from router.domain.handoff import Handoff
from router.domain.message import Draft
from router.domain.people import Staff
from router.store import case_reads, case_rows, colleagues, holds, moves, partings
from router.store.books import Read, Write
from router.store.case_reads import NOTHING, Standing
from router.store.moves import Changed


class CaseStore:
    """The part of the store about working cases; moves go through the same writer."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def part(self, parting: Parting) -> Parting:
        """Keep an ending until it takes effect; asking for the same again changes nothing."""
        return await self._write(parting.conversation, lambda c: partings.part(c, parting))

    async def take_back(self, conversation: str, agent: str) -> Parting:
        """Take an agent's waiting ending back; TooLate when there is none any more."""
        return await self._write(conversation, lambda c: partings.take_back(c, conversation, agent))

    async def bow_to_shopper(self, conversation: str) -> bool:
        """Take a waiting resolve or return back because the shopper is busy writing."""
        if (await self.standing([conversation])).get(conversation, NOTHING).parting is None:
            return False
        return await self._write(
            conversation, lambda c: case_rows.bow_to_shopper(c, moves.load(c, conversation))
        )

    async def due_partings(self, now: dt.datetime) -> list[Parting]:
        """List the endings that take effect now."""
        due: list[Parting] = await self._read(partings.due_partings, now)
        return due

    async def settle(
        self,
        parting: Parting,
        agent: Staff,
        drafts: Sequence[Draft],
        following: Handoff | None,
        now: dt.datetime,
        sent: Sent | None = None,
    ) -> Changed | None:
        """Let an ending take effect, once; None when it was taken back or overtaken."""
        return await self._write(
            parting.conversation,
            lambda c: partings.settle(c, parting, agent, drafts, following, now, sent),
        )

    async def sent(self, conversation: str) -> Sent | None:
        """Give how a conversation was sent to the colleague who has not answered, if it was."""
        found: Sent | None = await self._read(colleagues.sent, conversation)
        return found

    async def note_accepted(self, handoff: str, by: str, now: dt.datetime) -> Sent | None:
        """Note that a colleague took what was sent to them; None when it was not, or is noted."""
        return await self._write(handoff, lambda c: colleagues.note_accepted(c, handoff, by, now))

    async def unanswered(self, now: dt.datetime) -> list[Sent]:
        """List what was sent to colleagues who have not answered in time."""
        found: list[Sent] = await self._read(colleagues.unanswered, now)
        return found

    async def give_back(
        self,
        one: Sent,
        answer: Answer,
        sender: Staff | None,
        drafts: Sequence[Draft],
        now: dt.datetime,
    ) -> Changed | None:
        """Give what nobody took back to its sender, or to the queue when they are gone."""
        return await self._write(
            one.conversation, lambda c: colleagues.give_back(c, one, answer, sender, drafts, now)
        )

    async def take_over(self, handoff: Handoff, supervisor: Staff, draft: Draft) -> Changed:
        """Give a conversation from its agent, or from the bot, to a supervisor.

        `handoff` is what it comes under if the bot has it.
        """
        return await self._write(
            handoff.conversation, lambda c: colleagues.take_over(c, handoff, supervisor, draft)
        )

    async def invite(self, participant: Participant, limit: int) -> Conversation:
        """Let a colleague read along, or change whether they may speak."""
        return await self._write(
            participant.conversation, lambda c: colleagues.invite(c, participant, limit)
        )

    async def uninvite(self, conversation: str, staff: str, by: str) -> Conversation:
        """Let a colleague leave, by themselves or because the owner removes them."""
        return await self._write(
            conversation, lambda c: colleagues.uninvite(c, conversation, staff, by)
        )

    async def hold(self, hold: Hold, drafts: Sequence[Draft]) -> Changed:
        """Put a conversation on hold until its agent is reminded."""
        return await self._write(hold.conversation, lambda c: holds.put_on_hold(c, hold, drafts))

    async def take_up(self, conversation: str, agent: str, now: dt.datetime) -> Changed:
        """Take a conversation up again from hold."""
        return await self._write(conversation, lambda c: holds.take_up(c, conversation, agent, now))

    async def remind(self, now: dt.datetime) -> list[Hold]:
        """Give the holds whose time has come, each once."""
        due = await self._read(holds.holds_due, now)
        told = []
        for one in due:
            if await self._write(one.conversation, partial(holds.reminded, hold=one)):
                told.append(one)
        return told

    async def standing(self, conversations: Iterable[str]) -> dict[str, Standing]:
        """Give what waits in each of some conversations."""
        found: dict[str, Standing] = await self._read(case_reads.standing, list(conversations))
        return found

    async def correct(self, correction: Correction) -> None:
        """Keep what an agent says instead of a line of the brief."""
        await self._write(correction.conversation, lambda c: case_rows.correct(c, correction))

    async def corrections(self, conversation: str, case: int) -> list[Correction]:
        """List what agents have put right in the brief of a case, in order."""
        found: list[Correction] = await self._read(case_reads.corrections, conversation, case)
        return found

    async def earlier(self, conversation: str) -> list[Case]:
        """List a conversation's resolved cases, oldest first."""
        found: list[Case] = await self._read(case_reads.earlier, conversation)
        return found
