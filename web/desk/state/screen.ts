import { onScopeDispose, readonly, ref, type Ref } from "vue";

/** phone: one pane at a time; narrow: the brief slides in; wide: three columns. */
export type Screen = "phone" | "narrow" | "wide";

const PHONE = "(max-width: 760px)";
const NARROW = "(max-width: 1180px)";

/** Gives how many panes fit, as the window changes. */
export function useScreen(): Readonly<Ref<Screen>> {
  const queries = [PHONE, NARROW].map((query) => window.matchMedia(query));
  const [phone, narrow] = queries;
  const measure = (): Screen => (phone?.matches ? "phone" : narrow?.matches ? "narrow" : "wide");
  const screen = ref<Screen>(measure());
  const update = (): void => void (screen.value = measure());
  for (const query of queries) query.addEventListener("change", update);
  onScopeDispose(() => {
    for (const query of queries) query.removeEventListener("change", update);
  });
  return readonly(screen);
}
