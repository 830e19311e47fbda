/** Messages of this agent that the router has not yet shown back. Pure. */

import type { AgentReply, Message, Note, Whisper } from "@shared/wire";

export interface Pending {
  client_id: string;
  conversation: string;
  kind: "reply" | "note" | "whisper";
  text: string;
  /** An image or an order that a reply shows. */
  upload?: string | null;
  order?: string | null;
  /** The epoch the agent saw when sending. */
  epoch: number;
  at: string;
  state: "sending" | "sent" | "failed";
  seq: number | null;
  /** Why it was refused, when failed. */
  code: string | null;
  detail: string;
}

type All = readonly Pending[];

/** Gives the frame that sends a pending message. */
export function frameOf(pending: Pending): AgentReply | Note | Whisper {
  const { conversation, client_id, text, epoch } = pending;
  return pending.kind === "reply"
    ? { type: "reply", conversation, client_id, text, epoch, ...shownOf(pending) }
    : { type: pending.kind, conversation, client_id, text };
}

function shownOf({ upload, order }: Pending): Pick<AgentReply, "upload" | "order"> {
  return { ...(upload ? { upload } : {}), ...(order ? { order } : {}) };
}

/** Notes that the message with this client id is committed. */
export function acknowledge(all: All, clientId: string, seq: number): All {
  return change(all, clientId, (p) => ({ ...p, state: "sent", seq, code: null, detail: "" }));
}

/** Notes that the router refused a message; one that was acknowledged before stays sent. */
export function refuse(all: All, clientId: string, code: string, detail: string): All {
  return change(all, clientId, (p) =>
    p.state === "sent" ? p : { ...p, state: "failed", code, detail },
  );
}

/** Takes a message that came back from the router out of the pending ones. */
export function arrived(all: All, message: Message): All {
  if (!message.client_id || !all.some((p) => p.client_id === message.client_id)) return all;
  return all.filter((p) => p.client_id !== message.client_id);
}

/** Makes a failed message go again: same client id, the epoch the agent sees now. */
export function again(all: All, clientId: string, epoch: number): All {
  return change(all, clientId, (p) => ({ ...p, state: "sending", epoch, code: null, detail: "" }));
}

/** Forgets a message, because the agent gives it up. */
export function discard(all: All, clientId: string): All {
  return all.filter((p) => p.client_id !== clientId);
}

function change(all: All, clientId: string, how: (pending: Pending) => Pending): All {
  return all.map((pending) => (pending.client_id === clientId ? how(pending) : pending));
}
