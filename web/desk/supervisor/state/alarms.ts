/** What the socket calls the supervisor's attention to, newest first. Pure. */

import type { ClockKind, DeskEvent, QueueCard, Reason } from "@shared/wire";

export interface Alarm {
  card: QueueCard;
  at: number;
  what: { mood: Reason; detail: string } | { clock: ClockKind; late: boolean };
}

const MOST = 50;

/** Gives the alarms after one more event. */
export function alarmed(alarms: readonly Alarm[], event: DeskEvent, now: number): readonly Alarm[] {
  const alarm = alarmOf(event, now);
  return alarm ? [alarm, ...alarms].slice(0, MOST) : alarms;
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
