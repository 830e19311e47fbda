import { reactive } from "vue";
import { newClientId } from "../shared/ids";
import { StoredOutbox } from "../shared/outbox";
import { type Phase, ResumingSocket, socketAddress } from "../shared/socket";
import type {
  Button,
  ConversationView,
  ErrorFrame,
  Message,
  PageContext,
  ShopperCommand,
  ShopperEvent,
} from "../shared/wire";
import { type Identity, SessionRefused } from "./identity";
import { checkImage, uploadAs, UploadFailed } from "./images";
import type { Say, Word } from "./locales";
import { type MessageCommand, OutgoingList } from "./outgoing";
import { SeenMark } from "./seen";
import { Thread } from "./thread";

export interface ChatState {
  phase: Phase;
  /** The connection has been gone long enough to say so. */
  troubled: boolean;
  /** Why there will be no further try, if so. */
  halted: Word | null;
  /** The last seq the shopper has read. */
  seen: number;
  askingHuman: boolean;
  notice: string | null;
}

export interface ChatOptions {
  origin: string;
  identity: Identity;
  context: () => PageContext;
  say: Say;
  /** Storage that lasts and is shared by tabs, and storage of this tab. */
  lasting: Storage | null;
  perTab: Storage | null;
  /** Hears every message that arrives live, and every change of status. */
  heard?: (message: Message) => void;
  changed?: (conversation: ConversationView) => void;
  makeSocket?: (url: string) => WebSocket;
}

const TYPING_TOLD = 3_000;
const TROUBLE_AFTER = 1_500;
const NOTICE_SHOWN = 8_000;
const HUMAN_ASKED = 12_000;

let made = 0;

/** The chat of one shopper, as this tab has it: the connection and the shopper's moves. */
export class Chat {
  readonly state: ChatState = reactive<ChatState>({
    phase: "idle",
    troubled: false,
    halted: null,
    seen: 0,
    askingHuman: false,
    notice: null,
  });
  /** Tells chats apart, also those of the same shopper. */
  readonly number = ++made;
  /** The prefix of what this browser keeps for this shopper. */
  readonly place: string;
  readonly thread = new Thread();
  readonly outgoing = new OutgoingList();

  private readonly options: ChatOptions;
  private readonly socket: ResumingSocket<ShopperCommand, ShopperEvent>;
  private readonly seenMark: SeenMark;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private humanRequest: string | null = null;
  private toldTypingAt = 0;
  private told: PageContext | null = null;
  private disposed = false;

  constructor(options: ChatOptions) {
    this.options = options;
    this.outgoing.lastSeq = () => this.thread.state.messages.at(-1)?.seq ?? 0;
    this.place = `jieli:${options.origin}:${options.identity.key}`;
    this.seenMark = new SeenMark(this.place, options.lasting, (seq) => (this.state.seen = seq));
    this.socket = new ResumingSocket<ShopperCommand, ShopperEvent>({
      url: () => socketAddress(options.origin, "/ws/shopper"),
      hello: () => this.hello(),
      readyOn: "resumed",
      onExpired: () => this.renew(),
      outbox: new StoredOutbox(`${this.place}:outbox`, options.perTab),
      makeSocket: options.makeSocket,
    });
    for (const frame of this.socket.pending()) this.restore(frame as MessageCommand);
    this.listen();
  }

  /** Connects, and stays connected. */
  async start(): Promise<void> {
    if (this.state.phase !== "idle") return;
    this.state.phase = "connecting";
    this.worry();
    try {
      // So that the first frame follows the opening of the socket at once.
      await this.options.identity.token();
    } catch (error) {
      if (this.halt(error)) return;
    }
    if (!this.disposed) this.socket.start();
  }

  /** Leaves for good. */
  dispose(): void {
    this.disposed = true;
    this.socket.stop();
    this.seenMark.dispose();
    this.thread.dispose();
    this.outgoing.dispose();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** Tells the router the page the shopper is on now, when it was told another one. */
  async tellContext(): Promise<void> {
    if (this.state.phase !== "ready" || this.told === this.options.context()) return;
    const hello = await this.hello().catch(() => null);
    if (hello) this.socket.send(hello);
  }

  /** Tries the connection again at once. */
  resync(): void {
    this.socket.resync();
  }

  // --- the shopper's moves -----------------------------------------------------------------------

  /** Says a text. */
  say(text: string): void {
    const said = text.trim();
    if (said) this.dispatch({ type: "send", client_id: newClientId(), text: said });
  }

  /** Takes a button or a suggested question. */
  choose({ title, say, entry, flow }: Pick<Button, "title" | "say" | "entry" | "flow">): void {
    if (!entry && !flow) return this.say(say ?? title);
    const target = entry ? { entry } : { flow };
    this.dispatch({ type: "choose", client_id: newClientId(), title, ...target });
  }

  /** Asks for a human. */
  requestHuman(): void {
    if (this.state.askingHuman) return;
    this.state.askingHuman = true;
    this.humanRequest = newClientId();
    this.dispatch({ type: "request_human", client_id: this.humanRequest });
  }

  /** Goes on with the bot, keeping the place. */
  goOnWithBot(): void {
    this.sendNow({ type: "go_on_with_bot" });
  }

  /** Goes back to waiting. */
  waitAgain(): void {
    this.sendNow({ type: "wait_again" });
  }

  /** Leaves a message, or a number to be called back, instead of waiting on the line. */
  leave(text: string, phone: string): boolean {
    const client_id = newClientId();
    if (phone) return this.sendNow({ type: "request_callback", client_id, phone, note: text });
    if (text) this.dispatch({ type: "leave_message", client_id, text });
    return text !== "";
  }

  /** Says whether a bot answer helped. */
  vote(seq: number, helpful: boolean): void {
    if (this.sendNow({ type: "vote", seq, helpful })) this.thread.vote(seq, helpful);
  }

  /** Rates the resolved case. */
  rate(score: number, comment: string, reasons: string[] = []): boolean {
    return this.sendNow({ type: "rate", score, reasons, comment: comment.trim().slice(0, 500) });
  }

  /** Tells a human that the shopper is typing, not more often than needed. */
  tellTyping(now = Date.now()): void {
    const status = this.thread.state.conversation?.status;
    const human = status === "active" || status === "on_hold";
    if (!human || now - this.toldTypingAt < TYPING_TOLD) return;
    this.toldTypingAt = now;
    this.socket.send({ type: "typing" });
  }

  /** Checks, uploads and sends an image. */
  async showImage(file: File): Promise<void> {
    const checked = await checkImage(file, this.thread.state.maxImageBytes);
    if (typeof checked !== "string") {
      return this.tell(this.options.say(checked.word, checked.values));
    }
    const clientId = newClientId();
    this.outgoing.addPicture(clientId, file, new Date());
    await this.uploadPicture(clientId, file, checked);
  }

  /** Sends a failed message once more, under its own client id. */
  async retry(clientId: string): Promise<void> {
    const frame = this.outgoing.frame(clientId);
    const file = this.outgoing.files.get(clientId);
    if (this.outgoing.find(clientId)?.state !== "failed") return;
    if (frame) this.dispatch(frame as MessageCommand);
    else if (file) {
      const type = await checkImage(file, this.thread.state.maxImageBytes);
      if (typeof type === "string") await this.uploadPicture(clientId, file, type);
    }
  }

  /** Drops a failed message. */
  discard(clientId: string): void {
    this.socket.discard(clientId);
    this.outgoing.remove(clientId);
  }

  /** Counts everything in the thread as read. */
  markSeen(): void {
    const last = this.thread.state.messages.at(-1)?.seq ?? 0;
    if (last > this.state.seen) this.seenMark.move(last);
  }

  /** Shows a short notice. */
  tell(text: string): void {
    this.state.notice = text;
    this.later("notice", NOTICE_SHOWN, () => this.dismiss());
  }

  /** Takes the notice away. */
  dismiss(): void {
    this.state.notice = null;
  }

  // --- connection --------------------------------------------------------------------------------

  private async hello(): Promise<ShopperCommand> {
    try {
      const token = await this.options.identity.token();
      this.told = this.options.context();
      return { type: "hello", token, after: this.thread.after, context: this.told };
    } catch (error) {
      this.halt(error);
      throw error;
    }
  }

  private async renew(): Promise<boolean> {
    try {
      await this.options.identity.token(true);
      return true;
    } catch (error) {
      if (this.halt(error)) return false;
      throw error;
    }
  }

  private halt(error: unknown): boolean {
    if (!(error instanceof SessionRefused) || !error.final) return false;
    this.state.halted = error.code === "forbidden" ? "stopped_forbidden" : "stopped_expired";
    // The socket must not be stopped from within the call it is waiting for.
    queueMicrotask(() => this.socket.stop(4401));
    return true;
  }

  private worry(): void {
    this.later("trouble", TROUBLE_AFTER, () => (this.state.troubled = true));
  }

  private enter(phase: Phase): void {
    const before = this.state.phase;
    this.state.phase = phase;
    if (phase === "connecting") this.thread.replay();
    if (phase === "ready") {
      clearTimeout(this.timers.get("trouble"));
      this.state.troubled = false;
      void this.tellContext();
    } else if (before === "ready") this.worry();
    if (phase === "stopped" && !this.disposed) {
      const forbidden = this.socket.stoppedBy === 4403;
      this.state.halted ??= forbidden ? "stopped_forbidden" : "stopped_expired";
    }
  }

  private dispatch(frame: MessageCommand): void {
    this.outgoing.add(frame, new Date());
    this.socket.send(frame);
  }

  private sendNow(frame: ShopperCommand): boolean {
    const sent = this.socket.send(frame);
    if (!sent) this.tell(this.options.say("error_not_ready"));
    return sent;
  }

  private restore(frame: MessageCommand): void {
    if (frame.type === "request_human") {
      this.humanRequest = frame.client_id;
      this.state.askingHuman = true;
    } else this.outgoing.add(frame, new Date());
  }

  private later(name: string, wait: number, work: () => void): void {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, setTimeout(work, wait));
  }

  // --- events ------------------------------------------------------------------------------------

  private listen(): void {
    const { socket, thread } = this;
    socket.onPhase((phase) => this.enter(phase));
    socket.on("welcome", (event) => {
      if (!thread.welcome(event)) this.startOver();
      this.changed(event.conversation);
    });
    socket.on("message.created", (event) => this.created(event.message));
    socket.on("message.acknowledged", (event) => this.acknowledged(event.client_id));
    socket.on("resumed", (event) => {
      if (this.seenMark.isNew) this.seenMark.move(event.last_seq);
      thread.caughtUp(event.last_seq);
    });
    socket.on("conversation.changed", (event) => {
      if (thread.move(event.conversation)) this.changed(event.conversation);
    });
    socket.on("queue.position_changed", (event) => (thread.state.place = event.place));
    socket.on("message.voted", (event) => thread.vote(event.seq, event.helpful));
    socket.on("conversation.rated", (event) => thread.rate(event.score));
    socket.on("error", (event) => this.refused(event));
    socket.on("conversation.typing", (event) => {
      if (event.who !== "shopper") thread.typing(event.who);
    });
  }

  // The token led to another thread: what was asked for after the old seq is not enough.
  private startOver(): void {
    this.seenMark.forget();
    queueMicrotask(() => this.resync());
  }

  private created(message: Message): void {
    const live = this.thread.state.resumed;
    const arrival = this.thread.add(message);
    if (message.client_id) this.outgoing.remove(message.client_id);
    if (arrival === "gap") this.resync();
    if (arrival !== "known" && live) this.options.heard?.(message);
  }

  private acknowledged(clientId: string): void {
    const outgoing = this.outgoing.find(clientId);
    if (outgoing) outgoing.state = "sent";
    if (clientId === this.humanRequest) {
      this.later("human", HUMAN_ASKED, () => (this.state.askingHuman = false));
    } else this.thread.thinking();
  }

  private changed(conversation: ConversationView): void {
    if (!this.thread.botOwns) this.humanAnswered();
    this.options.changed?.(conversation);
  }

  private humanAnswered(): void {
    this.state.askingHuman = false;
    if (this.humanRequest) this.socket.discard(this.humanRequest);
    this.humanRequest = null;
  }

  private refused(event: ErrorFrame): void {
    if (event.client_id && this.outgoing.find(event.client_id)) {
      return this.outgoing.fail(event.client_id, event.detail);
    }
    if (event.client_id && event.client_id === this.humanRequest) this.humanAnswered();
    this.tell(event.detail || event.code);
  }

  private async uploadPicture(clientId: string, file: File, type: string): Promise<void> {
    const outgoing = this.outgoing.find(clientId);
    if (!outgoing) return;
    Object.assign(outgoing, { state: "uploading", progress: 0, detail: "" });
    const progress = (share: number) => (outgoing.progress = share);
    const { identity, origin, say } = this.options;
    try {
      const { upload } = await uploadAs(identity, origin, file, type, progress);
      if (this.outgoing.find(clientId)) {
        this.dispatch({ type: "send_image", client_id: clientId, upload });
      }
    } catch (error) {
      const detail = error instanceof UploadFailed ? error.detail : "";
      this.outgoing.fail(clientId, detail || say("error_upload"));
    }
  }
}
