"""After a case: the rating is asked once when it is quiet; a low one opens a recovery task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from router import hub, wire, wire_care
from router.desk import announce
from router.desk.services import Services
from router.domain.aftercare import Task
from router.domain.errors import Forbidden
from router.domain.message import clean_text
from router.domain.people import Role, Staff

DONE_SHOWN = dt.timedelta(days=1)


class AftercareDesk:
    """Asks for ratings and takes them; supervisors take what low ones open."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._typed: dict[str, dt.datetime] = {}

    def shopper_types(self, conversation: str) -> None:
        """Note that a shopper is writing: nobody is asked for a rating meanwhile."""
        self._typed[conversation] = self._services.now()

    async def sweep(self) -> None:
        """Ask for the ratings of cases that have been quiet long enough."""
        services = self._services
        rules, now = services.rules().csat, services.now()
        self._typed = {one: at for one, at in self._typed.items() if now - rules.after < at <= now}
        for asking in await services.store.aftercare.to_ask(now - rules.after):
            if asking.conversation in self._typed:
                continue
            not_since = now - dt.timedelta(days=rules.again_days)
            asked = await services.store.aftercare.ask(asking, not_since, now)
            if asked is not None:
                announce.state(services, asked)

    async def rate(
        self, conversation: str, score: int, reasons: Sequence[str], comment: str
    ) -> None:
        """Keep the rating of the last resolved case, once; a low one opens a task at once."""
        services, rules = self._services, self._services.rules().csat
        kept = rules.checked(score, reasons)
        comment = comment.strip()
        if comment:
            comment = clean_text(comment, limit=500)
        low = score <= rules.low
        changed, task = await services.store.rate(
            conversation,
            score,
            comment,
            services.now(),
            reasons=kept,
            task=services.new_id() if low else None,
        )
        services.hub.publish(
            wire.ConversationRated(conversation, score),
            hub.for_shopper(conversation),
            hub.for_staff(conversation),
            hub.DESK,
        )
        announce.state(services, changed.conversation)
        if task is not None:
            self._publish(task)

    async def tasks(self, me: Staff) -> tuple[wire_care.TaskLine, ...]:
        """List the tasks that are not done, the oldest first, then those done lately."""
        _require_supervisor(me)
        services = self._services
        names = {member.id: member.name for member in await services.store.list_staff()}
        reasons = {reason.key: reason.text for reason in services.rules().csat.reasons}
        found = await services.store.aftercare.tasks(services.now() - DONE_SHOWN)
        lines = []
        for task in found:
            thread = await services.store.thread(task.conversation)
            lines.append(
                wire_care.TaskLine(
                    task,
                    thread.shopper.name,
                    names.get(task.agent or "", task.agent),
                    names.get(task.taken_by or "", task.taken_by),
                    tuple(reasons.get(key, key) for key in task.reasons),
                )
            )
        return tuple(lines)

    async def take(self, me: Staff, task: str) -> Task:
        """Take a task to oneself."""
        _require_supervisor(me)
        services = self._services
        return self._publish(await services.store.aftercare.take(task, me.id, services.now()))

    async def done(self, me: Staff, task: str, outcome: str) -> Task:
        """Close a task with what came of it."""
        _require_supervisor(me)
        services, said = self._services, clean_text(outcome, limit=500)
        found = await services.store.aftercare.done(task, me.id, said, services.now())
        return self._publish(found)

    def _publish(self, task: Task) -> Task:
        self._services.hub.publish(wire_care.TaskChanged(task), hub.DESK)
        return task


def _require_supervisor(me: Staff) -> None:
    if not me.may(Role.SUPERVISOR):
        raise Forbidden("只有主管可以处理这些任务。")
