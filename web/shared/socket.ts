import type { ErrorFrame, MessageAcknowledged, MessageCreated } from "./wire";
import { MemoryOutbox, type Outbox } from "./outbox";

/**
 * idle: not started; connecting: on the way to the first or next connection; ready: resumed, live;
 * waiting: lost, the next try is timed; stopped: given up on purpose, see `stoppedBy`.
 */
export type Phase = "idle" | "connecting" | "ready" | "waiting" | "stopped";

export interface Tagged {
  type: string;
}
export type OfType<E extends Tagged, T extends E["type"]> = Extract<E, { type: T }>;

/** The frames every jieli socket has, whichever side it serves. */
type Known = MessageAcknowledged | MessageCreated | ErrorFrame;

export interface SocketOptions<Command extends Tagged, Event extends Tagged> {
  /** Gives the address, asked anew for each connection. */
  url: () => string;
  /** Gives the first frame; may fetch a token first. A failure counts as a lost connection. */
  hello: () => Command | Promise<Command>;
  /** The event after which everything missed has arrived: `resumed` or `welcome`. */
  readyOn: Event["type"];
  /** Called on close code 4401; false stops the socket, true tries again with a new hello. */
  onExpired?: () => boolean | Promise<boolean>;
  /** Keeps unacknowledged frames over a reload; in memory when left out. */
  outbox?: Outbox<Command>;
  makeSocket?: (url: string) => WebSocket;
  random?: () => number;
  now?: () => number;
}

export const TIMING = {
  firstRetry: 500,
  lastRetry: 15_000,
  open: 12_000,
  ping: 20_000,
  pong: 10_000,
  acknowledge: 15_000,
  attempts: 4,
} as const;

type Handler<E> = (event: E) => void;

/**
 * A socket that comes back by itself and loses nothing that was sent with a client id.
 *
 * Frames with `client_id` stay in the outbox until acknowledged or refused and are sent again,
 * with the same id, after every reconnect.
 */
export class ResumingSocket<Command extends Tagged, Event extends Tagged> {
  phase: Phase = "idle";
  /** Why the socket stopped: by `stop()`, or the close code that forbids another try. */
  stoppedBy: number | null = null;

  private readonly options: SocketOptions<Command, Event>;
  private readonly outbox: Outbox<Command>;
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private readonly phaseHandlers = new Set<Handler<Phase>>();
  private readonly tries = new Map<string, number>();
  private readonly written = new Map<string, number>();
  private socket: WebSocket | null = null;
  private failures = 0;
  private lastFrameAt = 0;
  private readyAt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private openTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setTimeout> | undefined;
  private pongTimer: ReturnType<typeof setTimeout> | undefined;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private listening = false;

  constructor(options: SocketOptions<Command, Event>) {
    this.options = options;
    this.outbox = options.outbox ?? new MemoryOutbox<Command>();
  }

  /** Listens to one type of event, or to `*`; gives the function that stops listening. */
  on<T extends Event["type"]>(type: T, handler: Handler<OfType<Event, T>>): () => void;
  on(type: "*", handler: Handler<Event>): () => void;
  on(type: string, handler: Handler<never>): () => void {
    const known = this.handlers.get(type) ?? new Set();
    this.handlers.set(type, known.add(handler));
    return () => known.delete(handler);
  }

  /** Listens to changes of phase. */
  onPhase(handler: Handler<Phase>): () => void {
    this.phaseHandlers.add(handler);
    return () => this.phaseHandlers.delete(handler);
  }

  /** Connects, and keeps connected until `stop`. */
  start(): void {
    if (this.phase === "connecting" || this.phase === "ready") return;
    this.listen(true);
    this.stoppedBy = null;
    this.failures = 0;
    this.connect();
  }

  /** Closes for good, until `start`. */
  stop(code = 1000): void {
    this.listen(false);
    this.drop();
    clearTimeout(this.retryTimer);
    this.stoppedBy = code;
    this.enter("stopped");
  }

  /** Closes and connects again at once, to get from the store what the line did not bring. */
  resync(): void {
    if (this.phase === "stopped" || this.phase === "idle") return;
    this.drop();
    this.connect();
  }

  /**
   * Sends a frame; one with `client_id` is kept until acknowledged, any other is sent only when
   * ready. Gives whether it went out now.
   */
  send(frame: Command): boolean {
    const id = clientIdOf(frame);
    if (id !== null) {
      this.outbox.put(id, frame);
      this.written.delete(id);
      this.tries.set(id, 0);
    }
    if (this.phase !== "ready") return false;
    return this.write(frame);
  }

  /** Gives the frames that wait for their acknowledgement, oldest first. */
  pending(): Command[] {
    return this.outbox.all();
  }

  /** Forgets a waiting frame, for example one the shopper discards. */
  discard(clientId: string): void {
    this.settle(clientId);
  }

  // --- connection ------------------------------------------------------------------------------

  private connect(): void {
    clearTimeout(this.retryTimer);
    this.enter("connecting");
    let socket: WebSocket;
    try {
      const { url, makeSocket } = this.options;
      socket = makeSocket ? makeSocket(url()) : new WebSocket(url());
    } catch {
      this.retry();
      return;
    }
    this.socket = socket;
    socket.onopen = () => void this.greet(socket);
    socket.onmessage = (message) => this.receive(socket, message.data as unknown);
    socket.onclose = (close) => this.closed(socket, close.code);
    this.openTimer = setTimeout(() => this.lose(), TIMING.open);
  }

  private async greet(socket: WebSocket): Promise<void> {
    try {
      const hello = await this.options.hello();
      if (socket === this.socket) socket.send(JSON.stringify(hello));
    } catch {
      if (socket === this.socket) this.lose();
    }
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    const lived = this.phase === "ready" ? this.now() - this.readyAt : 0;
    this.drop();
    if (code === 4403) {
      this.stop(code);
    } else if (code === 4401) {
      void this.renew(code);
    } else {
      if (code === 1009) this.refuseLargest();
      // A resync that comes again at once must not become a hot loop.
      if (code === 1013 && (lived > 2_000 || this.failures === 0)) {
        this.failures += lived > 2_000 ? 0 : 1;
        this.connect();
      } else this.retry();
    }
  }

  private async renew(code: number): Promise<void> {
    this.enter("connecting");
    let again = false;
    try {
      again = (await this.options.onExpired?.()) ?? false;
    } catch {
      if (this.phase === "connecting" && !this.socket) this.retry();
      return;
    }
    if (this.phase !== "connecting" || this.socket) return;
    if (!again) this.stop(code);
    else if (this.failures++ === 0) this.connect();
    else this.retry();
  }

  private lose(): void {
    this.drop();
    this.retry();
  }

  private retry(): void {
    const ceiling = Math.min(TIMING.lastRetry, TIMING.firstRetry * 2 ** this.failures);
    this.failures += 1;
    const chance = (this.options.random ?? Math.random)();
    this.enter("waiting");
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.connect(), ceiling * (0.5 + chance / 2));
  }

  private drop(): void {
    for (const timer of [this.openTimer, this.pingTimer, this.pongTimer, this.ackTimer]) {
      clearTimeout(timer);
    }
    const socket = this.socket;
    this.socket = null;
    this.written.clear();
    if (!socket) return;
    // A dead line may take a minute to report its close; nothing waits for it.
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch {
      // Closing a socket that never opened throws in some browsers.
    }
  }

  // --- frames ----------------------------------------------------------------------------------

  private receive(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket || typeof data !== "string") return;
    let event: Event;
    try {
      event = JSON.parse(data) as Event;
    } catch {
      return;
    }
    this.heard();
    this.settleBy(event as unknown as Known);
    if (event.type === this.options.readyOn) this.becomeReady();
    this.emit(event);
    this.watchAcknowledgements();
  }

  private becomeReady(): void {
    clearTimeout(this.openTimer);
    this.readyAt = this.now();
    this.failures = 0;
    this.enter("ready");
    this.flush();
  }

  private flush(): void {
    for (const frame of this.outbox.all()) {
      const id = clientIdOf(frame);
      if (id !== null && !this.written.has(id)) this.write(frame);
    }
  }

  private write(frame: Command): boolean {
    if (!this.socket || this.socket.readyState !== 1) return false;
    const id = clientIdOf(frame);
    if (id !== null) {
      const tries = (this.tries.get(id) ?? 0) + 1;
      if (tries > TIMING.attempts) {
        this.fail(id, "unanswered");
        return false;
      }
      this.tries.set(id, tries);
      this.written.set(id, this.now());
    }
    this.socket.send(JSON.stringify(frame));
    this.watchAcknowledgements();
    return true;
  }

  private settleBy(event: Known): void {
    if (event.type === "message.acknowledged") this.settle(event.client_id);
    else if (event.type === "message.created" && event.message.client_id) {
      this.settle(event.message.client_id);
    } else if (event.type === "error" && event.client_id) this.settle(event.client_id);
  }

  private settle(id: string): void {
    this.outbox.remove(id);
    this.written.delete(id);
    this.tries.delete(id);
  }

  // The router answers every message; a live line that stays silent about one is not to be trusted.
  private watchAcknowledgements(): void {
    clearTimeout(this.ackTimer);
    const oldest = Math.min(...this.written.values());
    if (!Number.isFinite(oldest)) return;
    const due = oldest + TIMING.acknowledge - this.now();
    this.ackTimer = setTimeout(() => this.resync(), Math.max(0, due));
  }

  private refuseLargest(): void {
    let largest: string | null = null;
    let size = 0;
    for (const frame of this.outbox.all()) {
      const length = JSON.stringify(frame).length;
      if (length > size) [largest, size] = [clientIdOf(frame), length];
    }
    if (largest !== null) this.fail(largest, "too_large");
  }

  private fail(id: string, code: string): void {
    this.settle(id);
    const event: ErrorFrame = { type: "error", code, detail: "", client_id: id };
    this.emit(event as unknown as Event);
  }

  // --- heartbeat -------------------------------------------------------------------------------

  private heard(): void {
    this.lastFrameAt = this.now();
    clearTimeout(this.pongTimer);
    clearTimeout(this.pingTimer);
    this.pingTimer = setTimeout(() => this.probe(), TIMING.ping);
  }

  private probe(): void {
    if (!this.socket || this.socket.readyState !== 1) return;
    clearTimeout(this.pongTimer);
    clearTimeout(this.pingTimer);
    this.socket.send('{"type":"ping"}');
    this.pongTimer = setTimeout(() => this.lose(), TIMING.pong);
  }

  private wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.phase === "waiting") {
      this.failures = 0;
      this.connect();
    } else if (this.phase === "ready" && this.now() - this.lastFrameAt > 5_000) this.probe();
  };

  private listen(on: boolean): void {
    if (on === this.listening || typeof document === "undefined") return;
    this.listening = on;
    const change = on ? "addEventListener" : "removeEventListener";
    document[change]("visibilitychange", this.wake);
    window[change]("online", this.wake);
    window[change]("pageshow", this.wake);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private enter(phase: Phase): void {
    if (phase === this.phase) return;
    this.phase = phase;
    for (const handler of [...this.phaseHandlers]) handler(phase);
  }

  private emit(event: Event): void {
    for (const key of [event.type, "*"]) {
      for (const handler of [...(this.handlers.get(key) ?? [])]) {
        (handler as unknown as Handler<Event>)(event);
      }
    }
  }
}

function clientIdOf(frame: Tagged): string | null {
  const id = (frame as { client_id?: unknown }).client_id;
  return typeof id === "string" ? id : null;
}

/** Gives the ws: or wss: address of a path, on the origin the page or script came from. */
export function socketAddress(origin: string, path: string): string {
  return origin.replace(/^http/, "ws").replace(/\/$/, "") + path;
}
