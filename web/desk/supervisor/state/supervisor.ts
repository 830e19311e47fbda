import { defineStore } from "pinia";
import { ref, shallowRef, watch } from "vue";
import type { SupervisorView } from "@shared/wire";
import { useDesk } from "../../state/desk";
import { keep, kept } from "../../state/keep";
import { Refused } from "../../state/rest";
import { useSession } from "../../state/session";
import { alarmed, type Alarm, standing } from "./alarms";
import { readOverview } from "./api";

const EVERY_MS = 5_000;
const SOON_MS = 400;
const SEEN = "alarms_seen";

/** The desk as the supervisor sees it: asked for every few seconds, and soon after something moved. */
export const useSupervisor = defineStore("supervisor", () => {
  const desk = useDesk();
  const session = useSession();
  const view = shallowRef<SupervisorView | null>(null);
  const state = ref<"loading" | "ready" | "offline" | "refused">("loading");
  const why = shallowRef<Refused | null>(null);
  const alarms = shallowRef<readonly Alarm[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let started = false;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    try {
      const found = await readOverview();
      if (!view.value) foundAtFirst(found);
      view.value = found;
      state.value = "ready";
      why.value = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      why.value = error;
      state.value = error.code === "unreachable" ? "offline" : "refused";
      if (error.code === "unauthorized") await session.check();
    } finally {
      later(EVERY_MS);
    }
  }

  /** Alarms rung before the page was open, but for those somebody here has taken as seen. */
  function foundAtFirst(found: SupervisorView): void {
    const told = new Set(alarms.value.map((alarm) => alarm.card.conversation.id));
    const missed = standing(found, kept(SEEN, 0)).filter((alarm) => !told.has(alarm.card.conversation.id));
    alarms.value = [...alarms.value, ...missed];
  }

  function later(ms: number): void {
    clearTimeout(timer);
    if (started) timer = setTimeout(() => void refresh(), ms);
  }

  function start(): void {
    started = true;
    void refresh();
  }

  function stop(): void {
    started = false;
    clearTimeout(timer);
  }

  // Whatever moves a card or an agent on the socket is worth a look.
  watch(
    () => [desk.board.cards, desk.board.colleagues],
    () => later(SOON_MS),
  );

  watch(
    () => desk.alert,
    (event) => {
      if (event) alarms.value = alarmed(alarms.value, event, Date.now());
    },
  );

  /** Takes every alarm as seen. */
  function seen(): void {
    alarms.value = [];
    keep(SEEN, Date.now());
  }

  return { view, state, why, alarms, refresh, start, stop, seen };
});
