import { defineStore } from "pinia";
import { ref, shallowRef, watch } from "vue";
import type { CareOverview, CareView } from "@shared/wire";
import { useDesk } from "../state/desk";
import { Refused } from "../state/rest";
import { readCare, readOverview } from "./api";

const SOON_MS = 150;
const EVERY_MS = 15_000;

/** What stands beside the conversation on screen, read anew whenever something happened to it. */
export const useCare = defineStore("care", () => {
  const desk = useDesk();
  const view = shallowRef<CareView | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function refresh(): Promise<void> {
    const id = desk.selected;
    if (!id) return;
    try {
      const read = await readCare(id);
      if (desk.selected === id) view.value = read;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  watch(
    () => [desk.selected, desk.selected && desk.board.care[desk.selected], desk.live] as const,
    ([id], before) => {
      if (id !== before?.[0]) view.value = null;
      clearTimeout(timer);
      timer = setTimeout(() => void refresh(), SOON_MS);
    },
    { immediate: true },
  );

  return { view, refresh };
});

/** The supervisors' side: read every few seconds, and soon after something happened. */
export const useOverview = defineStore("care-overview", () => {
  const desk = useDesk();
  const view = shallowRef<CareOverview | null>(null);
  const failed = shallowRef<Refused | null>(null);
  const watchers = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    try {
      view.value = await readOverview();
      failed.value = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failed.value = error;
    }
    later(EVERY_MS);
  }

  function later(ms: number): void {
    clearTimeout(timer);
    if (watchers.value > 0) timer = setTimeout(() => void refresh(), ms);
  }

  /** Each panel that is shown keeps it going. */
  function show(): () => void {
    watchers.value += 1;
    if (watchers.value === 1) void refresh();
    return () => {
      watchers.value -= 1;
      if (watchers.value === 0) clearTimeout(timer);
    };
  }

  watch(() => desk.board.care, () => later(SOON_MS));

  return { view, failed, refresh, show };
});
