import { mount, type VueWrapper } from "@vue/test-utils";
import { ref } from "vue";
import { FakeSocket, fakeSockets } from "../../shared/tests/fake-socket";
import type { ConversationView, Message } from "../../shared/wire";
import { Chat, type ChatOptions } from "../chat";
import Panel from "../components/Panel.vue";
import type { Config } from "../config";
import { sayIn } from "../locales";
import { UI } from "../ui";

export const ORIGIN = "https://chat.test";
export const say = sayIn("zh-CN");

export function view(more: Partial<ConversationView> = {}): ConversationView {
  return {
    id: "conversation-1",
    status: "bot",
    epoch: 0,
    last_seq: 0,
    case: 1,
    keeps_place: false,
    agent_name: null,
    rating_due: false,
    ...more,
  };
}

type MessageParts = Omit<Partial<Message>, "body"> & { body?: Partial<Message["body"]> };

export function message(seq: number, text: string, more: MessageParts = {}): Message {
  const { body, ...rest } = more;
  return {
    conversation: "conversation-1",
    seq,
    epoch: 0,
    at: new Date(2026, 10, 11, 9, seq).toISOString(),
    sender: "bot",
    sender_id: null,
    sender_name: null,
    client_id: null,
    visibility: "everyone",
    source: { entry: null, revision: null, release: null, model: null, plan: null },
    votable: false,
    helpful: null,
    body: {
      text,
      buttons: [],
      card: null,
      image: null,
      chosen_entry: null,
      chosen_flow: null,
      asks_human: false,
      ...body,
    },
    ...rest,
  };
}

export function button(title: string, more: Partial<Message["body"]["buttons"][number]> = {}) {
  return { title, say: null, entry: null, flow: null, url: null, ...more };
}

/** A chat whose router is the test. */
export class Stage {
  readonly chat: Chat;
  readonly heard: Message[] = [];
  panel: VueWrapper | null = null;

  constructor(more: Partial<ChatOptions> = {}) {
    const makeSocket = fakeSockets();
    const context = { page: "home", locale: "zh-CN" } as const;
    this.chat = new Chat({
      origin: ORIGIN,
      identity: { key: "anonymous", token: () => Promise.resolve("token") },
      context: () => context,
      say,
      lasting: null,
      perTab: null,
      heard: (one) => this.heard.push(one),
      makeSocket,
      ...more,
    });
  }

  get line(): FakeSocket {
    return FakeSocket.last;
  }

  /** Connects and replays the messages. */
  async begin(messages: Message[] = [], welcome: Record<string, unknown> = {}): Promise<void> {
    await this.chat.start();
    await this.resume(messages, welcome);
  }

  async resume(messages: Message[] = [], welcome: Record<string, unknown> = {}): Promise<void> {
    await this.line.opens();
    const last = messages.at(-1)?.seq ?? 0;
    this.line.hears({
      type: "welcome",
      conversation: view({ last_seq: last }),
      shopper_name: null,
      presets: [],
      place: null,
      greeting: "你好",
      max_text: 100,
      max_image_bytes: 8_000_000,
      ...welcome,
    });
    for (const one of messages) this.tells(one);
    this.line.hears({ type: "resumed", last_seq: last });
  }

  tells(one: Message): void {
    this.line.hears({ type: "message.created", message: one });
  }

  becomes(more: Partial<ConversationView>): void {
    this.line.hears({ type: "conversation.changed", conversation: view({ epoch: 9, ...more }) });
  }

  /** Shows the panel. */
  show(): VueWrapper {
    const config: Config = {
      origin: ORIGIN,
      accent: "#b8893b",
      locale: "zh-CN",
      position: "right",
      title: null,
    };
    const now = ref(new Date(2026, 10, 11, 12));
    const provide = { [UI as symbol]: { config, say, now, draftPlace: "draft" } };
    this.panel = mount(Panel, {
      props: { chat: this.chat },
      global: { provide },
      attachTo: document.body,
    });
    return this.panel;
  }

  end(): void {
    this.panel?.unmount();
    this.chat.dispose();
  }
}

/** Finds by the hook that browser tests use too. */
export function hook(name: string): string {
  return `[data-testid="jieli-${name}"]`;
}
