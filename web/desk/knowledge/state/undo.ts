/** Steps back and forth through one entry's edits, across its fields. Pure. */

// Typing goes on in one step until the hand rests this long or moves to another field.
const PAUSE_MS = 800;
const MOST = 200;

export class Undo<T> {
  private past: T[] = [];
  private future: T[] = [];
  private field = "";
  private at = Number.NEGATIVE_INFINITY;

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Remembers how it was before an edit of a field. */
  record(before: T, field: string, now: number): void {
    const goesOn = field === this.field && now - this.at < PAUSE_MS && this.past.length > 0;
    if (!goesOn) this.past = [...this.past, before].slice(-MOST);
    this.future = [];
    this.field = field;
    this.at = now;
  }

  /** Gives how it was before the last step, or null when there is none. */
  undo(current: T): T | null {
    const before = this.past.pop();
    if (before === undefined) return null;
    this.future.push(current);
    this.rest();
    return before;
  }

  /** Gives what the last undo took back, or null when there is none. */
  redo(current: T): T | null {
    const after = this.future.pop();
    if (after === undefined) return null;
    this.past.push(current);
    this.rest();
    return after;
  }

  private rest(): void {
    this.field = "";
    this.at = Number.NEGATIVE_INFINITY;
  }
}
