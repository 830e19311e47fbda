import { onScopeDispose, readonly, ref, type Ref } from "vue";

/** phone: one pane at a time; narrow: the brief slides in; wide: three columns. */
export type Screen = "phone" | "narrow" | "wide";

const PHONE = "(max-width: 760px)";
const NARROW = "(max-width: 1180px)";

/** Keeps a box as high as what a phone's keyboard leaves to be seen; gives its CSS height. */
export function useSeenHeight(): Readonly<Ref<string>> {
  const height = ref("100dvh");
  const viewport = window.visualViewport;
  const measure = (): void => {
    // Pinching makes the viewport smaller too, but that is not a keyboard.
    const covered = viewport && viewport.scale < 1.01 && window.innerHeight - viewport.height > 80;
    height.value = covered ? `${Math.round(viewport.height)}px` : "100dvh";
    if (covered) window.scrollTo(0, 0);
  };
  viewport?.addEventListener("resize", measure);
  onScopeDispose(() => viewport?.removeEventListener("resize", measure));
  return readonly(height);
}

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
