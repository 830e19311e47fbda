import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "../../shared/tests/fake-socket";
import { SessionRefused } from "../identity";
import { message, Stage, view } from "./stage";

let stage: Stage;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  stage = new Stage();
});
afterEach(() => {
  stage.end();
  vi.useRealTimers();
});

const seqs = () => stage.chat.thread.state.messages.map((one) => one.seq);
const outgoing = () => stage.chat.outgoing.items;

describe("resuming", () => {
  it("says hello with the token, the page and nothing seen", async () => {
    await stage.begin();
    expect(stage.line.sent[0]).toEqual({
      type: "hello",
      token: "token",
      after: 0,
      context: { page: "home", locale: "zh-CN" },
    });
  });

  it("asks only for what it lacks after a break", async () => {
    await stage.begin([message(1, "一"), message(2, "二")]);
    stage.line.closes(1013);
    await stage.resume();
    expect(stage.line.sent[0]).toMatchObject({ after: 2 });
  });

  it("shows a message once that comes twice", async () => {
    await stage.begin([message(1, "一")]);
    stage.tells(message(2, "二"));
    stage.tells(message(2, "二"));
    expect(seqs()).toEqual([1, 2]);
  });

  it("goes back for the missing one on a gap and shows all in order, once", async () => {
    await stage.begin([message(1, "一")]);
    stage.tells(message(3, "三"));
    expect(FakeSocket.made).toHaveLength(2);
    await stage.line.opens();
    expect(stage.line.sent[0]).toMatchObject({ type: "hello", after: 1 });
    stage.tells(message(2, "二"));
    stage.tells(message(3, "三"));
    stage.line.hears({ type: "resumed", last_seq: 3 });
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it("does not go back twice for a note only staff may read", async () => {
    await stage.begin([message(1, "一")]);
    stage.tells(message(3, "三"));
    await stage.resume([message(3, "三")]);
    stage.tells(message(4, "四"));
    expect(FakeSocket.made).toHaveLength(2);
    expect(seqs()).toEqual([1, 3, 4]);
  });

  it("starts from nothing when the token leads to another thread", async () => {
    await stage.begin([message(1, "一")]);
    stage.line.closes(1013);
    await stage.resume([], { conversation: view({ id: "conversation-2" }) });
    await Promise.resolve();
    await stage.line.opens();
    expect(stage.line.sent[0]).toMatchObject({ after: 0 });
    expect(seqs()).toEqual([]);
  });

  it("tells the page of live messages, not of what was there before", async () => {
    await stage.begin([message(1, "一")]);
    stage.tells(message(2, "二"));
    expect(stage.heard.map((one) => one.seq)).toEqual([2]);
  });

  it("does not let an older state overtake a newer one", async () => {
    await stage.begin();
    stage.becomes({ status: "active", epoch: 5 });
    stage.becomes({ status: "queued", epoch: 4 });
    expect(stage.chat.thread.state.conversation?.status).toBe("active");
  });

  it("says nothing of a short break, and speaks up when it lasts", async () => {
    vi.useFakeTimers();
    await stage.begin();
    stage.line.closes();
    expect(stage.chat.state.troubled).toBe(false);
    vi.advanceTimersByTime(1_600);
    expect(stage.chat.state.troubled).toBe(true);
    await stage.resume();
    expect(stage.chat.state.troubled).toBe(false);
  });

  it("stops and says why when this site may not use the chat", async () => {
    await stage.begin();
    stage.line.closes(4403);
    expect(stage.chat.state.halted).toBe("stopped_forbidden");
  });

  it("stops and says why when the storefront's word no longer counts", async () => {
    const token = vi.fn().mockResolvedValueOnce("old").mockResolvedValueOnce("old");
    token.mockRejectedValue(new SessionRefused("unauthorized", true));
    stage = new Stage({ identity: { key: "shopper:a", token } });
    await stage.begin();
    stage.line.closes(4401);
    await new Promise((resolve) => setTimeout(resolve));
    expect(stage.chat.state.halted).toBe("stopped_expired");
  });
});

describe("speaking", () => {
  it("shows a message as sending, as sent, and then as the one of the thread", async () => {
    await stage.begin();
    stage.chat.say("  衣服能退吗 ");
    const id = outgoing()[0]!.clientId;
    expect(outgoing()[0]).toMatchObject({ text: "衣服能退吗", state: "sending" });
    stage.line.hears({ type: "message.acknowledged", client_id: id, seq: 1, at: "" });
    expect(outgoing()[0]!.state).toBe("sent");
    stage.tells(message(1, "衣服能退吗", { sender: "shopper", client_id: id }));
    expect(outgoing()).toHaveLength(0);
    expect(seqs()).toEqual([1]);
  });

  it("shows it once when the message comes before its acknowledgement", async () => {
    await stage.begin();
    stage.chat.say("在吗");
    const id = outgoing()[0]!.clientId;
    stage.tells(message(1, "在吗", { sender: "shopper", client_id: id }));
    stage.line.hears({ type: "message.acknowledged", client_id: id, seq: 1, at: "" });
    expect(outgoing()).toHaveLength(0);
    expect(seqs()).toEqual([1]);
  });

  it("shows what another tab of the shopper says", async () => {
    await stage.begin();
    stage.tells(message(1, "另一个页面", { sender: "shopper", client_id: "other-tab-1" }));
    expect(seqs()).toEqual([1]);
  });

  it("does not send blanks", async () => {
    await stage.begin();
    stage.chat.say(" \n ");
    expect(stage.line.of("send")).toEqual([]);
  });

  it("sends again with the same client id after a break", async () => {
    await stage.begin();
    stage.chat.say("在吗");
    const first = stage.line.of("send")[0];
    stage.line.closes(1013);
    await stage.resume();
    expect(stage.line.of("send")).toEqual([first]);
  });

  it("shows after a reload what was not acknowledged, and sends it", async () => {
    stage = new Stage({ perTab: sessionStorage });
    stage.chat.say("刷新前说的话");
    stage.end();
    stage = new Stage({ perTab: sessionStorage });
    expect(outgoing()[0]).toMatchObject({ text: "刷新前说的话", state: "sending" });
    await stage.begin();
    expect(stage.line.of("send")).toMatchObject([{ text: "刷新前说的话" }]);
  });

  it("shows why a message was refused, and sends it again under the same id", async () => {
    await stage.begin();
    stage.chat.say("太长");
    const id = outgoing()[0]!.clientId;
    stage.line.hears({ type: "error", code: "invalid_text", detail: "消息太长", client_id: id });
    expect(outgoing()[0]).toMatchObject({ state: "failed", detail: "消息太长" });
    await stage.chat.retry(id);
    expect(outgoing()[0]!.state).toBe("sending");
    expect(stage.line.of("send").map((frame) => frame.client_id)).toEqual([id, id]);
  });

  it("forgets a failed message the shopper drops", async () => {
    await stage.begin();
    stage.chat.say("算了");
    const id = outgoing()[0]!.clientId;
    stage.line.hears({ type: "error", code: "invalid_text", detail: "", client_id: id });
    stage.chat.discard(id);
    expect(outgoing()).toHaveLength(0);
  });

  it.each([
    [
      "an entry",
      { title: "怎么退货", say: null, entry: "return_how", flow: null },
      { entry: "return_how" },
    ],
    [
      "a flow",
      { title: "查物流", say: null, entry: null, flow: "track_order" },
      { flow: "track_order" },
    ],
  ])("chooses %s by its key", async (_, choice, target) => {
    await stage.begin();
    stage.chat.choose(choice);
    const [frame] = stage.line.of("choose");
    expect(frame).toEqual({
      type: "choose",
      client_id: frame!.client_id,
      title: choice.title,
      ...target,
    });
  });

  it("says the text of a button that has one", async () => {
    await stage.begin();
    stage.chat.choose({ title: "催一下", say: "帮我催一下物流", entry: null, flow: null });
    expect(stage.line.of("send")).toMatchObject([{ text: "帮我催一下物流" }]);
  });

  it("tells an agent of typing, but not the bot, and not at every key", async () => {
    await stage.begin();
    stage.chat.tellTyping(10_000);
    stage.becomes({ status: "active", agent_name: "林晓" });
    stage.chat.tellTyping(20_000);
    stage.chat.tellTyping(21_000);
    stage.chat.tellTyping(24_000);
    expect(stage.line.of("typing")).toHaveLength(2);
  });
});

describe("asking for a human", () => {
  it("asks once, however often it is tapped", async () => {
    await stage.begin();
    stage.chat.requestHuman();
    stage.chat.requestHuman();
    expect(stage.line.of("request_human")).toHaveLength(1);
  });

  it("is answered by the queue, and not asked again after a break", async () => {
    await stage.begin();
    stage.chat.requestHuman();
    stage.becomes({ status: "queued" });
    expect(stage.chat.state.askingHuman).toBe(false);
    stage.line.closes(1013);
    await stage.resume([], { conversation: view({ status: "queued", epoch: 9 }) });
    expect(stage.line.of("request_human")).toEqual([]);
  });

  it("is told when it is refused", async () => {
    await stage.begin();
    stage.chat.requestHuman();
    const [{ client_id }] = stage.line.of("request_human") as [{ client_id: string }];
    stage.line.hears({ type: "error", code: "illegal_move", detail: "已经在排队了", client_id });
    expect(stage.chat.state).toMatchObject({ askingHuman: false, notice: "已经在排队了" });
  });

  it("says so when a move cannot go out", () => {
    stage.chat.goOnWithBot();
    expect(stage.chat.state.notice).toContain("连接");
  });

  it("forgets the place once nobody is waited for", async () => {
    await stage.begin([], {
      conversation: view({ status: "queued" }),
      place: { place: 2, waiting: 4 },
    });
    expect(stage.chat.thread.state.place).toEqual({ place: 2, waiting: 4 });
    stage.becomes({ status: "active", agent_name: "林晓" });
    expect(stage.chat.thread.state.place).toBeNull();
  });
});

describe("voting, rating and reading", () => {
  it("votes and shows the vote of another tab", async () => {
    await stage.begin([message(1, "答", { votable: true })]);
    stage.chat.vote(1, false);
    expect(stage.line.of("vote")).toEqual([{ type: "vote", seq: 1, helpful: false }]);
    stage.line.hears({
      type: "message.voted",
      conversation: "conversation-1",
      seq: 1,
      helpful: true,
    });
    expect(stage.chat.thread.state.messages[0]!.helpful).toBe(true);
  });

  it("rates with a comment of at most 500 characters", async () => {
    await stage.begin([], { conversation: view({ status: "resolved", rating_due: true }) });
    stage.chat.rate(4, ` ${"好".repeat(600)}`);
    const [frame] = stage.line.of("rate") as [{ comment: string }];
    expect(frame).toMatchObject({ score: 4 });
    expect(frame.comment).toHaveLength(500);
    stage.line.hears({ type: "conversation.rated", conversation: "conversation-1", score: 4 });
    expect(stage.chat.thread.state).toMatchObject({
      rated: 4,
      conversation: { rating_due: false },
    });
  });

  it("counts what was there before the first visit as read", async () => {
    stage = new Stage({ lasting: localStorage });
    await stage.begin([message(1, "一"), message(2, "二")]);
    expect(stage.chat.state.seen).toBe(2);
  });

  it("remembers what was read over a reload", async () => {
    stage = new Stage({ lasting: localStorage });
    await stage.begin([message(1, "一")]);
    stage.end();
    stage = new Stage({ lasting: localStorage });
    await stage.begin([message(1, "一"), message(2, "二")]);
    expect(stage.chat.state.seen).toBe(1);
  });

  it("hears from another tab what was read there", async () => {
    stage = new Stage({ lasting: localStorage });
    await stage.begin([message(1, "一")]);
    stage.tells(message(2, "二"));
    const key = `${stage.chat.place}:seen`;
    window.dispatchEvent(new StorageEvent("storage", { key, newValue: "2" }));
    expect(stage.chat.state.seen).toBe(2);
  });

  it("stops showing that somebody types when their message comes, or after a while", async () => {
    vi.useFakeTimers();
    await stage.begin();
    const types = () =>
      stage.line.hears({
        type: "conversation.typing",
        conversation: "conversation-1",
        who: "agent",
      });
    types();
    expect(stage.chat.thread.state.typing).toBe("agent");
    stage.tells(message(1, "你好", { sender: "agent" }));
    expect(stage.chat.thread.state.typing).toBeNull();
    types();
    vi.advanceTimersByTime(5_000);
    expect(stage.chat.thread.state.typing).toBeNull();
  });
});
