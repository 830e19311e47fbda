import { defineStore } from "pinia";
import { shallowRef, watch } from "vue";
import type { CallbackLine, CallbackList } from "@shared/wire";
import { useDesk } from "./desk";
import { call, Refused } from "./rest";

/** The numbers nobody has called yet, read anew whenever one was left or called. */
export const useCallbacks = defineStore("callbacks", () => {
  const desk = useDesk();
  const lines = shallowRef<readonly CallbackLine[]>([]);

  async function refresh(): Promise<void> {
    try {
      lines.value = (await call<CallbackList>("GET", "/callbacks")).callbacks;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  /** Notes that I have called, and what came of it. */
  const done = (line: CallbackLine, outcome: string): Promise<null> =>
    call("POST", `/callbacks/${encodeURIComponent(line.conversation)}/${line.case}/done`, { outcome });

  watch(
    () => [desk.live, desk.board.callbacks] as const,
    ([live]) => live && void refresh(),
    { immediate: true },
  );

  return { lines, refresh, done };
});
