/** What the middle column shows: messages between day, takeover and unread lines. Pure. */

import { isSameDay } from "@shared/time";
import type { ConversationView, Handoff, Message } from "@shared/wire";
import type { Pending } from "./pending";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "takeover"; key: string; at: string; who: string }
  | { kind: "bot_back"; key: string; at: string }
  | { kind: "resolved"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; message: Message; grouped: boolean }
  | { kind: "pending"; key: string; pending: Pending };

export interface Shown {
  messages: readonly Message[];
  pending: readonly Pending[];
  conversation: ConversationView;
  handoff: Handoff | null;
  agentName: string | null;
  updatedAt: string;
  unreadFrom: number | null;
}

type Holder = { kind: "agent"; id: string; name: string } | { kind: "bot" } | { kind: "nobody" };

const GROUP_MS = 3 * 60_000;

/** Gives the rows of a thread, oldest first. */
export function rowsOf(shown: Shown): Row[] {
  const rows: Row[] = [];
  const holders = holdersByEpoch(shown);
  let holder: Holder = { kind: "nobody" };
  let human = false;
  let before: Message | null = null;
  const enter = (epoch: number, at: string): void => {
    const next = holders.get(epoch) ?? { kind: "nobody" };
    if (next.kind === "agent" && !isSameAgent(holder, next)) {
      rows.push({ kind: "takeover", key: `t${epoch}`, at, who: next.name });
    }
    if (next.kind === "bot" && human) rows.push({ kind: "bot_back", key: `b${epoch}`, at });
    human = next.kind === "agent" || (human && next.kind !== "bot");
    holder = next;
  };
  for (const message of shown.messages) {
    const newDay = !before || !isSameDay(before.at, message.at);
    if (newDay) rows.push({ kind: "day", key: `d${message.seq}`, at: message.at });
    const newEpoch = !before || before.epoch !== message.epoch;
    if (newEpoch) enter(message.epoch, takenAt(message.epoch, shown) ?? message.at);
    if (message.seq === shown.unreadFrom && before) rows.push({ kind: "unread", key: "unread" });
    const last = rows[rows.length - 1];
    const grouped = last?.kind === "message" && belongsTo(last.message, message);
    rows.push({ kind: "message", key: `m${message.seq}`, message, grouped });
    before = message;
  }
  const { epoch, status } = shown.conversation;
  const moved = before !== null && before.epoch < epoch;
  if (moved) enter(epoch, takenAt(epoch, shown) ?? shown.updatedAt);
  if (status === "resolved") rows.push({ kind: "resolved", key: "resolved", at: shown.updatedAt });
  for (const pending of shown.pending) {
    rows.push({ kind: "pending", key: `p${pending.client_id}`, pending });
  }
  return rows;
}

// Who held a conversation under an epoch is told by who spoke in it; the last one by its status.
function holdersByEpoch(shown: Shown): Map<number, Holder> {
  const holders = new Map<number, Holder>();
  for (const message of shown.messages) {
    if (message.visibility !== "everyone") continue;
    if (message.sender === "bot" && !holders.has(message.epoch)) {
      holders.set(message.epoch, { kind: "bot" });
    }
    // The words "… is here for you" are the system's, but name the agent who accepted.
    const accepted = message.sender === "system" && message.sender_id !== null;
    if (message.sender === "agent" || accepted) {
      const name = message.sender_name ?? "";
      holders.set(message.epoch, { kind: "agent", id: message.sender_id ?? name, name });
    }
  }
  const { epoch, status } = shown.conversation;
  if (status === "active" || status === "on_hold") {
    const known = holders.get(epoch);
    if (known?.kind !== "agent") {
      const name = shown.conversation.agent_name ?? shown.agentName ?? "";
      holders.set(epoch, { kind: "agent", id: shown.handoff?.agent ?? name, name });
    }
  } else if (status === "bot") holders.set(epoch, { kind: "bot" });
  return holders;
}

function takenAt(epoch: number, shown: Shown): string | null {
  const { status, epoch: current } = shown.conversation;
  const held = status === "active" || status === "on_hold";
  return held && epoch === current ? (shown.handoff?.accepted_at ?? null) : null;
}

function isSameAgent(a: Holder, b: Holder): boolean {
  return a.kind === "agent" && b.kind === "agent" && (a.id === b.id || a.name === b.name);
}

function belongsTo(former: Message, message: Message): boolean {
  return (
    former.sender === message.sender &&
    former.sender_id === message.sender_id &&
    former.visibility === message.visibility &&
    message.sender !== "system" &&
    Date.parse(message.at) - Date.parse(former.at) < GROUP_MS
  );
}
