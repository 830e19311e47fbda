/** What calls for the supervisor's attention, newest first: told by the socket, or found at first. Pure. */

import type { ClockKind, DeskEvent, QueueCard, Reason, SupervisorView } from "@shared/wire";

export interface Alarm {
  card: QueueCard;
  at: number;
  what: { mood: Reason; detail: string } | { clock: ClockKind; late: boolean };
}

const MOST = 50;
const ALERTING: ReadonlySet<Reason> = new Set<Reason>(["anger", "safety"]);

/** Gives the alarms after one more event. */
export function alarmed(alarms: readonly Alarm[], event: DeskEvent, now: number): readonly Alarm[] {
  const alarm = alarmOf(event, now);
  return alarm ? [alarm, ...alarms].slice(0, MOST) : alarms;
}

/** Gives the alarms of a page just opened: whom anger or danger brought to the desk, and who is there still. */
export function standing(view: SupervisorView, since: number): readonly Alarm[] {
  return [...view.queue, ...view.held]
    .flatMap((card) => {
      const { handoff } = card;
      if (!handoff || !ALERTING.has(handoff.reason)) return [];
      const at = Date.parse(handoff.queued_at);
      return at > since ? [{ card, at, what: { mood: handoff.reason, detail: handoff.detail } }] : [];
    })
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST);
}

function alarmOf(event: DeskEvent, at: number): Alarm | null {
  switch (event.type) {
    case "mood.alerted":
      return { card: event.card, at, what: { mood: event.reason, detail: event.detail } };
    case "sla.warned":
    case "sla.breached":
      return { card: event.card, at, what: { clock: event.kind, late: event.type === "sla.breached" } };
    default:
      return null;
  }
}
