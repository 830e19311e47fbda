/** What an entry is while it is edited. Pure. */

import type { AnswerBody, ClashView, ConditionBody, EditConflictBody, EntryBody } from "@shared/wire";

export const KEY = /^[a-z][a-z0-9_]{0,63}$/;
export const CONDITION_FIELDS = ["store", "channel", "tier", "product_line", "order_state"] as const;
export type ConditionField = (typeof CONDITION_FIELDS)[number];

const MASK = /\[[^[\]]{1,8}\]/;

export function anyone(): ConditionBody {
  return {
    store: [], channel: [], tier: [], product_line: [], order_state: [], starts: null, until: null,
  };
}

export function blankAnswer(text = ""): AnswerBody {
  return { text, condition: anyone(), buttons: [], card: null, flow: null };
}

/** Makes an entry nobody has filled in yet. */
export function blankEntry(more: Partial<EntryBody> = {}): EntryBody {
  return {
    key: "", title: "", category: "", phrasings: [], negative_phrasings: [],
    answers: [blankAnswer()], owner: null, human_only: false, valid_from: null, valid_until: null,
    review_on: null, ...more,
  };
}

/** Copies what a store or a component holds, so that later edits do not reach it. */
export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Gives the phrasings of a text with one a line; blank lines are none. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|[\r\n\u0085\u2028\u2029]/).map((line) => line.trim()).filter(Boolean);
}

/** Gives what two phrasings share when case, width, space or punctuation alone tell them apart. */
export function normalised(line: string): string {
  const folded = line.normalize("NFKC").toLowerCase();
  return folded.replace(/[\p{P}\p{Z}\p{C}]/gu, "") || folded.replace(/\s/g, "");
}

/** Tells which lines say what an earlier line, or one of `taken`, says already. */
export function repeated(lines: readonly string[], taken: readonly string[] = []): Set<number> {
  const seen = new Set(taken.map(normalised));
  const found = new Set<number>();
  lines.forEach((line, index) => {
    const bare = normalised(line);
    if (seen.has(bare)) found.add(index);
    seen.add(bare);
  });
  return found;
}

/** Chooses the missed texts that can be phrasings: each once, none too short or masked. */
export function usableWordings(texts: readonly string[]): string[] {
  const lines = texts.map((text) => text.split(/\s+/).join(" ").trim());
  const fit = lines.filter((line) => normalised(line).length >= 2 && !MASK.test(line));
  const twice = repeated(fit);
  return fit.filter((_line, index) => !twice.has(index));
}

/** Suggests a key nobody is likely to have taken; editors may write a better one. */
export function suggestedKey(category: string, now: Date): string {
  const prefix = /^[a-z][a-z0-9_]*$/.test(category) ? category : "entry";
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${prefix}_${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

export function isDefault(condition: ConditionBody): boolean {
  return same({ ...anyone(), ...condition }, anyone());
}

/** Gives the merged entry with the other side's choice where the editor took it. */
export function decided(conflict: EditConflictBody, takeTheirs: readonly boolean[]): EntryBody {
  const entry = copy(conflict.merged);
  conflict.clashes.forEach((clash, index) => {
    if (takeTheirs[index]) giveIn(entry, conflict.newer.entry, clash);
  });
  return entry;
}

function giveIn(entry: EntryBody, theirs: EntryBody, clash: ClashView): void {
  if (!clash.field.startsWith("answers[")) {
    const field = clash.field as keyof EntryBody;
    if (field in theirs) Object.assign(entry, { [field]: copy(theirs[field]) });
    return;
  }
  const answer = theirs.answers.find(
    (one) =>
      one.text === clash.theirs &&
      !entry.answers.some((mine) => same(mine.condition, one.condition) && mine.text !== clash.mine),
  );
  const mine = entry.answers.findIndex(
    (one) => one.text === clash.mine && (!answer || same(one.condition, answer.condition)),
  );
  if (mine >= 0) entry.answers.splice(mine, 1, ...(answer ? [copy(answer)] : []));
  else if (answer) entry.answers.push(copy(answer));
}
