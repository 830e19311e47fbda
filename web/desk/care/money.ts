/** Money on the desk: integer cents inside, decimal text outside, never a float. */

/** Gives cents as yuan, with decimals only where there are some. */
export function yuan(cents: number): string {
  const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return text.replace(/\.00$/, "");
}

/** Reads yuan as cents; null for what is no positive amount with two decimals at most. */
export function centsOf(text: string): number | null {
  const met = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!met) return null;
  const cents = Number(met[1]) * 100 + Number((met[2] ?? "0").padEnd(2, "0"));
  return cents > 0 ? cents : null;
}
