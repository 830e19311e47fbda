/** What agents can do and what is needed of them, and who is free. Pure. */

import type { AgentStanding, Needs, NeedsWanted, Skills, StaffView } from "@shared/wire";

/** The kinds of skill: what is needed of one, and the list of an agent it is looked for in. */
export const KINDS = {
  language: "languages",
  category: "categories",
  product_line: "product_lines",
  region: "regions",
  store: "stores",
} as const satisfies Record<keyof Needs, keyof Skills>;

export type Kind = keyof typeof KINDS;
const EVERY = Object.keys(KINDS) as Kind[];

/** Names what is needed and not among the skills; an empty list of skills is no limit. */
export function lacks(needs: NeedsWanted, skills: Skills): { kind: Kind; need: string }[] {
  return EVERY.flatMap((kind) => {
    const [need, known] = [needs[kind], skills[KINDS[kind]]];
    return need && known.length > 0 && !known.includes(need) ? [{ kind, need }] : [];
  });
}

/** Gives what can be asked for: each skill that somebody names as theirs, by kind. */
export function askable(staff: readonly StaffView[]): { kind: Kind; values: string[] }[] {
  return EVERY.map((kind) => ({
    kind,
    values: [...new Set(staff.flatMap((one) => one.skills[KINDS[kind]]))].sort(),
  })).filter(({ values }) => values.length > 0);
}

/** Gives the needs that can be asked for, of those a conversation has. */
export function narrowed(needs: NeedsWanted, kinds: readonly { kind: Kind; values: readonly string[] }[]): NeedsWanted {
  const kept = kinds.filter(({ kind, values }) => values.includes(needs[kind] ?? ""));
  return Object.fromEntries(kept.map(({ kind }) => [kind, needs[kind]]));
}

/** Tells whether an agent has time for one more; a supervisor out of turn has, when asked. */
export function isFree(standing: AgentStanding | undefined): boolean {
  return standing !== undefined && (standing.idle === null || standing.idle === "not_in_turn");
}
