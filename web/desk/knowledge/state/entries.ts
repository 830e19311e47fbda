import { defineStore } from "pinia";
import { ref, watch } from "vue";
import type { EntryRow } from "@shared/wire";
import { Refused } from "../../state/rest";
import { listEntries, type Only } from "./api";

const PAUSE_MS = 250;

/** The list of entries with its search. */
export const useEntries = defineStore("kb-entries", () => {
  const query = ref("");
  const category = ref("");
  const only = ref<Only>("");
  const rows = ref<EntryRow[]>([]);
  const total = ref(0);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const why = ref<Refused | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function load(): Promise<void> {
    clearTimeout(timer);
    const mine = ++turn;
    try {
      const wanted = { query: query.value.trim(), category: category.value, only: only.value };
      const found = await listEntries(wanted);
      // A slower answer to an older question must not replace a newer one.
      if (mine !== turn) return;
      rows.value = found.entries;
      total.value = found.total;
      state.value = "ready";
      why.value = null;
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof Refused)) throw error;
      why.value = error;
      state.value = "failed";
    }
  }

  watch(query, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), PAUSE_MS);
  });
  watch([category, only], () => void load());

  return { query, category, only, rows, total, state, why, load };
});
