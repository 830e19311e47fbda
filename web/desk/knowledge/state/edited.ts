/** The entry as it stands on screen, kept in this browser, with its steps back and forth. */

import { computed, ref } from "vue";
import type { EntryBody, RevisionView } from "@shared/wire";
import { copy, same } from "./entry";
import { Undo } from "./undo";
import { forgetUnsent, keepUnsent, NEW } from "./unsent";

/** How an entry was before an edit. */
interface Snapshot {
  entry: EntryBody;
  removal: boolean;
}

/** Holds one entry that is edited; `touched` is called after every edit. */
export function useEdited(touched: () => void) {
  const draft = ref<EntryBody | null>(null);
  const removal = ref(false);
  /** The revision the next save continues; null for an entry that is not on the server yet. */
  const base = ref<number | null>(null);
  /** The misses a new entry is meant for. */
  const misses = ref<string[]>([]);
  const canUndo = ref(false);
  const canRedo = ref(false);
  const isNew = computed(() => draft.value !== null && base.value === null);
  let undoing = new Undo<Snapshot>();

  const unsavedKey = (): string => (base.value === null ? NEW : (draft.value?.key ?? NEW));

  /** Shows an entry without a step of undo. */
  function take(entry: EntryBody | null, gone = false, from: number | null = null): void {
    draft.value = entry && copy(entry);
    removal.value = gone;
    base.value = from;
  }

  function clear(): void {
    take(null);
    misses.value = [];
    undoing = new Undo();
    tell();
  }

  /** Changes the entry; edits of one field in quick succession are one step of undo. */
  function edit(field: string, change: (entry: EntryBody) => void): void {
    if (!draft.value) return;
    remember(field);
    change(draft.value);
    touched();
  }

  /** Marks the entry to be removed with the next release, or takes that back. */
  function remove(gone: boolean): void {
    remember("removal");
    removal.value = gone;
    touched();
  }

  function undo(): boolean {
    return step((now) => undoing.undo(now));
  }

  function redo(): boolean {
    return step((now) => undoing.redo(now));
  }

  function remember(field: string): void {
    if (!draft.value) return;
    undoing.record({ entry: copy(draft.value), removal: removal.value }, field, Date.now());
    tell();
  }

  function step(take: (now: Snapshot) => Snapshot | null): boolean {
    if (!draft.value) return false;
    const to = take({ entry: copy(draft.value), removal: removal.value });
    if (!to) return false;
    draft.value = to.entry;
    removal.value = to.removal;
    touched();
    tell();
    return true;
  }

  function tell(): void {
    canUndo.value = undoing.canUndo;
    canRedo.value = undoing.canRedo;
  }

  /** Tells whether a revision holds exactly what is on screen. */
  function isHeldBy(revision: RevisionView | null): boolean {
    return (
      revision !== null && base.value === revision.number && removal.value === revision.removal &&
      same(draft.value, revision.entry)
    );
  }

  function keepLocal(): void {
    if (!draft.value) return;
    keepUnsent(unsavedKey(), {
      entry: copy(draft.value), base: base.value, removal: removal.value, misses: [...misses.value],
    });
  }

  const forgetLocal = (): void => forgetUnsent(unsavedKey());

  return {
    draft, removal, base, misses, canUndo, canRedo, isNew, take, clear, edit, remove, undo, redo,
    remember, isHeldBy, keepLocal, forgetLocal,
  };
}
