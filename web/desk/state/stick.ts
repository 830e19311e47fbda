import { onBeforeUnmount, ref, watch, type Ref } from "vue";

const NEAR_PX = 60;

/** Keeps a scrolled box at its end while the reader is there, and counts what comes below. */
export function useStick(box: Ref<HTMLElement | null>) {
  const atBottom = ref(true);
  const newBelow = ref(0);
  let resizes: ResizeObserver | null = null;

  function measure(): void {
    const el = box.value;
    if (!el) return;
    atBottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_PX;
    if (atBottom.value) newBelow.value = 0;
  }

  function toBottom(): void {
    const el = box.value;
    if (el) el.scrollTop = el.scrollHeight;
    atBottom.value = true;
    newBelow.value = 0;
  }

  /** Something was added: follow it, or count it when the reader is further up. */
  function grown(counts: boolean): void {
    if (atBottom.value) toBottom();
    else if (counts) newBelow.value += 1;
  }

  watch(box, (el, before) => {
    before?.removeEventListener("scroll", measure);
    el?.addEventListener("scroll", measure, { passive: true });
    resizes?.disconnect();
    if (!el || typeof ResizeObserver === "undefined") return;
    // The keyboard of a phone shrinks the box; the end stays in sight.
    resizes = new ResizeObserver(() => atBottom.value && toBottom());
    resizes.observe(el);
  });
  onBeforeUnmount(() => {
    box.value?.removeEventListener("scroll", measure);
    resizes?.disconnect();
  });

  return { atBottom, newBelow, toBottom, grown };
}
