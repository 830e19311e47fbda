import { day, isSameDay, type Locale } from "../shared/time";
import type { Button, ConversationView, Message, OrderCard, Sender } from "../shared/wire";
import { safeLink } from "./linkify";
import type { Say } from "./locales";
import type { Outgoing } from "./outgoing";

/** A message as a row of the thread, whether the router has it already or not. */
export interface Row {
  kind: "message";
  key: string;
  seq: number | null;
  clientId: string | null;
  sender: Exclude<Sender, "system">;
  name: string | null;
  text: string;
  at: string | null;
  buttons: readonly Button[];
  /** The buttons may still be taken. */
  live: boolean;
  card: OrderCard | null;
  picture: { src: string; width: number; height: number } | null;
  votable: boolean;
  helpful: boolean | null;
  outgoing: Outgoing | null;
  /** The first and the last of several in a row by one sender. */
  head: boolean;
  tail: boolean;
}

/** A centred line: a day, a word of the system, an agent who joined or left. */
export interface Line {
  kind: "day" | "system" | "owner";
  key: string;
  seq: number | null;
  text: string;
}

export type Item = Row | Line;

export interface RowSource {
  messages: readonly Message[];
  outgoing: readonly Outgoing[];
  pictures: ReadonlyMap<string, string>;
  conversation: ConversationView | null;
  origin: string;
  locale: Locale;
  say: Say;
}

const APART = 3 * 60_000;

/** Gives the thread as rows and lines, in reading order. */
export function threadItems(source: RowSource, now: Date): Item[] {
  const items: Item[] = [];
  const answered = lastShopperSeq(source);
  let before: Message | null = null;
  const failed = source.outgoing.filter((one) => one.state === "failed");
  const placeFailed = (before: number) => {
    while (failed.length && failed[0]!.after < before) {
      items.push(outgoingRow(failed.shift()!, source));
    }
  };
  for (const message of source.messages) {
    placeFailed(message.seq);
    if (!before || !isSameDay(before.at, message.at)) {
      items.push(dayLine(message, now, source.locale));
    }
    const line = ownerLine(before, message, source.say);
    if (line) items.push(line);
    if (message.sender === "system") {
      items.push({
        kind: "system",
        key: `s${message.seq}`,
        seq: message.seq,
        text: message.body.text,
      });
    } else items.push(messageRow(message, source, message.seq > answered));
    before = message;
  }
  placeFailed(Infinity);
  for (const one of source.outgoing) {
    if (one.state !== "failed") items.push(outgoingRow(one, source));
  }
  const joined = joinedLine(before, source);
  if (joined) items.push(joined);
  group(items);
  return items;
}

function lastShopperSeq({ messages, outgoing }: RowSource): number {
  if (outgoing.some((one) => one.state !== "failed")) return Infinity;
  for (let at = messages.length - 1; at >= 0; at--) {
    if (messages[at]!.sender === "shopper") return messages[at]!.seq;
  }
  return 0;
}

function dayLine(message: Message, now: Date, locale: Locale): Line {
  return { kind: "day", key: `d${message.seq}`, seq: null, text: day(message.at, now, locale) };
}

// The router says in a system message who joined; where it did not, the thread says it itself.
function ownerLine(before: Message | null, message: Message, say: Say): Line | null {
  if (!before || before.epoch === message.epoch || before.sender === "system") return null;
  const key = `o${message.seq}`;
  const joins = message.sender === "agent" && before.sender !== "agent";
  if (joins) return owner(key, say("joined", { name: message.sender_name ?? "" }));
  const leaves = message.sender === "bot" && before.sender === "agent";
  return leaves ? owner(key, say("left")) : null;
}

function joinedLine(last: Message | null, { conversation, say }: RowSource): Line | null {
  if (conversation?.status !== "active" || !last || last.epoch >= conversation.epoch) return null;
  // The message that says so may just be on its way.
  if (last.seq < conversation.last_seq || last.sender === "agent") return null;
  return owner("joined", say("joined", { name: conversation.agent_name ?? "" }));
}

function owner(key: string, text: string): Line {
  return { kind: "owner", key, seq: null, text };
}

const BLANK = {
  kind: "message",
  seq: null,
  name: null,
  buttons: [],
  live: false,
  card: null,
  picture: null,
  votable: false,
  helpful: null,
  outgoing: null,
  head: true,
  tail: true,
} as const satisfies Partial<Row>;

function messageRow(message: Message, source: RowSource, unanswered: boolean): Row {
  const { body, seq, sender, at, votable, helpful } = message;
  const { text, card, image } = body;
  const status = source.conversation?.status ?? "bot";
  const kept = message.client_id ? source.pictures.get(message.client_id) : undefined;
  return {
    ...BLANK,
    key: message.client_id ?? `m${seq}`,
    seq,
    clientId: message.client_id,
    sender: sender as Row["sender"],
    name: message.sender_name,
    text,
    at,
    buttons: body.buttons.filter((button) => button.url === null || safeLink(button.url)),
    live: unanswered && (status === "bot" || status === "resolved"),
    card,
    picture: image && {
      src: kept ?? `${source.origin}/api/v1/uploads/${encodeURIComponent(image.id)}`,
      width: image.width,
      height: image.height,
    },
    votable,
    helpful,
  };
}

function outgoingRow(outgoing: Outgoing, source: RowSource): Row {
  const { clientId, text, at } = outgoing;
  const src = source.pictures.get(clientId);
  return {
    ...BLANK,
    key: clientId,
    clientId,
    sender: "shopper",
    text,
    at,
    picture: src ? { src, width: 0, height: 0 } : null,
    outgoing,
  };
}

function group(items: Item[]): void {
  for (let at = 1; at < items.length; at++) {
    const [one, next] = [items[at - 1]!, items[at]!];
    if (one.kind !== "message" || next.kind !== "message" || one.sender !== next.sender) continue;
    if (one.name !== next.name && one.name && next.name) continue;
    if (one.at && next.at && Date.parse(next.at) - Date.parse(one.at) > APART) continue;
    one.tail = next.head = false;
  }
}
