/** Offers to me, how handoffs are handed out, and why I get none. Pure. */

import type { QueueCard, Standings } from "@shared/wire";
import type { Board } from "./board";
import { atCapacity, loadOf, mineOf, queueOf, sentTo, waitingSince } from "./lists";
import { lacks } from "./skills";

/** Why nothing comes to me now; null when something may at any moment. */
export type WhyNone = "not_online" | "full" | "nothing" | "lacks_skill" | "angry_cap" | "others" | null;

/** The mood from which a conversation counts as angry, as the router counts it. */
const ANGRY = 2;

/** Gives the conversations offered to me that still stand, the one that ends first first. */
export function offersOf(board: Board, now: number): { card: QueueCard; until: number; seconds: number }[] {
  return Object.entries(board.offers)
    .flatMap(([id, offer]) => {
      const card = board.cards[id];
      return card && offer.until > now ? [{ card, ...offer }] : [];
    })
    .sort((a, b) => a.until - b.until);
}

/** Tells whether what the order gives me is mine to take, whatever waits besides. */
export function mayPick(board: Board, card: QueueCard): boolean {
  return board.rules === null || board.rules.pick || board.offers[card.conversation.id] !== undefined;
}

/** Names what a conversation needs that I cannot. */
export function lacking(board: Board, card: QueueCard): string[] {
  const [needs, skills] = [card.handoff?.needs, board.me?.skills];
  return needs && skills ? lacks(needs, skills).map(({ need }) => need) : [];
}

/** Tells whether I am spared a conversation: I had enough angry shoppers in a row. */
function spares(standings: Standings | null, me: string, card: QueueCard, now: number): boolean {
  const mine = standings?.agents.find((one) => one.staff === me);
  if (!standings || !mine || mine.angry_streak < mine.angry_cap || (card.handoff?.mood ?? 0) < ANGRY) return false;
  return now - Date.parse(waitingSince(card)) <= standings.angry_patience_seconds * 1_000;
}

/** Says why nothing is offered to me; how I stand is known once the router has told. */
export function whyNone(board: Board, now: number, standings: Standings | null = null): WhyNone {
  const me = board.me;
  if (!me || offersOf(board, now).length > 0) return null;
  if (me.presence !== "online") return "not_online";
  if (atCapacity(loadOf(mineOf(board)), me)) return "full";
  const queue = queueOf(board);
  if (queue.length === 0) return "nothing";
  const fitting = queue.filter((card) => lacking(board, card).length === 0);
  if (fitting.length === 0) return "lacks_skill";
  const open = fitting.filter((card) => !sentTo(card));
  if (open.length > 0 && open.every((card) => spares(standings, me.id, card, now))) return "angry_cap";
  return open.length === 0 || board.rules?.hand_out === "offer" ? "others" : null;
}
