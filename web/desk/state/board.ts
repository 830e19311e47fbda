/** What one agent's desk knows, and how each event of the staff socket changes it. Pure. */

import type {
  Brief,
  Choice,
  ConversationView,
  DeskEvent,
  DeskWelcome,
  Offer,
  QueueRules,
  Message,
  Opened,
  QueueCard,
  StaffView,
} from "@shared/wire";
import { acknowledge, arrived, refuse, type Pending } from "./pending";

/** A conversation that was opened: its messages by seq, each once, and the brief. */
export interface Thread {
  messages: readonly Message[];
  brief: Brief;
  rating: number | null;
}

/** Everything on screen; `cards` also keeps conversations that left, so late events find them. */
export interface Board {
  me: StaffView | null;
  cards: Readonly<Record<string, QueueCard>>;
  threads: Readonly<Record<string, Thread>>;
  colleagues: Readonly<Record<string, StaffView>>;
  pending: readonly Pending[];
  /** Grows whenever the numbers to call back have changed. */
  callbacks: number;
  /** Counts what happened beside a conversation's thread (grants, …), so that it is read anew. */
  care: Readonly<Record<string, number>>;
  /** Until when (ms) the shopper of a conversation is shown as typing. */
  typing: Readonly<Record<string, number>>;
  /** Why cases arise and how they end, as this house counts them. */
  causes: readonly Choice[];
  outcomes: readonly Choice[];
  /** How handoffs are handed out; null before the first welcome. */
  rules: QueueRules | null;
  /** Until when (ms of this machine) a conversation is offered to me. */
  offers: Readonly<Record<string, Offered>>;
}

/** An offer to me, in the time of this machine: its clock may differ from the router's. */
export interface Offered {
  until: number;
  seconds: number;
}

export const TYPING_SHOWN_MS = 5_000;

export const EMPTY: Board = {
  me: null,
  cards: {},
  threads: {},
  colleagues: {},
  pending: [],
  callbacks: 0,
  care: {},
  typing: {},
  causes: [],
  outcomes: [],
  rules: null,
  offers: {},
};

/** Gives the board after one event; events that come late, twice or out of order do no harm. */
export function reduce(board: Board, event: DeskEvent, now: number): Board {
  switch (event.type) {
    case "welcome":
      return welcomed(board, event, now);
    case "handoff.queued":
    case "mood.alerted":
    case "sla.warned":
    case "sla.breached":
      return withCard(board, event.card);
    case "handoff.offered":
      return { ...board, offers: { ...board.offers, ...offersOf([event.offer], now) } };
    case "offer.ended":
      return withoutOffer(board, event.conversation);
    case "conversation.assigned":
      return withoutOffer(
        withCard(board, { ...event.card, agent: event.agent }),
        event.card.conversation.id,
      );
    case "conversation.left":
      return withoutOffer(withView(board, event.conversation), event.conversation.id);
    case "conversation.changed":
      return withView(board, event.conversation);
    case "conversation.opened":
      return opened(board, event);
    case "message.created":
      return withMessage(board, event.message);
    case "message.acknowledged":
      return { ...board, pending: acknowledge(board.pending, event.client_id, event.seq) };
    case "message.voted":
      return inThread(board, event.conversation, (thread) => ({
        ...thread,
        messages: thread.messages.map((message) =>
          message.seq === event.seq ? { ...message, helpful: event.helpful } : message,
        ),
      }));
    case "conversation.rated":
      return inThread(board, event.conversation, (t) => ({ ...t, rating: event.score }));
    case "conversation.typing":
      if (event.who !== "shopper") return board;
      return { ...board, typing: { ...board.typing, [event.conversation]: now + TYPING_SHOWN_MS } };
    case "parting.asked":
      return changeCard(board, event.conversation, { parting: event.parting });
    case "parting.cancelled":
      return changeCard(board, event.conversation, { parting: null });
    case "participants.changed":
      return changeCard(board, event.conversation, { participants: event.participants });
    case "brief.changed":
      return inThread(board, event.conversation, (thread) => ({
        ...thread,
        brief: { ...thread.brief, lines: event.lines },
      }));
    case "transfer.answered":
    case "conversation.seized":
      return board;
    case "hold.reminded":
      return changeCard(board, event.conversation, { hold: event.hold });
    case "clocks.changed":
      return changeCard(board, event.conversation, { clocks: event.clocks });
    case "presence.changed":
      return withPresence(board, event.staff, event.presence);
    case "error":
      if (!event.client_id) return board;
      return { ...board, pending: refuse(board.pending, event.client_id, event.code, event.detail) };
    case "grant.changed":
      return cared(board, event.grant.conversation);
    case "promise.changed":
      return cared(board, event.promise.conversation);
    case "task.changed":
      return cared(board, event.task.conversation);
    case "callback.changed":
      return { ...board, callbacks: board.callbacks + 1 };
    case "pong":
      return board;
  }
}

function cared(board: Board, conversation: string): Board {
  return { ...board, care: { ...board.care, [conversation]: (board.care[conversation] ?? 0) + 1 } };
}

// What the welcome does not list is no longer in queue or hands, whatever was last heard of it.
function welcomed(board: Board, event: DeskWelcome, now: number): Board {
  const cards: Record<string, QueueCard> = {};
  for (const card of [...event.queue, ...event.invited]) cards[card.conversation.id] = card;
  for (const card of event.mine) cards[card.conversation.id] = { ...card, agent: event.me.id };
  const colleagues = Object.fromEntries(event.colleagues.map((staff) => [staff.id, staff]));
  const { me, causes, outcomes, rules } = event;
  const offers = offersOf(event.offers, now);
  return { ...board, me, cards, colleagues, causes, outcomes, rules, offers };
}

function offersOf(offers: readonly Offer[], now: number): Record<string, Offered> {
  return Object.fromEntries(
    offers.map(({ conversation, seconds }) => [
      conversation,
      { until: now + seconds * 1_000, seconds },
    ]),
  );
}

function withoutOffer(board: Board, conversation: string): Board {
  if (!board.offers[conversation]) return board;
  const { [conversation]: _over, ...offers } = board.offers;
  return { ...board, offers };
}

function opened(board: Board, event: Opened): Board {
  const id = event.card.conversation.id;
  const former = board.threads[id];
  const thread: Thread = {
    messages: merge(former?.messages ?? [], event.messages),
    brief: event.brief,
    rating: former?.rating ?? null,
  };
  const pending = event.messages.reduce(arrived, board.pending);
  const known = { ...board, pending, threads: { ...board.threads, [id]: thread } };
  return withCard(known, event.card);
}

function withCard(board: Board, card: QueueCard): Board {
  const former = board.cards[card.conversation.id];
  if (former && card.conversation.epoch < former.conversation.epoch) return board;
  const conversation = newest(former?.conversation, card.conversation);
  const stale = former !== undefined && isBefore(card.updated_at, former.updated_at);
  const said = stale ? { last_text: former.last_text, updated_at: former.updated_at } : {};
  return setCard(board, { ...card, ...said, conversation });
}

function withView(board: Board, view: ConversationView): Board {
  const former = board.cards[view.id];
  if (!former || view.epoch < former.conversation.epoch) return board;
  const held = view.status === "active" || view.status === "on_hold";
  const agent = held && view.epoch === former.conversation.epoch ? former.agent : null;
  return setCard(board, {
    ...former,
    conversation: newest(former.conversation, view),
    agent: held ? agent : null,
    hold: view.status === "on_hold" ? former.hold : null,
    ...(view.epoch === former.conversation.epoch ? {} : { parting: null, participants: [] }),
  });
}

function withMessage(board: Board, message: Message): Board {
  const id = message.conversation;
  let next = inThread(board, id, (thread) => ({
    ...thread,
    messages: merge(thread.messages, [message]),
  }));
  next = { ...next, pending: arrived(next.pending, message) };
  if (message.sender === "shopper" && next.typing[id]) {
    next = { ...next, typing: { ...next.typing, [id]: 0 } };
  }
  const card = next.cards[id];
  if (!card || message.seq < card.conversation.last_seq) return next;
  const spoken = message.sender !== "system" && message.visibility === "everyone";
  return setCard(next, {
    ...card,
    conversation: { ...card.conversation, last_seq: message.seq },
    last_text: spoken && message.body.text ? message.body.text : card.last_text,
    updated_at: message.at,
  });
}

function withPresence(board: Board, staff: string, presence: StaffView["presence"]): Board {
  const me = board.me?.id === staff ? { ...board.me, presence } : board.me;
  const colleague = board.colleagues[staff];
  if (!colleague) return { ...board, me };
  return { ...board, me, colleagues: { ...board.colleagues, [staff]: { ...colleague, presence } } };
}

function newest(former: ConversationView | undefined, view: ConversationView): ConversationView {
  const same = former?.epoch === view.epoch;
  return {
    ...view,
    last_seq: Math.max(former?.last_seq ?? 0, view.last_seq),
    agent_name: view.agent_name ?? (same ? former.agent_name : null),
  };
}

function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}

function changeCard(board: Board, id: string, change: Partial<QueueCard>): Board {
  const card = board.cards[id];
  return card ? setCard(board, { ...card, ...change }) : board;
}

function setCard(board: Board, card: QueueCard): Board {
  return { ...board, cards: { ...board.cards, [card.conversation.id]: card } };
}

function inThread(board: Board, id: string, change: (thread: Thread) => Thread): Board {
  const thread = board.threads[id];
  if (!thread) return board;
  return { ...board, threads: { ...board.threads, [id]: change(thread) } };
}

/** Gives both lists as one, by seq, each seq once; the newer telling of a message wins. */
export function merge(known: readonly Message[], more: readonly Message[]): readonly Message[] {
  const first = more[0];
  const last = known[known.length - 1];
  if (more.length === 1 && first && (!last || first.seq > last.seq)) return [...known, first];
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Gives the last seq up to which no message of the thread is lacking. */
export function contiguous(messages: readonly Message[]): number {
  let seq = 0;
  for (const message of messages) {
    if (message.seq !== seq + 1) return seq;
    seq = message.seq;
  }
  return seq;
}

/** Tells whether a message beyond the contiguous ones has come: something was missed. */
export function hasGap(messages: readonly Message[]): boolean {
  const last = messages[messages.length - 1];
  return last !== undefined && last.seq > contiguous(messages);
}
