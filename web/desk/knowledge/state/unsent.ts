/** Edits this browser holds until the router has acknowledged them. */

import type { EntryBody } from "@shared/wire";
import { keep, kept, newest } from "../../state/keep";

/** An edit that is not on the server; a new entry may come from misses. */
export interface Unsent {
  entry: EntryBody;
  base: number | null;
  removal: boolean;
  misses: string[];
}

const NAME = "kb.unsent";
// Under which a new entry is kept: no key looks like this.
export const NEW = "+new";

const all = (): Record<string, Unsent> => kept<Record<string, Unsent>>(NAME, {});

export const unsent = (key: string): Unsent | null => all()[key] ?? null;

export const unsentKeys = (): string[] => Object.keys(all()).filter((key) => key !== NEW);

export function keepUnsent(key: string, edit: Unsent): void {
  const { [key]: _before, ...others } = all();
  keep(NAME, newest({ ...others, [key]: edit }, 100));
}

export function forgetUnsent(key: string): void {
  const { [key]: _gone, ...others } = all();
  keep(NAME, Object.keys(others).length ? others : null);
}
