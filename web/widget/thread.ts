import { reactive } from "vue";
import { SeqLine } from "../shared/thread";
import type { ConversationView, Message, Place, Preset, RatingChoice, Welcome } from "../shared/wire";

export interface ThreadState {
  conversation: ConversationView | null;
  messages: Message[];
  presets: Preset[];
  /** The reasons offered beside each score, from 1 to 5. */
  reasons: RatingChoice[][];
  greeting: string;
  place: Place | null;
  maxText: number;
  maxImageBytes: number;
  typing: "bot" | "agent" | null;
  rated: number | null;
  /** Everything missed has arrived at least once. */
  resumed: boolean;
  /** Missed messages are arriving, which are not news. */
  replaying: boolean;
}

const TYPING_SHOWN = 5_000;
const THINKING_SHOWN = 10_000;

/** The shopper's thread: what the router's events have made of it. */
export class Thread {
  readonly state: ThreadState = reactive<ThreadState>({
    conversation: null,
    messages: [],
    presets: [],
    reasons: [],
    greeting: "",
    place: null,
    maxText: 4_000,
    maxImageBytes: 8_000_000,
    typing: null,
    rated: null,
    resumed: false,
    replaying: true,
  });
  private readonly line = new SeqLine();
  private typingTimer: ReturnType<typeof setTimeout> | undefined;

  /** The seq up to which nothing is lacking. */
  get after(): number {
    return this.line.contiguous;
  }

  /** Tells whether the bot answers what is said next. */
  get botOwns(): boolean {
    const status = this.state.conversation?.status ?? "bot";
    return status === "bot" || status === "resolved";
  }

  /** A connection is being made; what follows is a replay. */
  replay(): void {
    this.line.replay();
    this.state.replaying = true;
  }

  /** Takes the welcome; false when it belongs to another thread, which starts from nothing. */
  welcome(event: Welcome): boolean {
    const { state } = this;
    const known = state.conversation;
    const same = !known || known.id === event.conversation.id;
    if (!same) {
      state.messages = [];
      state.conversation = null;
      this.line.contiguous = 0;
    }
    state.presets = event.presets;
    state.reasons = event.rating_reasons ?? [];
    state.greeting = event.greeting;
    state.place = event.place;
    state.maxText = event.max_text;
    state.maxImageBytes = event.max_image_bytes;
    this.move(event.conversation, event.place);
    return same;
  }

  /** Notes that the replay is over. */
  caughtUp(lastSeq: number): void {
    this.line.resumed(lastSeq);
    this.state.replaying = false;
    this.state.resumed = true;
  }

  /** Takes a message; tells whether it is news, known, or shows that some are lacking. */
  add(message: Message): "next" | "known" | "gap" {
    const { messages } = this.state;
    if (message.sender === this.state.typing) this.state.typing = null;
    const at = messages.findIndex((one) => one.seq >= message.seq);
    if (at < 0) messages.push(message);
    else if (messages[at]!.seq === message.seq) messages[at] = message;
    else messages.splice(at, 0, message);
    return this.line.arrive(message.seq);
  }

  /** Takes a new state of the conversation; false when it is older than the one known. */
  move(conversation: ConversationView, place = this.state.place): boolean {
    const { state } = this;
    const before = state.conversation;
    if (before && before.epoch > conversation.epoch) return false;
    state.conversation = conversation;
    const waits = conversation.status === "queued" || conversation.keeps_place;
    state.place = waits ? place : null;
    if (conversation.rating_due) state.rated = null;
    const same =
      before?.status === conversation.status && before.agent_name === conversation.agent_name;
    if (!same) state.typing = null;
    return !same;
  }

  /** Takes a vote, from this tab or another. */
  vote(seq: number, helpful: boolean): void {
    const message = this.state.messages.find((one) => one.seq === seq);
    if (message) message.helpful = helpful;
  }

  /** Takes a rating, from this tab or another. */
  rate(score: number): void {
    this.state.rated = score;
    if (this.state.conversation) this.state.conversation.rating_due = false;
  }

  /** Shows that somebody is typing. */
  typing(who: "bot" | "agent", length = TYPING_SHOWN): void {
    this.state.typing = who;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => (this.state.typing = null), length);
  }

  /** Shows the bot at work once the router has the shopper's message. */
  thinking(): void {
    if (this.botOwns) this.typing("bot", THINKING_SHOWN);
  }

  dispose(): void {
    clearTimeout(this.typingTimer);
  }
}
