import { defineStore } from "pinia";
import { ref } from "vue";
import type { InboxView, MissCommand, MissesMoved } from "@shared/wire";
import { Refused } from "../../state/rest";
import { moveMisses, readInbox } from "./api";

/** The misses inbox: open misses in clusters, and the week's figure. */
export const useInbox = defineStore("kb-inbox", () => {
  const view = ref<InboxView | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const why = ref<Refused | null>(null);
  /** The cluster an action is under way for. */
  const acting = ref<string | null>(null);
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    try {
      const found = await readInbox();
      if (mine !== turn) return;
      view.value = found;
      state.value = "ready";
      why.value = null;
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof Refused)) throw error;
      why.value = error;
      state.value = "failed";
    }
  }

  /** Acts on a cluster's misses, then looks again; gives null while another action goes on. */
  async function act(cluster: string, command: MissCommand): Promise<MissesMoved | null> {
    if (acting.value !== null) return null;
    acting.value = cluster;
    try {
      const moved = await moveMisses(command);
      await load();
      return moved;
    } finally {
      acting.value = null;
    }
  }

  return { view, state, why, acting, load, act };
});
