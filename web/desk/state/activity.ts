/** Tells the router that the agent is there; a tab left open says nothing. */

import { onBeforeUnmount, onMounted } from "vue";

export const TELL_EVERY_MS = 20_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "focus"] as const;

/** Gives a function that passes on the first sign of life of every twenty seconds. */
export function spared(tell: () => void, every = TELL_EVERY_MS): (now: number) => void {
  let told = -Infinity;
  return (now) => {
    // A clock set back tells once more.
    if (now - told < every && now >= told) return;
    told = now;
    tell();
  };
}

/** Listens for keys, the pointer and the tab coming to the front while the component lives. */
export function useActivity(tell: () => void): void {
  const sign = spared(tell);
  const here = (): void => {
    if (document.visibilityState === "visible") sign(Date.now());
  };
  onMounted(() => {
    for (const name of SIGNS) window.addEventListener(name, here, { capture: true, passive: true });
    document.addEventListener("visibilitychange", here);
  });
  onBeforeUnmount(() => {
    for (const name of SIGNS) window.removeEventListener(name, here, { capture: true });
    document.removeEventListener("visibilitychange", here);
  });
}
