import { clientIdOf, Deliveries } from "./deliveries";
import { Heartbeat } from "./heartbeat";
import { MemoryOutbox, type Outbox } from "./outbox";
import type { ErrorFrame, MessageAcknowledged, MessageCreated } from "./wire";

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
const SETTLING = new Set<string>(["message.acknowledged", "message.created", "error"]);

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
}

export const TIMING = {
  firstRetry: 500,
  lastRetry: 15_000,
  open: 12_000,
  /** A line that lived this long counts as a good one. */
  good: 5_000,
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
  private readonly deliveries: Deliveries<Command>;
  private readonly heartbeat: Heartbeat;
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private readonly phaseHandlers = new Set<Handler<Phase>>();
  private socket: WebSocket | null = null;
  private failures = 0;
  private readyAt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private openTimer: ReturnType<typeof setTimeout> | undefined;
  private listening = false;

  constructor(options: SocketOptions<Command, Event>) {
    this.options = options;
    this.deliveries = new Deliveries(options.outbox ?? new MemoryOutbox<Command>(), (givenUp) => {
      for (const id of givenUp) this.fail(id, "unanswered");
      this.resync();
    });
    this.heartbeat = new Heartbeat(
      () => this.socket?.send('{"type":"ping"}'),
      () => this.lose(),
    );
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
    if (id !== null) this.deliveries.keep(id, frame);
    if (this.phase !== "ready") return false;
    return this.write(frame);
  }

  /** Gives the frames that wait for their acknowledgement, oldest first. */
  pending(): Command[] {
    return this.deliveries.all();
  }

  /** Forgets a waiting frame, for example one the shopper discards. */
  discard(clientId: string): void {
    this.deliveries.settle(clientId);
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
    this.drop();
    if (code === 4403) {
      this.stop(code);
    } else if (code === 4401) {
      void this.renew(code);
    } else {
      const largest = code === 1009 ? this.deliveries.largest() : null;
      if (largest !== null) this.fail(largest, "too_large");
      // A line told to resync again and again must not become a hot loop.
      if (code === 1013 && this.failures++ === 0) this.connect();
      else this.retry();
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
    clearTimeout(this.openTimer);
    this.heartbeat.stop();
    this.deliveries.lost();
    if (this.phase === "ready" && Date.now() - this.readyAt > TIMING.good) this.failures = 0;
    const socket = this.socket;
    this.socket = null;
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
    this.heartbeat.heard();
    if (SETTLING.has(event.type)) this.settleBy(event as unknown as Known);
    if (event.type === this.options.readyOn) this.becomeReady();
    this.emit(event);
  }

  private becomeReady(): void {
    clearTimeout(this.openTimer);
    this.readyAt = Date.now();
    this.enter("ready");
    for (const frame of this.deliveries.unwritten()) this.write(frame);
  }

  private write(frame: Command): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    const id = clientIdOf(frame);
    if (id !== null) this.deliveries.wrote(id);
    return true;
  }

  private settleBy(event: Known): void {
    const id = event.type === "message.created" ? event.message.client_id : event.client_id;
    if (id) this.deliveries.settle(id);
  }

  private fail(id: string, code: string): void {
    this.deliveries.settle(id);
    const event: ErrorFrame = { type: "error", code, detail: "", client_id: id };
    this.emit(event as unknown as Event);
  }

  // --- the page -----------------------------------------------------------------------------------

  private wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.phase === "waiting") {
      this.failures = 0;
      this.connect();
    } else if (this.phase === "ready") this.heartbeat.probe(TIMING.good);
  };

  private listen(on: boolean): void {
    if (on === this.listening || typeof document === "undefined") return;
    this.listening = on;
    const change = on ? "addEventListener" : "removeEventListener";
    document[change]("visibilitychange", this.wake);
    window[change]("online", this.wake);
    window[change]("pageshow", this.wake);
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

/** Gives the ws: or wss: address of a path, on the origin the page or script came from. */
export function socketAddress(origin: string, path: string): string {
  return origin.replace(/^http/, "ws").replace(/\/$/, "") + path;
}
