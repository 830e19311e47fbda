/** What one more seq means to a client that has seen some already. */
export type Arrival = "next" | "known" | "gap";

/**
 * Follows the seqs of one conversation, so that a client knows what it lacks.
 *
 * While replaying, a hole is not a gap: seqs of messages that only staff may read never come.
 */
export class SeqLine {
  /** The highest seq up to which nothing is lacking; what `after` says on reconnect. */
  contiguous = 0;
  private replaying = true;

  /** Tells what a seq means, and moves on when it is the next. */
  arrive(seq: number): Arrival {
    if (seq <= this.contiguous) return "known";
    if (!this.replaying && seq > this.contiguous + 1) return "gap";
    this.contiguous = seq;
    return "next";
  }

  /** A connection is being made: what follows is a replay, in order. */
  replay(): void {
    this.replaying = true;
  }

  /** The replay is over: everything up to `lastSeq` is here. */
  resumed(lastSeq: number): void {
    this.contiguous = Math.max(this.contiguous, lastSeq);
    this.replaying = false;
  }
}
