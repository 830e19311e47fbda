import { computed, reactive, shallowRef, watch } from "vue";
import type { PageContext } from "../shared/wire";
import { Chat } from "./chat";
import type { Config } from "./config";
import { Emitter, messageEvent } from "./emitter";
import { AnonymousIdentity, type Identity, SignedIdentity, type SignedSource } from "./identity";
import { type Say, sayIn } from "./locales";
import { SeenMark } from "./seen";

const CONTEXT_SETTLES = 400;
const CONTEXT_FIELDS = ["page", "order", "product", "product_line", "region", "store", "channel"] as const;

/** What the storefront says of the page; the locale is the widget's own. */
export type ShopContext = Omit<PageContext, "locale">;

/** The widget as the storefront holds it: who the shopper is, where they stand, open or not. */
export class Shell {
  readonly config: Config;
  readonly say: Say;
  readonly state = reactive({ open: false });
  readonly chat = shallowRef<Chat>()!;
  readonly events = new Emitter();
  /** Messages of the shop that the shopper has not read. */
  readonly unread = computed(() => {
    const chat = this.chat.value;
    if (!chat) return 0;
    const { seen } = chat.state;
    return chat.thread.state.messages.filter(
      (one) => one.seq > seen && (one.sender === "bot" || one.sender === "agent"),
    ).length;
  });

  private identity: Identity;
  private context: PageContext;
  private contextTimer: ReturnType<typeof setTimeout> | undefined;
  private shopperCalls = 0;

  constructor(config: Config) {
    this.config = config;
    this.say = sayIn(config.locale);
    this.context = { locale: config.locale };
    this.identity = new AnonymousIdentity(config.origin, storage("localStorage"));
    watch(this.unread, (count) => this.events.emit("unread", { count }));
    this.begin();
  }

  /** Opens the panel. */
  open(): void {
    if (this.state.open) return;
    this.state.open = true;
    void this.chat.value?.start();
    this.events.emit("open", {});
  }

  /** Closes the panel; the conversation goes on. */
  close(): void {
    if (!this.state.open) return;
    this.state.open = false;
    this.events.emit("close", {});
  }

  /** Says who the shopper is: signed by the storefront, or null for nobody in particular. */
  async setShopper(source: SignedSource | null): Promise<void> {
    const call = ++this.shopperCalls;
    if (source === null) {
      if (this.identity.key === "anonymous") return;
      return this.become(new AnonymousIdentity(this.config.origin, storage("localStorage")));
    }
    const signed = typeof source === "function" ? await source() : source;
    if (call !== this.shopperCalls) return;
    const halted = this.chat.value?.state.halted;
    if (this.identity instanceof SignedIdentity && this.identity.is(signed.id) && !halted) {
      this.identity.refresh(source, signed);
    } else this.become(new SignedIdentity(this.config.origin, source, signed));
  }

  /** Says where in the storefront the shopper stands; suggested questions and answers follow it. */
  setContext(context: ShopContext): void {
    const next: PageContext = { locale: this.config.locale };
    for (const field of CONTEXT_FIELDS) {
      const value = context[field];
      if (value !== undefined && value !== null)
        next[field] = String(value).slice(0, LIMITS[field]);
    }
    if (JSON.stringify(next) === JSON.stringify(this.context)) return;
    this.context = next;
    clearTimeout(this.contextTimer);
    this.contextTimer = setTimeout(() => void this.chat.value?.tellContext(), CONTEXT_SETTLES);
  }

  private become(identity: Identity): void {
    this.identity = identity;
    this.begin();
  }

  private begin(): void {
    this.chat.value?.dispose();
    const { config, events } = this;
    const lasting = storage("localStorage");
    const chat = new Chat({
      origin: config.origin,
      identity: this.identity,
      context: () => this.context,
      say: this.say,
      lasting,
      perTab: storage("sessionStorage"),
      heard: (message) => events.emit("message", messageEvent(message)),
      changed: ({ status, agent_name }) => events.emit("status", { status, agent_name }),
    });
    this.chat.value = chat;
    // A shopper who never spoke costs the router nothing until the panel opens.
    if (this.state.open || SeenMark.spoken(chat.place, lasting)) void chat.start();
  }
}

const LIMITS = { page: 200, order: 40, product: 80, product_line: 40, region: 40, store: 40, channel: 40 };

/** Gives a storage of this page, or null where the browser refuses it. */
export function storage(kind: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}
