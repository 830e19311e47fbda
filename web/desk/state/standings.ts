import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import type { AgentStanding, Standings } from "@shared/wire";
import { call, Refused } from "./rest";

/** How every agent stands in the queue, as of the last time it was asked for. */
export const useStandings = defineStore("standings", () => {
  const view = shallowRef<Standings | null>(null);

  async function refresh(): Promise<void> {
    try {
      view.value = await call<Standings>("GET", "/agents");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  const byStaff = computed(() => new Map((view.value?.agents ?? []).map((one) => [one.staff, one])));
  const of = (staff: string | undefined): AgentStanding | undefined => byStaff.value.get(staff ?? "");

  return { view, refresh, of };
});
