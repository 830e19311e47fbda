/** Makes what the tests need, from as little as they say. */

import { createPinia, setActivePinia, type Pinia } from "pinia";
import ElementPlus from "element-plus";
import type { Plugin } from "vue";
import type { Phase } from "@shared/socket";
import type {
  Brief,
  ConversationView,
  DeskCommand,
  DeskEvent,
  DeskWelcome,
  Handoff,
  Message,
  QueueCard,
  StaffView,
} from "@shared/wire";
import { ANY } from "../dev/scenes";
import { makeI18n } from "../locales";
import type { Link } from "../state/desk";

export const NOON = Date.parse("2026-11-21T12:00:00Z");
export const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();

export const LINA: StaffView = {
  id: "lina", login: "lina", name: "李娜", roles: ["agent"], capacity: 2, presence: "online",
  skills: ANY,
};
export const WANG: StaffView = { ...LINA, id: "wang", login: "wang", name: "王芳" };

export function view(more: Partial<ConversationView> = {}): ConversationView {
  return {
    id: "conv0001", status: "queued", epoch: 1, last_seq: 1, case: 1, keeps_place: false,
    agent_name: null, rating_due: false, ...more,
  };
}

export function handoff(more: Partial<Handoff> = {}): Handoff {
  return {
    id: "h1", conversation: "conv0001", case: 1, reason: "explicit_request", priority: 1,
    queued_at: at(0), due_at: at(100), asked: "转人工", detail: "", tier: "ordinary", mood: 0,
    state: "queued", agent: null, accepted_at: null, ended_at: null,
    urgency: 1, impact: 1, sla_class: "standard",
    needs: { language: null, category: null, product_line: null, region: null, store: null },
    weight: 1, head_start: 0, wanted_agent: null, wanted_until: null,
    offered_to: null, offered_until: null, declined_by: [], left_at: null,
    ...more,
  };
}

export function card(
  more: Partial<ConversationView> = {},
  rest: Partial<QueueCard> = {},
): QueueCard {
  const conversation = view(more);
  return {
    conversation, shopper: "shopper-1", shopper_name: "小满", tier: "ordinary",
    handoff: handoff({ conversation: conversation.id }), last_text: "转人工", updated_at: at(0),
    agent: null, parting: null, hold: null, participants: [], clocks: [], callback: null, ...rest,
  };
}

export function message(seq: number, more: Partial<Message> = {}, text = `第${seq}句`): Message {
  return {
    conversation: "conv0001", seq, epoch: 1, at: at(seq), sender: "shopper",
    body: {
      text, buttons: [], card: null, image: null, chosen_entry: null, chosen_flow: null,
      asks_human: false,
    },
    sender_id: null, sender_name: null, client_id: null, visibility: "everyone",
    source: { entry: null, revision: null, release: null, model: null, plan: null },
    votable: false, helpful: null, ...more,
  };
}

export function brief(more: Partial<Brief> = {}): Brief {
  return {
    asked: "转人工", reason: "explicit_request", detail: "", tried: [], orders: [],
    orders_note: null, orders_as_of: null, account: null, mood: [], shopper: "shopper-1", shopper_name: "小满", tier: "ordinary",
    anonymous: false, lines: [], known: [], images: [], earlier_cases: 0, waited_seconds: 10,
    context: {
      page: null, order: null, product: null, product_line: null, region: null, store: null, channel: null,
      locale: "zh-CN",
    },
    ...more,
  };
}

export function welcome(more: Partial<DeskWelcome> = {}): DeskWelcome {
  return { type: "welcome", me: LINA, queue: [], mine: [], invited: [], colleagues: [WANG],
    causes: [{ key: "product", title: "商品" }, { key: "logistics", title: "物流" }],
    outcomes: [{ key: "solved", title: "已解决" }, { key: "partly", title: "部分解决" }],
    rules: { hand_out: "offer", pick: true, overtaken_minutes: 30, away_minutes: 10 },
    offers: [],
    ...more,
  };
}

/** A socket that remembers what was sent and says what the test tells it to. */
export class FakeLink {
  sent: DeskCommand[] = [];
  stoppedBy: number | null = null;
  private ready = false;
  private events: (event: DeskEvent) => void = () => undefined;
  private phases: (phase: Phase) => void = () => undefined;

  on(_type: string, handler: (event: DeskEvent) => void): () => void {
    this.events = handler;
    return () => undefined;
  }
  onPhase(handler: (phase: Phase) => void): () => void {
    this.phases = handler;
    return () => undefined;
  }
  start(): void {
    this.enter("connecting");
  }
  stop(): void {
    this.enter("stopped");
  }
  discard(): void {}
  send(command: DeskCommand): boolean {
    // Like the real one: what has a client id is kept until the line is back.
    if (!this.ready && !("client_id" in command)) return false;
    this.sent.push(command);
    return this.ready;
  }
  enter(phase: Phase): void {
    this.ready = phase === "ready";
    this.phases(phase);
  }
  say(...events: DeskEvent[]): void {
    for (const event of events) {
      if (event.type === "welcome") this.enter("ready");
      this.events(event);
    }
  }
  of<T extends DeskCommand["type"]>(type: T): Extract<DeskCommand, { type: T }>[] {
    return this.sent.filter((c): c is Extract<DeskCommand, { type: T }> => c.type === type);
  }
  get asLink(): Link {
    return this as unknown as Link;
  }
}

/** Starts a test with nothing remembered; gives the plugins a component needs. */
export function fresh(locale: "zh-CN" | "en" = "zh-CN"): { pinia: Pinia; plugins: Plugin[] } {
  localStorage.clear();
  sessionStorage.clear();
  const pinia = createPinia();
  setActivePinia(pinia);
  return { pinia, plugins: [pinia, makeI18n(locale), ElementPlus] as Plugin[] };
}
