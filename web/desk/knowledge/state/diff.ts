/** How an entry that is being edited differs from another revision of it. Pure. */

import type { AnswerBody, EntryBody, EntryChangeView, LineChangeView } from "@shared/wire";
import { same } from "./entry";

export const SIMPLE_FIELDS = [
  "title", "category", "owner", "human_only", "valid_from", "valid_until", "review_on",
] as const;

/** Compares two forms of an entry; `said` gives a condition for people. */
export function entryChange(
  before: EntryBody,
  after: EntryBody,
  said: (answer: AnswerBody) => string,
): EntryChangeView {
  const fields = SIMPLE_FIELDS.filter((name) => !same(before[name], after[name])).map((name) => ({
    name,
    before: shown(before[name]),
    after: shown(after[name]),
  }));
  return {
    key: after.key,
    title: after.title,
    fields,
    phrasings: lineChange(before.phrasings, after.phrasings),
    negative_phrasings: lineChange(before.negative_phrasings, after.negative_phrasings),
    answers: answerChanges(before.answers, after.answers, said),
  };
}

export function isEmptyChange(change: EntryChangeView): boolean {
  const lines = [change.phrasings, change.negative_phrasings];
  return (
    change.fields.length === 0 && change.answers.length === 0 &&
    lines.every((one) => one.added.length === 0 && one.removed.length === 0)
  );
}

function shown(value: string | boolean | null): string {
  if (typeof value === "boolean") return value ? "✓" : "";
  return value ?? "";
}

function lineChange(before: readonly string[], after: readonly string[]): LineChangeView {
  return {
    added: after.filter((line) => !before.includes(line)),
    removed: before.filter((line) => !after.includes(line)),
  };
}

function answerChanges(
  before: readonly AnswerBody[],
  after: readonly AnswerBody[],
  said: (answer: AnswerBody) => string,
): EntryChangeView["answers"] {
  const name = (answer: AnswerBody): string => JSON.stringify(answer.condition);
  const names = [...new Set([...before, ...after].map(name))];
  return names.flatMap((one) => {
    const was = before.find((answer) => name(answer) === one) ?? null;
    const is = after.find((answer) => name(answer) === one) ?? null;
    const either = is ?? was;
    if (!either || same(was, is)) return [];
    return [{ condition: said(either), before: was, after: is }];
  });
}
