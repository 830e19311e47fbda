import type { Outbox } from "./outbox";

/** How long a live line may stay silent about a message, and how often before it has failed. */
export const PATIENCE = { acknowledge: 15_000, silences: 4 } as const;

/** A frame that makes a message, known by its client id. */
export function clientIdOf(frame: object): string | null {
  const id = (frame as { client_id?: unknown }).client_id;
  return typeof id === "string" ? id : null;
}

/** Messages on their way: each kept until acknowledged or refused, and watched while on a wire. */
export class Deliveries<Frame extends object> {
  private readonly writtenAt = new Map<string, number>();
  private readonly silences = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `silent` hears of a line that said nothing of a message, and which messages gave up on it. */
  constructor(
    private readonly outbox: Outbox<Frame>,
    private readonly silent: (givenUp: string[]) => void,
  ) {}

  /** Keeps a message until it is settled. */
  keep(id: string, frame: Frame): void {
    this.settle(id);
    this.outbox.put(id, frame);
  }

  /** Gives everything unsettled, oldest first. */
  all(): Frame[] {
    return this.outbox.all();
  }

  /** Gives what is on no wire. */
  unwritten(): Frame[] {
    return this.all().filter((frame) => !this.writtenAt.has(clientIdOf(frame) ?? ""));
  }

  /** Notes that a message was put on the wire. */
  wrote(id: string): void {
    this.writtenAt.set(id, Date.now());
    this.watch();
  }

  /** Forgets a message: it is stored, refused or dropped. */
  settle(id: string): void {
    this.outbox.remove(id);
    this.silences.delete(id);
    this.writtenAt.delete(id);
    this.watch();
  }

  /** The wire is gone, with all that was on it. */
  lost(): void {
    this.writtenAt.clear();
    clearTimeout(this.timer);
  }

  /** Gives the largest message, the one that a line closed for size has refused. */
  largest(): string | null {
    const sizes = this.all().map((frame) => JSON.stringify(frame).length);
    const frame = this.all()[sizes.indexOf(Math.max(...sizes))];
    return frame ? clientIdOf(frame) : null;
  }

  private watch(): void {
    clearTimeout(this.timer);
    const oldest = Math.min(...this.writtenAt.values());
    if (!Number.isFinite(oldest)) return;
    const due = oldest + PATIENCE.acknowledge - Date.now();
    this.timer = setTimeout(() => this.overdue(), Math.max(0, due));
  }

  // Lost lines do not count: on a bad network a message may need many.
  private overdue(): void {
    const givenUp: string[] = [];
    for (const [id, at] of this.writtenAt) {
      if (Date.now() - at < PATIENCE.acknowledge) continue;
      const silences = (this.silences.get(id) ?? 0) + 1;
      this.silences.set(id, silences);
      if (silences >= PATIENCE.silences) givenUp.push(id);
    }
    this.silent(givenUp);
  }
}
