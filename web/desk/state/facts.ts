/** Words the lines of the brief: what people wrote stays, figures get words of the desk. Pure. */

import type { BriefLine, KnownFact } from "@shared/wire";

type Say = (key: string, named?: Record<string, unknown>) => string;

/** Gives what a line says, in the language of `t`. */
export function textOf(line: BriefLine, t: Say): string {
  switch (line.kind) {
    case "mood":
      return line.levels.map((level) => t(`brief.level.${level}`)).join(" → ");
    case "images":
      return t("cs.facts.count", { n: line.count ?? 0 });
    case "tried":
      return line.release === null ? line.text : t("cs.facts.answered", { said: line.text, release: line.release });
    case "earlier":
      return line.text || t("cs.facts.noSummary");
    default:
      return line.text;
  }
}

/** Gives what a known fact says. */
export const factOf = (fact: KnownFact, t: Say): string =>
  fact.kind === "photo" ? t("cs.facts.count", { n: fact.text }) : fact.text;
