/** Keys and input methods. Pure apart from the object that follows one field. */

export interface KeyLike {
  key: string;
  isComposing?: boolean;
  keyCode?: number;
}

// Safari ends the composition before it reports the Enter that ended it.
const AFTER_COMPOSITION_MS = 60;

/** Follows the input method of one field. */
export class Composition {
  private composing = false;
  private endedAt = Number.NEGATIVE_INFINITY;

  start(): void {
    this.composing = true;
  }

  end(now: number): void {
    this.composing = false;
    this.endedAt = now;
  }

  /** Tells whether a key belongs to the input method, not to us. */
  owns(event: KeyLike, now: number): boolean {
    return (
      this.composing || ownedByInputMethod(event) || now - this.endedAt < AFTER_COMPOSITION_MS
    );
  }
}

/** Tells whether the browser says that an input method is at work. */
export function ownedByInputMethod(event: KeyLike): boolean {
  return event.isComposing === true || event.keyCode === 229 || event.key === "Process";
}

/** Whom what is written is for: the shopper, staff, or the agent and supervisors. */
export type Mode = "reply" | "note" | "whisper";

/** Characters of a message, as the router takes them. */
export const MAX_TEXT = 4_000;
