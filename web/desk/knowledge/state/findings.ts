/** Where in the editor a finding belongs. Pure. */

import type { FindingView } from "@shared/wire";

/** Gives the position a path such as phrasings[3] or answers[1].text names, or null. */
export function positionIn(list: string, field: string): number | null {
  const found = field.startsWith(`${list}[`) ? /^\[(\d+)\]/.exec(field.slice(list.length)) : null;
  return found ? Number(found[1]) : null;
}

/** Groups the findings of a list by position; those about the list as a whole stand under -1. */
export function byPosition(list: string, findings: readonly FindingView[]): Map<number, FindingView[]> {
  const grouped = new Map<number, FindingView[]>();
  for (const finding of findings) {
    const whole = finding.field === list ? -1 : null;
    const position = positionIn(list, finding.field) ?? whole;
    if (position === null) continue;
    grouped.set(position, [...(grouped.get(position) ?? []), finding]);
  }
  return grouped;
}

/** Gives the findings of one simple field. */
export function ofField(field: string, findings: readonly FindingView[]): FindingView[] {
  return findings.filter((finding) => finding.field === field);
}

const PLACED = ["phrasings", "negative_phrasings", "answers"];
const SIMPLE = [
  "key", "title", "category", "owner", "human_only", "valid_from", "valid_until", "review_on",
];

/** Gives the findings that belong to no field on screen. */
export function elsewhere(findings: readonly FindingView[]): FindingView[] {
  return findings.filter(
    ({ field }) =>
      !SIMPLE.includes(field) &&
      !PLACED.some((list) => field === list || positionIn(list, field) !== null),
  );
}

export function worst(findings: readonly FindingView[] | undefined): "error" | "warning" | "" {
  if (!findings?.length) return "";
  return findings.some((finding) => finding.level === "error") ? "error" : "warning";
}
