/** When a promise is due, as a `datetime-local` field holds it: local, without a zone. Pure. */

const LONGEST_MS = 92 * 24 * 3_600_000;

/** What is wrong with a due time; null when nothing is. */
export type DueProblem = "missing" | "past" | "far" | null;

/** Gives a moment as the field holds it. */
export function localOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Gives the moment a field holds, in UTC; null when it holds none. */
export function dueOf(local: string): string | null {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

/** Says why nothing can be promised for then; the router has the last word. */
export function dueProblem(local: string, now: number): DueProblem {
  const due = dueOf(local);
  if (due === null) return "missing";
  const at = Date.parse(due);
  if (at <= now) return "past";
  return at > now + LONGEST_MS ? "far" : null;
}
