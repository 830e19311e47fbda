/** What among the events deserves the agent's eye and ear. Pure. */

import type { DeskEvent, QueueCard } from "@shared/wire";
import type { Board } from "./board";
import { isHeldBy, waits } from "./lists";

/** What just arrived. */
export interface Arrival {
  kind: "handoff" | "offer" | "assigned" | "message" | "reminder";
  card: QueueCard;
}

export interface Looking {
  /** The conversation this agent is just accepting; its assignment is no news. */
  accepting: string | null;
  /** The conversation in front of the agent's eyes, if any. */
  at: string | null;
}

/** Gives what an event brought, or null when it is no news to this agent. */
export function arrivalOf(
  before: Board,
  after: Board,
  event: DeskEvent,
  looking: Looking,
): Arrival | null {
  const me = after.me?.id;
  switch (event.type) {
    case "handoff.queued": {
      const id = event.card.conversation.id;
      const [was, card] = [before.cards[id], after.cards[id]];
      if (!card || !waits(card) || (was && (waits(was) || isHeldBy(was, me)))) return null;
      return { kind: "handoff", card };
    }
    case "handoff.offered": {
      const card = after.cards[event.offer.conversation];
      return card ? { kind: "offer", card } : null;
    }
    case "conversation.assigned": {
      const id = event.card.conversation.id;
      const [was, card] = [before.cards[id], after.cards[id]];
      if (!card || !isHeldBy(card, me) || (was && isHeldBy(was, me))) return null;
      return id === looking.accepting ? null : { kind: "assigned", card };
    }
    case "message.created": {
      const { conversation, seq } = event.message;
      const card = after.cards[conversation];
      const known = before.threads[conversation]?.messages.some((m) => m.seq === seq);
      if (known) return null;
      if (event.message.sender !== "shopper" || !card || !isHeldBy(card, me)) return null;
      return conversation === looking.at ? null : { kind: "message", card };
    }
    case "hold.reminded": {
      const card = after.cards[event.conversation];
      return card ? { kind: "reminder", card } : null;
    }
    default:
      return null;
  }
}
