import { describe, expect, it } from "vitest";
import type { DeskEvent } from "@shared/wire";
import { contiguous, EMPTY, hasGap, reduce, TYPING_SHOWN_MS, type Board } from "../state/board";
import { mineOf, queueOf } from "../state/lists";
import { at, brief, card, LINA, message, NOON, view, WANG, welcome } from "./make";

const play = (...events: DeskEvent[]): Board =>
  events.reduce((board, event) => reduce(board, event, NOON), EMPTY);
const ids = (cards: { conversation: { id: string } }[]): string[] => cards.map((c) => c.conversation.id);

const queued: DeskEvent = { type: "handoff.queued", card: card() };
const assigned = (agent: string, epoch = 2): DeskEvent => ({
  type: "conversation.assigned",
  agent,
  card: card({ status: "active", epoch }, { agent }),
});
const left: DeskEvent = { type: "conversation.left", conversation: view({ status: "resolved", epoch: 3 }) };

describe("a conversation walks over the board", () => {
  it("from the queue to me and away", () => {
    const waiting = play(welcome(), queued);
    expect(ids(queueOf(waiting))).toEqual(["conv0001"]);
    const held = reduce(waiting, assigned("lina"), NOON);
    expect(queueOf(held)).toEqual([]);
    expect(ids(mineOf(held))).toEqual(["conv0001"]);
    const gone = reduce(held, left, NOON);
    expect([queueOf(gone), mineOf(gone)]).toEqual([[], []]);
  });

  it("to a colleague: it leaves my queue and is not mine", () => {
    const board = play(welcome(), queued, assigned("wang"));
    expect([queueOf(board), mineOf(board)]).toEqual([[], []]);
  });

  it("back to the queue when I transfer it, under a new epoch", () => {
    const again: DeskEvent = { type: "handoff.queued", card: card({ epoch: 3 }) };
    const board = play(welcome(), queued, assigned("lina"), again);
    expect(ids(queueOf(board))).toEqual(["conv0001"]);
    expect(mineOf(board)).toEqual([]);
  });

  it("and stays acceptable while the shopper asks the bot and keeps the place", () => {
    const kept: DeskEvent = {
      type: "handoff.queued",
      card: card({ status: "bot", keeps_place: true, epoch: 2 }),
    };
    expect(ids(queueOf(play(welcome(), queued, kept)))).toEqual(["conv0001"]);
  });
});

describe("events that come late or twice do no harm", () => {
  it("a queued that comes after the assigned does not bring it back", () => {
    const board = play(welcome(), assigned("lina"), queued);
    expect(queueOf(board)).toEqual([]);
    expect(ids(mineOf(board))).toEqual(["conv0001"]);
  });

  it("an assigned that comes after the left does not bring it back", () => {
    expect(mineOf(play(welcome(), queued, left, assigned("lina")))).toEqual([]);
  });

  it("a state change before its assigned leaves no wrong holder", () => {
    const changed: DeskEvent = {
      type: "conversation.changed",
      conversation: view({ status: "active", epoch: 2 }),
    };
    const between = play(welcome(), queued, changed);
    expect([queueOf(between), mineOf(between)]).toEqual([[], []]);
    expect(ids(mineOf(reduce(between, assigned("lina"), NOON)))).toEqual(["conv0001"]);
  });

  it("a card shows what is due since somebody spoke", () => {
    const clocks = [{ kind: "resolution" as const, warn_at: "2026-11-21T12:00:00Z", due_at: "2026-11-21T12:00:00Z", paused: false, breached: false }];
    const board = play(welcome(), assigned("lina"), { type: "clocks.changed", conversation: "conv0001", clocks });
    expect(board.cards["conv0001"]?.clocks).toEqual(clocks);
  });

  it("the same message twice is one message", () => {
    const created: DeskEvent = { type: "message.created", message: message(2) };
    const board = play(welcome(), assigned("lina"), opened(1), created, created);
    expect(board.threads["conv0001"]?.messages.map((m) => m.seq)).toEqual([1, 2]);
  });

  it("messages out of order stand in order, and the gap is seen until it closes", () => {
    const open = play(welcome(), assigned("lina"), opened(1), {
      type: "message.created",
      message: message(3),
    });
    expect(hasGap(open.threads["conv0001"]!.messages)).toBe(true);
    expect(contiguous(open.threads["conv0001"]!.messages)).toBe(1);
    const closed = reduce(open, { type: "message.created", message: message(2) }, NOON);
    expect(closed.threads["conv0001"]!.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
    expect(hasGap(closed.threads["conv0001"]!.messages)).toBe(false);
  });

  it("a message of a conversation that is not open only renews its card", () => {
    const board = play(welcome(), assigned("lina"), {
      type: "message.created",
      message: message(2, {}, "还在吗"),
    });
    expect(board.threads).toEqual({});
    expect(board.cards["conv0001"]).toMatchObject({ last_text: "还在吗", updated_at: at(2) });
  });

  it("a note does not show as the last word", () => {
    const board = play(welcome(), assigned("lina"), {
      type: "message.created",
      message: message(2, { sender: "agent", visibility: "staff" }, "小心，老投诉户"),
    });
    expect(board.cards["conv0001"]?.last_text).toBe("转人工");
  });

  it("a welcome replaces the lists: what it does not name is gone, threads stay", () => {
    const board = play(welcome(), queued, assigned("lina"), opened(1), welcome());
    expect([queueOf(board), mineOf(board)]).toEqual([[], []]);
    expect(board.threads["conv0001"]?.messages).toHaveLength(1);
  });

  it("after a reconnect the older messages stay and only the missing ones are added", () => {
    const more: DeskEvent = {
      type: "conversation.opened",
      card: card({ status: "active", epoch: 2 }, { agent: "lina" }),
      messages: [message(2), message(3)],
      brief: brief(),
    };
    const board = play(welcome(), assigned("lina"), opened(1), more);
    expect(board.threads["conv0001"]?.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
  });
});

describe("the rest of the board", () => {
  it("orders the queue by when they came, less a head start", () => {
    const one = (id: string, head_start: number, since: number): DeskEvent => ({
      type: "handoff.queued",
      card: card({ id }, { handoff: { ...card().handoff!, head_start, queued_at: at(since) } }),
    });
    const board = play(welcome(), one("young", 0, 50), one("old", 0, 10), one("safety", 55, 60));
    expect(ids(queueOf(board))).toEqual(["safety", "old", "young"]);
  });

  it("my presence follows my other tab", () => {
    const board = play(welcome(), { type: "presence.changed", staff: "lina", presence: "away" });
    expect(board.me).toEqual({ ...LINA, presence: "away" });
  });

  it("a colleague's presence is theirs", () => {
    const board = play(welcome(), { type: "presence.changed", staff: "wang", presence: "busy" });
    expect(board.colleagues["wang"]).toEqual({ ...WANG, presence: "busy" });
    expect(board.me).toEqual(LINA);
  });

  it("shows typing for five seconds, or until the shopper speaks", () => {
    const typing: DeskEvent = { type: "conversation.typing", conversation: "conv0001", who: "shopper" };
    const board = play(welcome(), assigned("lina"), typing);
    expect(board.typing["conv0001"]).toBe(NOON + TYPING_SHOWN_MS);
    const spoke = reduce(board, { type: "message.created", message: message(2) }, NOON);
    expect(spoke.typing["conv0001"]).toBe(0);
  });

  it("keeps a vote on the answer it is about", () => {
    const answer = message(1, { sender: "bot" });
    const open = { ...(opened(0) as Extract<DeskEvent, { type: "conversation.opened" }>), messages: [answer] };
    const board = play(welcome(), open, {
      type: "message.voted", conversation: "conv0001", seq: 1, helpful: false,
    });
    expect(board.threads["conv0001"]?.messages[0]?.helpful).toBe(false);
  });
});

function opened(upTo: number): DeskEvent {
  return {
    type: "conversation.opened",
    card: card({ status: "active", epoch: 2 }, { agent: "lina" }),
    messages: Array.from({ length: upTo }, (_, index) => message(index + 1)),
    brief: brief(),
  };
}
