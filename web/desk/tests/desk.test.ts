import { beforeEach, describe, expect, it, vi } from "vitest";
import { useDesk } from "../state/desk";
import { brief, card, FakeLink, fresh, message, view, welcome } from "./make";

const mineCard = () => card({ status: "active", epoch: 2 }, { agent: "lina" });

function connected(mine = [mineCard()], queue = [] as ReturnType<typeof card>[]) {
  const link = new FakeLink();
  const desk = useDesk();
  desk.connect(link.asLink);
  link.say(welcome({ mine, queue }));
  return { link, desk };
}

beforeEach(() => {
  fresh();
  vi.useRealTimers();
});

describe("a reply", () => {
  it("carries the epoch the agent sees and is shown as sending", () => {
    const { link, desk } = connected();
    desk.say("conv0001", "reply", "你好");
    expect(link.of("reply")).toMatchObject([{ conversation: "conv0001", text: "你好", epoch: 2 }]);
    expect(desk.board.pending).toMatchObject([{ state: "sending" }]);
  });

  it("is sent once acknowledged and one message when it comes back, in either order", () => {
    const { link, desk } = connected();
    link.say({ type: "conversation.opened", card: mineCard(), messages: [], brief: brief() });
    for (const first of ["acknowledged", "created"]) {
      desk.say("conv0001", "reply", first);
      const id = link.of("reply").at(-1)!.client_id;
      const seq = first === "created" ? 2 : 1;
      const created = { type: "message.created", message: message(seq, { sender: "agent", client_id: id }) } as const;
      const acknowledged = { type: "message.acknowledged", client_id: id, seq, at: "" } as const;
      link.say(...(first === "created" ? [created, acknowledged] : [acknowledged, created]));
    }
    expect(desk.board.pending).toEqual([]);
    expect(desk.board.threads["conv0001"]?.messages).toHaveLength(2);
  });

  it("that is refused because the epoch moved stays with its reason", () => {
    const { link, desk } = connected();
    desk.say("conv0001", "reply", "你好");
    const id = link.of("reply")[0]!.client_id;
    link.say({ type: "error", code: "epoch_moved", detail: "换人了", client_id: id });
    expect(desk.board.pending).toMatchObject([{ state: "failed", code: "epoch_moved" }]);
    expect(desk.notice).toBeNull();
  });

  it("sent again has the same client id and the epoch of now", () => {
    const { link, desk } = connected();
    desk.say("conv0001", "reply", "你好");
    const id = link.of("reply")[0]!.client_id;
    link.say({ type: "error", code: "epoch_moved", detail: "", client_id: id });
    link.say({
      type: "conversation.assigned",
      agent: "lina",
      card: card({ status: "active", epoch: 4 }, { agent: "lina" }),
    });
    desk.retry(id);
    expect(link.of("reply").at(-1)).toMatchObject({ client_id: id, epoch: 4, text: "你好" });
    expect(desk.board.pending).toMatchObject([{ state: "sending", epoch: 4 }]);
  });

  it("an error that comes after the acknowledgement changes nothing", () => {
    const { link, desk } = connected();
    desk.say("conv0001", "reply", "你好");
    const id = link.of("reply")[0]!.client_id;
    link.say({ type: "message.acknowledged", client_id: id, seq: 1, at: "" });
    link.say({ type: "error", code: "unanswered", detail: "", client_id: id });
    expect(desk.board.pending).toMatchObject([{ state: "sent" }]);
  });

  it("unsent when the page was closed goes again with its client id", () => {
    const { link, desk } = connected();
    link.enter("waiting");
    desk.say("conv0001", "reply", "断网时写的");
    const id = desk.board.pending[0]!.client_id;
    const kept = sessionStorage.getItem("jieli.desk.pending");
    fresh();
    sessionStorage.setItem("jieli.desk.pending", kept!);
    const { link: later } = connected();
    expect(later.of("reply")).toMatchObject([{ client_id: id, text: "断网时写的", epoch: 2 }]);
  });

  it("of one agent is never sent by another who logs in on the same browser", () => {
    const { link, desk } = connected();
    desk.belongTo("lina");
    link.enter("waiting");
    desk.say("conv0001", "reply", "断网时写的");
    expect(desk.belongTo("lina")).toBe(true);
    expect(desk.board.pending).toHaveLength(1);
    expect(desk.belongTo("wang")).toBe(false);
    expect(desk.board.pending).toEqual([]);
    expect(sessionStorage.getItem("jieli.desk.pending")).toBeNull();
  });

  it("given up is forgotten", () => {
    const { link, desk } = connected();
    desk.say("conv0001", "reply", "你好");
    const id = link.of("reply")[0]!.client_id;
    link.say({ type: "error", code: "invalid_text", detail: "", client_id: id });
    desk.giveUp(id);
    expect(desk.board.pending).toEqual([]);
    expect(sessionStorage.getItem("jieli.desk.pending")).toBeNull();
  });
});

describe("staying in step", () => {
  it("after a reconnect, opens what is mine from where it stands, the one on screen last", () => {
    const other = card({ id: "conv0002", status: "active", epoch: 2 }, { agent: "lina" });
    const { link, desk } = connected([mineCard(), other]);
    desk.select("conv0001");
    link.say({
      type: "conversation.opened", card: mineCard(), messages: [message(1), message(2)], brief: brief(),
    });
    link.enter("waiting");
    link.sent = [];
    link.say(welcome({ mine: [mineCard(), other] }));
    expect(link.of("open").map((o) => [o.conversation, o.after])).toEqual([
      ["conv0002", 0],
      ["conv0001", 2],
    ]);
  });

  it("asks once for what a gap lacks", () => {
    const { link, desk } = connected();
    desk.select("conv0001");
    link.say({ type: "conversation.opened", card: mineCard(), messages: [message(1)], brief: brief() });
    vi.useFakeTimers({ now: Date.now() + 10_000 });
    link.sent = [];
    link.say({ type: "message.created", message: message(4) }, { type: "message.created", message: message(5) });
    expect(link.of("open")).toMatchObject([{ conversation: "conv0001", after: 1 }]);
  });

  it("takes over what another tab accepted, and reads it", () => {
    const { link, desk } = connected([], [card()]);
    link.say({ type: "conversation.assigned", agent: "lina", card: mineCard() });
    expect(desk.mine).toHaveLength(1);
    expect(link.of("open")).toMatchObject([{ conversation: "conv0001", after: 0 }]);
  });
});

describe("a move", () => {
  it("is under way until the conversation is mine", () => {
    const { link, desk } = connected([], [card()]);
    desk.accept("conv0001");
    expect(desk.underway).toEqual({ move: "accept", conversation: "conv0001" });
    link.say({ type: "conversation.changed", conversation: view({ status: "active", epoch: 2 }) });
    expect(desk.underway.move).toBe("accept");
    link.say({ type: "conversation.assigned", agent: "lina", card: mineCard() });
    expect(desk.underway.move).toBeNull();
    expect(desk.arrival).toBeNull();
  });

  it("that a colleague was faster with is told", () => {
    const { link, desk } = connected([], [card()]);
    desk.accept("conv0001");
    link.say({ type: "error", code: "already_taken", detail: "", client_id: null });
    expect(desk.notice).toMatchObject({ code: "already_taken", move: "accept" });
    expect(desk.underway.move).toBeNull();
  });

  it("without a line says so instead of pretending", () => {
    const { link, desk } = connected();
    link.enter("waiting");
    desk.resolve("conv0001");
    expect(desk.notice).toMatchObject({ code: "not_connected", move: "resolve" });
    expect(link.of("resolve")).toEqual([]);
  });

  it("at capacity is known before it is tried", () => {
    const other = card({ id: "conv0002", status: "active", epoch: 2 }, { agent: "lina" });
    expect(connected([mineCard(), other]).desk.full).toBe(true);
  });

  it("a flag that is refused is taken back", () => {
    const { link, desk } = connected();
    desk.flag("conv0001", 3);
    expect(desk.flagged["conv0001"]).toEqual([3]);
    link.say({ type: "error", code: "unknown_message", detail: "", client_id: null });
    expect(desk.flagged["conv0001"]).toEqual([]);
  });
});

describe("what deserves the agent's ear", () => {
  it("a new handoff does, its renewed facts do not", () => {
    const { link, desk } = connected([], []);
    link.say({ type: "handoff.queued", card: card() });
    const first = desk.arrival;
    expect(first).toMatchObject({ kind: "handoff" });
    link.say({ type: "handoff.queued", card: card({}, { last_text: "还在吗" }) });
    expect(desk.arrival).toBe(first);
  });

  it("my own transfer does not", () => {
    const { link, desk } = connected();
    link.say({ type: "handoff.queued", card: card({ epoch: 3 }) });
    expect(desk.queue).toHaveLength(1);
    expect(desk.arrival).toBeNull();
  });

  it("a shopper's message in one of mine that is not on screen does, once", () => {
    const { link, desk } = connected();
    link.say({ type: "conversation.opened", card: mineCard(), messages: [], brief: brief() });
    const created = { type: "message.created", message: message(1) } as const;
    link.say(created);
    const first = desk.arrival;
    expect(first).toMatchObject({ kind: "message" });
    link.say(created);
    expect(desk.arrival).toBe(first);
  });

  it("unread counts the shopper's words since I last read or spoke", () => {
    const { link, desk } = connected();
    const spoke = message(2, { sender: "agent", sender_id: "lina" });
    link.say({
      type: "conversation.opened", card: mineCard(), messages: [message(1), spoke, message(3), message(4)],
      brief: brief(),
    });
    expect([desk.unread("conv0001"), desk.firstUnreadOf("conv0001")]).toEqual([2, 3]);
    desk.markRead("conv0001");
    expect(desk.unread("conv0001")).toBe(0);
  });
});

describe("the next in order", () => {
  it("is opened once it is mine, and the next may be asked for again", () => {
    const waiting = card({ id: "conv0002" });
    const { link, desk } = connected([], [waiting]);
    desk.acceptNext();
    expect(desk.underway.move).toBe("accept");
    const theirs = card({ id: "conv0003", status: "active", epoch: 2 }, { agent: "wang" });
    link.say({ type: "conversation.assigned", card: theirs, agent: "wang" });
    expect(desk.dealt).toBeNull();
    const mine = card({ id: "conv0002", status: "active", epoch: 2 }, { agent: "lina" });
    link.say({ type: "conversation.assigned", card: mine, agent: "lina" });
    expect(desk.dealt).toEqual({ conversation: "conv0002" });
    expect(desk.underway.move).toBeNull();
  });

  it("that comes by itself does not push away what is on screen", () => {
    const { link, desk } = connected();
    const dealt = card({ id: "conv0002", status: "active", epoch: 2 }, { agent: "lina" });
    link.say({ type: "conversation.assigned", card: dealt, agent: "lina" });
    expect(desk.dealt).toBeNull();
  });
});

describe("what a colleague invites me into", () => {
  const participants = [{ staff: "lina", name: "李娜", may_speak: false }];
  const theirs = card({ id: "conv0005", status: "active", epoch: 2 }, { agent: "wang", participants });

  it("is listed after a reload, until its owner changes", () => {
    const link = new FakeLink();
    const desk = useDesk();
    desk.connect(link.asLink);
    link.say(welcome({ invited: [theirs] }));
    expect(desk.invited.map((one) => one.conversation.id)).toEqual(["conv0005"]);
    expect(desk.mine).toEqual([]);
    link.say({ type: "conversation.changed", conversation: view({ id: "conv0005", status: "active", epoch: 3 }) });
    expect(desk.invited).toEqual([]);
  });

  it("is read where this desk has never listed it", () => {
    const { link, desk } = connected();
    link.say({ type: "participants.changed", conversation: "conv0005", participants });
    expect(link.of("open").map((one) => one.conversation)).toContain("conv0005");
    link.say({ type: "conversation.opened", card: theirs, messages: [], brief: brief() });
    expect(desk.invited).toHaveLength(1);
  });
});
