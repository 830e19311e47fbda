/** A make-believe router for work on the desk alone, all in memory. A dev tool, never shipped. */

import type {
  Brief,
  CallbackLine,
  DeskCommand,
  DeskEvent,
  Ending,
  Message,
  Offer,
  Promise as Promised,
  QueueCard,
  StaffView,
  Standings,
  SupervisorView,
} from "@shared/wire";
import { isHeldBy, waits } from "../state/lists.ts";
import { promise } from "./care.ts";
import { brief, CALLBACKS, card, CAUSES, conversations, message, OUTCOMES, STAFF } from "./scenes.ts";

const UNDO_MS = 5_000;

type Push = (event: DeskEvent) => void;

export interface Kept {
  card: QueueCard;
  messages: Message[];
  brief: Brief;
}

/** One day of a make-believe shop; every desk that joins sees the same. */
export class Stage {
  callbacks: CallbackLine[] = CALLBACKS;
  readonly promises: Promised[] = [];
  readonly kept = new Map<string, Kept>();
  readonly me: StaffView = { ...STAFF[0]! };
  /** Makes the next reply fail as if the conversation had moved on. */
  refuseNext: string | null = null;
  private readonly desks = new Set<Push>();
  private readonly known = new Map<string, Message>();
  private readonly offered = new Map<string, Offer>();
  private readonly partings = new Map<string, ReturnType<typeof setTimeout>>();
  private made = 0;

  constructor(empty = false) {
    if (!empty) for (const scene of conversations()) this.kept.set(scene.card.conversation.id, scene);
  }

  join(push: Push): () => void {
    this.desks.add(push);
    return () => this.desks.delete(push);
  }

  /** What the supervisor's page shows. */
  overview(): SupervisorView {
    const cards = [...this.kept.values()].map((kept) => kept.card);
    const holding = (id: string): number => cards.filter((card) => isHeldBy(card, id)).length;
    return {
      at: new Date().toISOString(),
      queue: cards.filter(waits),
      held: cards.filter((card) => card.agent !== null),
      with_bot: cards.filter((card) => card.conversation.status === "bot"),
      breaches: [],
      waits: { told: 0, within_p50: null, within_p90: null, newest: [] },
      hours: { open: true, opens_at: null, closes_at: null, tickets: 0 },
      bound_minutes: 30,
      agents: STAFF.filter((one) => one.roles.includes("agent"))
        .map((staff) => ({ staff, holding: holding(staff.id) })),
    };
  }

  /** How every agent stands in the queue. */
  standings(): Standings {
    const cards = [...this.kept.values()].map((kept) => kept.card);
    const agents = STAFF.filter((one) => one.roles.includes("agent")).map((staff) => ({
      staff: staff.id, load: cards.filter((card) => isHeldBy(card, staff.id)).length, capacity: staff.capacity,
      idle: staff.presence === "online" ? null : ("not_online" as const), angry_streak: 0, angry_cap: 2,
    }));
    return { agents, angry_patience_seconds: 60 };
  }

  take(command: DeskCommand, push: Push): void {
    switch (command.type) {
      case "hello":
        return push(this.welcome());
      case "ping":
        return push({ type: "pong" });
      case "set_presence":
        this.me.presence = command.presence;
        return this.tell({ type: "presence.changed", staff: this.me.id, presence: command.presence });
      case "typing":
      case "flag":
      case "active":
        return;
      case "accept_next": {
        const next = [...this.offered.keys()][0] ?? [...this.kept.values()].find((k) => waits(k.card))?.card.conversation.id;
        if (next) return this.accept(next, push);
        return push({ type: "error", code: "nothing_waits", detail: "现在没有你能接入的会话。", client_id: null });
      }
      case "decline":
        this.offered.delete(command.conversation);
        return push({ type: "offer.ended", conversation: command.conversation, why: "declined" });
      case "open":
        return this.open(command.conversation, command.after ?? 0, push);
      case "accept":
        return this.accept(command.conversation, push);
      case "reply":
      case "note":
        return this.speak(command, push);
      case "return_to_bot":
        return this.part(command.conversation, "return_to_bot", () => this.leave(command.conversation, "bot"));
      case "resolve":
        return this.part(command.conversation, "resolve", () => this.leave(command.conversation, "resolved"));
      case "undo":
        return this.undo(command.conversation);
      case "hold":
        return this.hold(command.conversation, command.minutes, command.reason ?? "");
      case "correct_brief":
        return this.correct(command.conversation, command.line, command.text);
      case "take_over":
        return this.takeOver(command.conversation);
      case "decline_transfer":
      case "invite":
      case "uninvite":
      case "whisper":
        return push({ type: "error", code: "illegal_move", detail: "台上没有第二个人", client_id: null });
      case "take_up":
        return this.takeUp(command.conversation);
      case "transfer":
        return this.transfer(command.conversation, command.reason ?? "");
    }
  }

  /** The agent has called back. */
  calledBack(conversation: string): void {
    this.callbacks = this.callbacks.filter((line) => line.conversation !== conversation);
    this.tell({ type: "callback.changed", conversation });
  }

  /** The agent notes a promise. */
  promise(conversation: string, text: string, due: string): Promised {
    const made = promise(conversation, text, due);
    this.promises.push(made);
    this.tell({ type: "promise.changed", promise: made, what: "made" });
    return made;
  }

  /** The first who waits is offered to the agent, for twenty seconds. */
  offer(): void {
    const conversation = [...this.kept.values()].find((kept) => waits(kept.card))?.card.conversation.id;
    if (!conversation) return;
    const offer = { conversation, until: new Date(Date.now() + 20_000).toISOString(), seconds: 20 };
    this.offered.set(conversation, offer);
    this.tell({ type: "handoff.offered", offer });
    setTimeout(() => {
      if (this.offered.delete(conversation)) this.tell({ type: "offer.ended", conversation, why: "ran_out" });
    }, 20_000).unref();
  }

  /** The shopper says something. */
  say(id: string, text: string): void {
    this.append(id, message(id, 0, "shopper", text));
  }

  /** One more shopper waits. */
  enqueue(): string {
    const id = `convnew${String(++this.made).padStart(4, "0")}`;
    const waiting = card(id, "新雨", "ordinary", "explicit_request", 1, 0, "我要转人工，说了三遍了");
    this.kept.set(id, {
      card: waiting,
      messages: [message(id, 1, "shopper", "我要转人工，说了三遍了")],
      brief: brief(waiting, []),
    });
    this.tell({ type: "handoff.queued", card: waiting });
    return id;
  }

  tell(event: DeskEvent): void {
    for (const push of this.desks) push(structuredClone(event));
  }

  private welcome(): DeskEvent {
    const cards = [...this.kept.values()].map((kept) => kept.card);
    return structuredClone({
      type: "welcome",
      me: this.me,
      queue: cards.filter((c) => c.conversation.status === "queued"),
      mine: cards.filter((c) => c.agent === this.me.id && c.conversation.status === "active"),
      invited: cards.filter((c) => c.participants.some((one) => one.staff === this.me.id)),
      colleagues: STAFF.slice(1),
      causes: [...CAUSES],
      outcomes: [...OUTCOMES],
      rules: { hand_out: "offer", pick: true, overtaken_minutes: 30, away_minutes: 10 },
      offers: [...this.offered.values()],
    });
  }

  private open(id: string, after: number, push: Push): void {
    const kept = this.kept.get(id);
    if (!kept) {
      return push({ type: "error", code: "unknown_conversation", detail: "没有这个会话", client_id: null });
    }
    const messages = kept.messages.filter((m) => m.seq > after);
    push(
      structuredClone({ type: "conversation.opened", card: kept.card, messages, brief: kept.brief }),
    );
  }

  private accept(id: string, push: Push): void {
    const kept = this.kept.get(id);
    if (!kept || kept.card.conversation.status !== "queued") {
      return push({ type: "error", code: "already_taken", detail: "同事已经接入", client_id: null });
    }
    kept.card.agent = this.me.id;
    if (kept.card.handoff) {
      kept.card.handoff.accepted_at = new Date().toISOString();
      kept.card.handoff.agent = this.me.id;
    }
    this.move(kept, "active");
    this.tell({ type: "conversation.assigned", card: kept.card, agent: this.me.id });
    this.append(id, message(id, 0, "system", `${this.me.name} 为你服务`, {
      sender_id: this.me.id,
      sender_name: this.me.name,
    }));
  }

  private takeOver(id: string): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    kept.card.agent = this.me.id;
    this.move(kept, "active");
    this.tell({ type: "conversation.assigned", card: kept.card, agent: this.me.id });
  }

  private part(id: string, ending: Ending, done: () => void): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    const now = Date.now();
    kept.card.parting = {
      ending, agent: this.me.id, to_agent: null,
      asked_at: new Date(now).toISOString(), due_at: new Date(now + UNDO_MS).toISOString(),
    };
    this.tell({ type: "parting.asked", conversation: id, parting: kept.card.parting });
    this.partings.set(id, setTimeout(() => {
      kept.card.parting = null;
      done();
    }, UNDO_MS));
  }

  private undo(id: string): void {
    clearTimeout(this.partings.get(id));
    const kept = this.kept.get(id);
    if (kept) kept.card.parting = null;
    this.tell({ type: "parting.cancelled", conversation: id, why: "undone" });
  }

  private hold(id: string, minutes: number, reason: string): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    const [since, until] = [Date.now(), Date.now() + minutes * 60_000].map((at) => new Date(at).toISOString());
    kept.card.hold = { reason, since: since!, until: until!, reminded: false };
    kept.card.conversation.status = "on_hold";
    this.tell({ type: "conversation.assigned", card: kept.card, agent: this.me.id });
  }

  private correct(id: string, key: string, text: string): void {
    const kept = this.kept.get(id);
    const line = kept?.brief.lines.find((one) => one.key === key);
    if (!kept || !line) return;
    line.correction = { text, author: this.me.name, at: new Date().toISOString() };
    this.tell({ type: "brief.changed", conversation: id, lines: kept.brief.lines });
  }

  private takeUp(id: string): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    kept.card.hold = null;
    kept.card.conversation.status = "active";
    this.tell({ type: "conversation.assigned", card: kept.card, agent: this.me.id });
  }

  private transfer(id: string, reason: string): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    kept.card.agent = null;
    if (kept.card.handoff) {
      kept.card.handoff.queued_at = new Date().toISOString();
      kept.card.handoff.due_at = new Date(Date.now() + 120_000).toISOString();
      kept.card.handoff.reason = "transfer";
      kept.card.handoff.detail = reason;
    }
    this.move(kept, "queued");
    this.tell({ type: "handoff.queued", card: kept.card });
  }

  private leave(id: string, to: "bot" | "resolved"): void {
    const kept = this.kept.get(id);
    if (!kept) return;
    kept.card.agent = null;
    this.move(kept, to);
    this.tell({ type: "conversation.left", conversation: kept.card.conversation });
  }

  private speak(command: Extract<DeskCommand, { type: "reply" | "note" }>, push: Push): void {
    const { conversation: id, client_id, text } = command;
    const kept = this.kept.get(id);
    const known = this.known.get(client_id);
    if (known) return push({ type: "message.acknowledged", client_id, seq: known.seq, at: known.at });
    if (!kept) return;
    const moved = command.type === "reply" && command.epoch !== kept.card.conversation.epoch;
    if (this.refuseNext || moved) {
      push({ type: "error", code: this.refuseNext ?? "epoch_moved", detail: "会话已经换人", client_id });
      this.refuseNext = null;
      return;
    }
    const said = message(id, 0, "agent", text, {
      sender_id: this.me.id,
      sender_name: this.me.name,
      client_id,
      visibility: command.type === "note" ? "staff" : "everyone",
    });
    this.known.set(client_id, this.append(id, said));
    push({ type: "message.acknowledged", client_id, seq: said.seq, at: said.at });
  }

  private append(id: string, said: Message): Message {
    const kept = this.kept.get(id);
    if (!kept) return said;
    said.seq = kept.card.conversation.last_seq + 1;
    said.epoch = kept.card.conversation.epoch;
    kept.card.conversation.last_seq = said.seq;
    kept.card.updated_at = said.at;
    if (said.sender !== "system" && said.visibility === "everyone") kept.card.last_text = said.body.text;
    kept.messages.push(said);
    this.tell({ type: "message.created", message: said });
    return said;
  }

  private move(kept: Kept, status: "active" | "queued" | "bot" | "resolved"): void {
    kept.card.conversation.status = status;
    kept.card.conversation.epoch += 1;
    kept.card.updated_at = new Date().toISOString();
    this.tell({ type: "conversation.changed", conversation: kept.card.conversation });
  }
}
