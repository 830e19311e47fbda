/** Offers to me, how handoffs are handed out, and why I get none. Pure. */

import type { QueueCard } from "@shared/wire";
import type { Board } from "./board";
import { atCapacity, loadOf, mineOf, queueOf, sentTo } from "./lists";

/** Why nothing comes to me now; null when something may at any moment. */
export type WhyNone = "not_online" | "full" | "nothing" | "lacks_skill" | "others" | null;

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
  if (!needs || !skills) return [];
  const asked: [string | null, readonly string[]][] = [
    [needs.language, skills.languages],
    [needs.category, skills.categories],
    [needs.product_line, skills.product_lines],
    [needs.region, skills.regions],
    [needs.store, skills.stores],
  ];
  return asked.flatMap(([need, known]) =>
    need && known.length > 0 && !known.includes(need) ? [need] : [],
  );
}

/** Says why nothing is offered to me. */
export function whyNone(board: Board, now: number): WhyNone {
  if (!board.me || offersOf(board, now).length > 0) return null;
  if (board.me.presence !== "online") return "not_online";
  if (atCapacity(loadOf(mineOf(board)), board.me)) return "full";
  const queue = queueOf(board);
  if (queue.length === 0) return "nothing";
  const fitting = queue.filter((card) => lacking(board, card).length === 0);
  if (fitting.length === 0) return "lacks_skill";
  return fitting.every((card) => sentTo(card)) || board.rules?.hand_out === "offer" ? "others" : null;
}
