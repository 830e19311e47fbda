import { describe, expect, it } from "vitest";
import type { Message } from "@shared/wire";
import { rowsOf, type Row, type Shown } from "../state/rows";
import { at, handoff, message, view } from "./make";

const bot = (seq: number, epoch: number): Message => message(seq, { sender: "bot", epoch });
const lina = (seq: number, epoch: number, more: Partial<Message> = {}): Message =>
  message(seq, { sender: "agent", sender_id: "lina", sender_name: "李娜", epoch, ...more });

function shown(more: Partial<Shown>): Row[] {
  return rowsOf({
    messages: [], pending: [], conversation: view(), handoff: null, agentName: null,
    updatedAt: at(99), unreadFrom: null, ...more,
  });
}
const kinds = (rows: Row[]): string[] => rows.map((row) => row.kind);

describe("the lines of a thread", () => {
  it("the human's line stands where the human took over, with the time of the accept", () => {
    const rows = shown({
      messages: [message(1, { epoch: 0 }), bot(2, 0), message(3, { epoch: 1 }), lina(4, 2)],
      conversation: view({ status: "active", epoch: 2 }),
      handoff: handoff({ agent: "lina", accepted_at: at(3.5) }),
    });
    expect(kinds(rows)).toEqual(["day", "message", "message", "message", "takeover", "message"]);
    expect(rows[4]).toMatchObject({ at: at(3.5), who: "李娜" });
  });

  it("it stands there before the human's first word", () => {
    const rows = shown({
      messages: [message(1, { epoch: 1 })],
      conversation: view({ status: "active", epoch: 2 }),
      agentName: "李娜",
      handoff: handoff({ agent: "lina", accepted_at: at(7) }),
    });
    expect(rows.at(-1)).toMatchObject({ kind: "takeover", who: "李娜", at: at(7) });
  });

  it("it stands there even if the human never spoke: the accept itself names them", () => {
    const accepted = message(2, { sender: "system", sender_id: "lina", sender_name: "李娜", epoch: 2 });
    const rows = shown({ messages: [message(1), accepted], conversation: view({ status: "resolved", epoch: 3 }) });
    expect(kinds(rows)).toEqual(["day", "message", "takeover", "message", "resolved"]);
  });

  it("a note of somebody who does not hold the conversation takes nothing over", () => {
    const rows = shown({ messages: [message(1), lina(2, 1, { visibility: "staff" })] });
    expect(kinds(rows)).not.toContain("takeover");
  });

  it("the bot's line stands where the bot came back", () => {
    const rows = shown({
      messages: [lina(1, 2), message(2, { epoch: 3 }), bot(3, 3)],
      conversation: view({ status: "bot", epoch: 3 }),
    });
    expect(kinds(rows)).toEqual(["day", "takeover", "message", "bot_back", "message", "message"]);
  });

  it("a transfer shows the next human", () => {
    const wang = message(3, { sender: "agent", sender_id: "wang", sender_name: "王芳", epoch: 4 });
    const rows = shown({
      messages: [lina(1, 2), message(2, { epoch: 3 }), wang],
      conversation: view({ status: "active", epoch: 4 }),
    });
    expect(rows.filter((r) => r.kind === "takeover").map((r) => "who" in r && r.who)).toEqual(["李娜", "王芳"]);
  });

  it("days part messages, and a resolved case ends in its line", () => {
    const rows = shown({
      messages: [message(1), message(2, { at: at(86_400) })],
      conversation: view({ status: "resolved" }),
    });
    expect(kinds(rows)).toEqual(["day", "message", "day", "message", "resolved"]);
  });

  it("the unread line stands above the first unread message, never above everything", () => {
    const messages = [message(1), message(2), message(3)];
    expect(kinds(shown({ messages, unreadFrom: 2 }))).toEqual(["day", "message", "unread", "message", "message"]);
    expect(kinds(shown({ messages, unreadFrom: 1 }))).not.toContain("unread");
  });

  it("messages of one speaker within minutes are one group", () => {
    const rows = shown({ messages: [message(1), message(2), message(400)] });
    expect(rows.flatMap((r) => (r.kind === "message" ? [r.grouped] : []))).toEqual([false, true, false]);
  });
});
