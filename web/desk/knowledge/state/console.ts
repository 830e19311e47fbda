import { defineStore } from "pinia";
import { computed, ref } from "vue";
import type { ConsoleView, RunRow, TermView } from "@shared/wire";
import { Refused } from "../../state/rest";
import { editsKnowledge } from "../../state/roles";
import { useSession } from "../../state/session";
import { readConsole } from "./api";

const BUSY_MS = 2_000;
const CALM_MS = 15_000;

/** What the console's frame shows: live release, serving model, the run that goes on; polled. */
export const useConsole = defineStore("kb-console", () => {
  const session = useSession();
  const view = ref<ConsoleView | null>(null);
  const state = ref<"loading" | "ready" | "offline" | "refused">("loading");
  const why = ref<Refused | null>(null);
  /** A run that was asked for and that the last look did not show yet. */
  const expected = ref<string | null>(null);
  /** Counts what makes lists stale: a run that ended, another live release. */
  const news = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let started = false;

  const mayEdit = computed(() => editsKnowledge(session.me));
  const run = computed<RunRow | null>(() => view.value?.run ?? null);
  const runState = computed(() => {
    if (expected.value && expected.value !== run.value?.id) return "asked";
    return run.value?.state ?? "none";
  });
  const busy = computed(() => runState.value === "asked" || runState.value === "running");

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    try {
      const before = view.value;
      const next = await readConsole();
      view.value = next;
      if (next.run?.id === expected.value) expected.value = null;
      if (before && marks(before) !== marks(next)) news.value += 1;
      state.value = "ready";
      why.value = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      why.value = error;
      state.value = error.code === "unreachable" ? "offline" : "refused";
      if (error.code === "unauthorized") await session.check();
    } finally {
      clearTimeout(timer);
      if (started) timer = setTimeout(() => void refresh(), busy.value ? BUSY_MS : CALM_MS);
    }
  }

  function look(): void {
    if (document.visibilityState === "visible") void refresh();
  }

  function start(): void {
    started = true;
    window.addEventListener("focus", look);
    window.addEventListener("online", look);
    void refresh();
  }

  function stop(): void {
    started = false;
    clearTimeout(timer);
    window.removeEventListener("focus", look);
    window.removeEventListener("online", look);
  }

  /** Shows a run as asked for until the router tells of it. */
  function expectRun(id: string | null | undefined): void {
    if (id) expected.value = id;
    news.value += 1;
    void refresh();
  }

  const terms = (field: string): readonly TermView[] => view.value?.vocabulary[field] ?? [];
  const titleOf = (field: string, value: string): string =>
    terms(field).find((term) => term.value === value)?.title ?? value;

  return {
    view, state, why, news, run, runState, busy, mayEdit, refresh, start, stop, expectRun, terms,
    titleOf,
  };
});

function marks(view: ConsoleView): string {
  return [view.live?.number, view.serving.live, view.run?.id, view.run?.state].join(" ");
}
