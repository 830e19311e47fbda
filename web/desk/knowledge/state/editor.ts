import { defineStore } from "pinia";
import { computed, ref } from "vue";
import type {
  DraftSaved,
  EditConflictBody,
  EntryBody,
  EntryPage,
  FindingView,
  RevisionView,
} from "@shared/wire";
import { Refused } from "../../state/rest";
import { moveMisses, moveRevision, readEntry, saveDraft, type RevisionStep } from "./api";
import { useEdited } from "./edited";
import { copy, KEY, same } from "./entry";
import { forgetUnsent, NEW, unsent } from "./unsent";

const PAUSE_MS = 1_000;
const RETRY_MS = 3_000;
const RETRY_MOST_MS = 30_000;

/** new: not on the server yet; dirty: kept in this browser only; refused: the server said why. */
export type SaveState =
  | "new" | "saved" | "dirty" | "saving" | "offline" | "refused" | "conflict";

/** The entry that is open: its draft, autosave, undo, conflicts and workflow. */
export const useEditor = defineStore("kb-editor", () => {
  const edited = useEdited(touched);
  const { draft, removal, base, misses, isNew } = edited;
  const page = ref<EntryPage | null>(null);
  const loading = ref<"none" | "loading" | "ready" | "missing" | "failed">("none");
  const state = ref<SaveState>("saved");
  const why = ref<Refused | null>(null);
  const conflict = ref<EditConflictBody | null>(null);
  const findings = ref<FindingView[]>([]);
  const restored = ref(false);
  const moving = ref(false);
  /** Counts what the lists should know: saves and steps. */
  const news = ref(0);

  let timer: ReturnType<typeof setTimeout> | undefined;
  let flying: Promise<void> | null = null;
  let composing = false;
  let tries = 0;
  let turn = 0;

  const current = computed<RevisionView | null>(() => page.value?.current ?? null);

  /** Opens an entry; what this browser holds unsent of it is put back and saved. */
  async function open(key: string): Promise<void> {
    await leave();
    const mine = ++turn;
    reset();
    loading.value = "loading";
    const local = unsent(key);
    try {
      const found = await readEntry(key);
      if (mine !== turn) return;
      show(found);
      loading.value = "ready";
      if (!local) return;
      if (same(local.entry, draft.value) && local.removal === removal.value) return forgetUnsent(key);
      putBack(local.entry, local.removal, local.base);
      schedule(0);
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof Refused)) throw error;
      why.value = error;
      if (local && error.code === "unreachable") {
        putBack(local.entry, local.removal, local.base);
        loading.value = "ready";
        wait();
      } else loading.value = error.code === "not_found" || error.code === "unknown_entry" ? "missing" : "failed";
    }
  }

  /** Begins a new entry; it stays in this browser until `create`. */
  async function begin(entry: EntryBody, of: readonly string[] = []): Promise<void> {
    await leave();
    turn += 1;
    reset();
    edited.take(entry);
    misses.value = [...of];
    state.value = "new";
    loading.value = "ready";
    edited.keepLocal();
  }

  /** Takes up the new entry this browser holds; false when there is none. */
  async function resume(): Promise<boolean> {
    if (isNew.value) return true;
    const local = unsent(NEW);
    if (!local) return false;
    await begin(local.entry, local.misses);
    return true;
  }

  /** Puts a new entry on the server, with the misses it is meant for; false when refused. */
  async function create(): Promise<boolean> {
    const entry = draft.value;
    if (!entry || !isNew.value || state.value === "saving" || !KEY.test(entry.key)) return false;
    const mine = turn;
    const body = copy(entry);
    state.value = "saving";
    try {
      if (misses.value.length > 0) {
        await moveMisses({ type: "draft_entry", misses: [...misses.value], entry: body });
        const made = await readEntry(body.key);
        if (mine !== turn) return false;
        const typed = copy(draft.value!);
        show(made);
        if (!same(typed, body)) draft.value = typed;
      } else {
        const saved = await saveDraft(body.key, { entry: body, base: null, reason: "", removal: false });
        if (mine !== turn) return false;
        took(saved, body, null);
      }
      forgetUnsent(NEW);
      misses.value = [];
      if (edited.isHeldBy(current.value)) settle();
      else touched();
      news.value += 1;
      return true;
    } catch (error) {
      if (mine === turn) refused(error);
      return false;
    }
  }

  /** Saves now what is unsaved; true when the server has everything. */
  async function save(): Promise<boolean> {
    clearTimeout(timer);
    if (!draft.value || conflict.value) return false;
    if (isNew.value) return create();
    while (flying) await flying;
    if (edited.isHeldBy(current.value)) settle();
    else {
      flying = send();
      await flying;
    }
    return state.value === "saved";
  }

  /** Saves the editor's decision of a conflict on top of the newer revision. */
  async function resolve(entry: EntryBody): Promise<boolean> {
    const over = conflict.value;
    if (!over) return false;
    edited.remember("conflict");
    edited.take(entry, false, over.newer.number);
    if (page.value) page.value = { ...page.value, current: over.newer };
    conflict.value = null;
    touched();
    return save();
  }

  /** Drops what is unsaved here and shows what the server has. */
  async function discard(): Promise<void> {
    clearTimeout(timer);
    const key = draft.value?.key;
    edited.forgetLocal();
    const wasNew = isNew.value;
    turn += 1;
    reset();
    if (key && !wasNew) await open(key);
  }

  /** Takes the revision a step further after saving; refused ones keep why. */
  async function move(wanted: RevisionStep, reason = ""): Promise<boolean> {
    if (moving.value || !(await save()) || !current.value) return false;
    moving.value = true;
    why.value = null;
    const mine = turn;
    const { number, entry } = current.value;
    try {
      await moveRevision(entry.key, number, wanted, reason);
      await renew();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === turn) why.value = error;
      await renew().catch(() => undefined);
      return false;
    } finally {
      moving.value = false;
      news.value += 1;
    }
  }

  /** Reads the entry again without touching what is unsaved. */
  async function renew(): Promise<void> {
    const mine = turn;
    if (!draft.value || isNew.value) return;
    const found = await readEntry(draft.value.key);
    if (mine !== turn) return;
    if (state.value === "saved") show(found);
    else page.value = { ...found, current: page.value?.current ?? found.current };
  }

  /** Holds saving back while an input method composes. */
  function compose(on: boolean): void {
    composing = on;
  }

  /** Saves what waits before another entry is opened; what cannot be saved stays in the browser. */
  async function leave(): Promise<void> {
    if (draft.value && !isNew.value && !conflict.value && !edited.isHeldBy(current.value)) await save();
    clearTimeout(timer);
  }

  function reset(): void {
    clearTimeout(timer);
    edited.clear();
    page.value = null;
    loading.value = "none";
    state.value = "saved";
    why.value = null;
    conflict.value = null;
    findings.value = [];
    restored.value = false;
    composing = false;
    tries = 0;
  }

  function show(found: EntryPage): void {
    page.value = found;
    edited.take(found.current.entry, found.current.removal, found.current.number);
    findings.value = found.findings;
  }

  function putBack(entry: EntryBody, gone: boolean, from: number | null): void {
    edited.take(entry, gone, from);
    restored.value = true;
    state.value = "dirty";
  }

  function touched(): void {
    edited.keepLocal();
    if (isNew.value || conflict.value) return;
    if (state.value !== "saving") state.value = "dirty";
    schedule(PAUSE_MS);
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (composing) schedule(PAUSE_MS);
      else void save();
    }, ms);
  }

  function settle(): void {
    state.value = "saved";
    why.value = null;
    restored.value = false;
    tries = 0;
    if (draft.value) forgetUnsent(draft.value.key);
  }

  async function send(): Promise<void> {
    const mine = turn;
    const sent = copy({ entry: draft.value!, base: base.value, reason: "", removal: removal.value });
    state.value = "saving";
    try {
      const saved = await saveDraft(sent.entry.key, sent);
      if (mine !== turn) return;
      took(saved, sent.entry, page.value);
      if (same(draft.value, sent.entry) && removal.value === sent.removal) settle();
      else {
        state.value = "dirty";
        edited.keepLocal();
        schedule(PAUSE_MS);
      }
      news.value += 1;
    } catch (error) {
      if (mine === turn) refused(error);
    } finally {
      flying = null;
    }
  }

  // The revision is taken to hold exactly what was sent, however the server tidied it: what is on
  // screen stays as typed, and is not saved again for the difference.
  function took(saved: DraftSaved, sent: EntryBody, before: EntryPage | null): void {
    const revision = { ...saved.revision, entry: sent };
    base.value = revision.number;
    findings.value = saved.findings;
    page.value = {
      ...(before ?? { key: sent.key, approved: null, live: null, misses_open: 0, misses_cured: 0 }),
      current: revision,
      history: [revision, ...(before?.history ?? [])],
      findings: saved.findings,
    };
  }

  function refused(error: unknown): void {
    if (!(error instanceof Refused)) {
      state.value = isNew.value ? "new" : "refused";
      throw error;
    }
    why.value = error;
    if (isNew.value) {
      // Nobody else can have edited what is not there: the key belongs to another entry.
      if (error.code === "edit_conflict") why.value = new Refused("key_taken", error.detail);
      state.value = "new";
    } else if (error.code === "edit_conflict") {
      conflict.value = error.body as EditConflictBody;
      state.value = "conflict";
    } else if (["unreachable", "overloaded", "internal"].includes(error.code)) wait();
    else state.value = "refused";
  }

  function wait(): void {
    state.value = "offline";
    tries += 1;
    schedule(Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (tries - 1)));
  }

  /** Tries again at once when the line is back. */
  function online(): void {
    if (state.value === "offline") void save();
  }

  const { canUndo, canRedo, edit, remove, undo, redo } = edited;
  return {
    page, draft, removal, base, misses, loading, state, why, conflict, findings, restored, moving,
    canUndo, canRedo, news, isNew, current, open, begin, resume, create, edit, remove, undo, redo,
    save, resolve, discard, move, renew, compose, leave, online,
  };
});
