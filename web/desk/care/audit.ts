/** The audit of grants: its filter as a query, and what is downloaded. Pure. */

import type { AuditLine, GrantKind, GrantState } from "@shared/wire";
import { yuan } from "./money";

export interface AuditFilter {
  since: string;
  until: string;
  staff: string;
  state: GrantState | "";
  kind: GrantKind | "";
}

/** What is looked for at first: the last thirty days, by the local calendar. */
export function lastDays(now: Date, days = 30): AuditFilter {
  const day = (back: number): string => {
    const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
    const two = (n: number): string => String(n).padStart(2, "0");
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  };
  return { since: day(days - 1), until: day(0), staff: "", state: "", kind: "" };
}

/** Gives the filter as the query of the call; what is empty is left out. */
export function queryOf(filter: AuditFilter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value)).toString();
}

/** Sums what has been given in cents: requests, declined, failed and reversed ones are not. */
export function givenOf(lines: readonly AuditLine[]): number {
  const given = lines.filter(({ line }) => ["granted", "delivering", "delivered"].includes(line.grant.state));
  return given.reduce((sum, { line }) => sum + (line.grant.kind === "return" ? 0 : line.grant.cents), 0);
}

/** What the columns are called and their values read, in the language of the page. */
export interface Words {
  columns: readonly string[];
  label: (group: "kind" | "state" | "over", value: string) => string;
}

/** Gives the lines as CSV that a spreadsheet opens; no cell is taken for a formula. */
export function csvOf(lines: readonly AuditLine[], words: Words): string {
  const rows = lines.map(({ line, shopper_name }) => {
    const { grant } = line;
    return [
      grant.id, grant.asked_at, line.asked_by, shopper_name ?? grant.shopper, grant.tier,
      words.label("kind", grant.kind), yuan(grant.cents), grant.order ?? "", grant.reason,
      words.label("state", grant.state), grant.over ? words.label("over", grant.over) : "",
      line.decided_by ?? "", grant.decided_at ?? "", grant.note, grant.conversation,
    ];
  });
  return [words.columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
