/** The clocks of all cards, the next due first. Pure. */

import type { ClockView, QueueCard } from "@shared/wire";

/** One clock of one conversation, as a row. */
export interface ClockRow {
  card: QueueCard;
  clock: ClockView;
  state: "late" | "soon" | "calm" | "paused";
}

/** Gives the clocks of cards: late ones first, then by when they are due, those on hold last. */
export function clockRows(cards: readonly QueueCard[], now: number): ClockRow[] {
  const rows = cards.flatMap((card) => card.clocks.map((clock) => ({ card, clock, state: stateOf(clock, now) })));
  const rank = (row: ClockRow): number => (row.state === "paused" ? 1 : 0);
  return rows.sort((a, b) => rank(a) - rank(b) || Date.parse(a.clock.due_at) - Date.parse(b.clock.due_at));
}

function stateOf(clock: ClockView, now: number): ClockRow["state"] {
  if (clock.breached || (!clock.paused && now >= Date.parse(clock.due_at))) return "late";
  if (clock.paused) return "paused";
  return now >= Date.parse(clock.warn_at) ? "soon" : "calm";
}

/** Gives how long until a clock is due, or since, negative, it has been. */
export const leftOf = (clock: ClockView, now: number): number => Date.parse(clock.due_at) - now;
