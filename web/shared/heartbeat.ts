/** Milliseconds of quiet after which a line is asked for a sign of life, and how long it has. */
export const HEARTBEAT = { ping: 20_000, pong: 10_000 } as const;

/** Tells a quiet line from a dead one. */
export class Heartbeat {
  private heardAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ping: () => void,
    private readonly dead: () => void,
  ) {}

  /** Any frame is a sign of life. */
  heard(): void {
    this.heardAt = Date.now();
    this.wait(() => this.probe(), HEARTBEAT.ping);
  }

  /** Asks for a sign of life now, unless there was one within the last `recent` milliseconds. */
  probe(recent = 0): void {
    if (Date.now() - this.heardAt < recent) return;
    this.ping();
    this.wait(this.dead, HEARTBEAT.pong);
  }

  /** Stops caring: the line is gone. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private wait(work: () => void, length: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(work, length);
  }
}
