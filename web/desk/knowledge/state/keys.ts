import { onBeforeUnmount, onMounted } from "vue";
import { ownedByInputMethod } from "../../state/composing";

export type Key =
  | "search" | "down" | "up" | "save" | "submit" | "approve" | "publish" | "undo" | "redo" | "new"
  | "left" | "middle" | "right" | "try" | "help";

/** Every key of the console as the overlay shows them. */
export const KEYS: readonly { name: Key; keys: readonly string[] }[] = [
  { name: "search", keys: ["/"] },
  { name: "down", keys: ["J", "↓"] },
  { name: "up", keys: ["K", "↑"] },
  { name: "left", keys: ["Alt", "1"] },
  { name: "middle", keys: ["Alt", "2"] },
  { name: "right", keys: ["Alt", "3"] },
  { name: "new", keys: ["Alt", "N"] },
  { name: "save", keys: ["Ctrl", "S"] },
  { name: "undo", keys: ["Ctrl", "Z"] },
  { name: "redo", keys: ["Ctrl", "Shift", "Z"] },
  { name: "submit", keys: ["Alt", "S"] },
  { name: "approve", keys: ["Alt", "A"] },
  { name: "publish", keys: ["Ctrl", "Enter"] },
  { name: "try", keys: ["Alt", "T"] },
  { name: "help", keys: ["?"] },
];

const WITH_ALT: Readonly<Record<string, Key>> = {
  Digit1: "left", Digit2: "middle", Digit3: "right", KeyN: "new", KeyS: "submit", KeyA: "approve",
  KeyT: "try",
};
const BARE: Readonly<Record<string, Key>> = {
  j: "down", ArrowDown: "down", k: "up", ArrowUp: "up", "/": "search", "?": "help",
  // What the same keys give while a Chinese input method is on.
  "、": "search", "？": "help",
};

/** Tells what a key means in the console; nothing while an input method composes. */
export function keyOf(event: KeyboardEvent): Key | null {
  if (ownedByInputMethod(event) || event.defaultPrevented) return null;
  if (event.altKey) {
    return event.ctrlKey || event.metaKey || event.shiftKey ? null : (WITH_ALT[event.code] ?? null);
  }
  if (event.ctrlKey || event.metaKey) return withControl(event);
  return isField(event.target) ? null : (BARE[event.key] ?? null);
}

function withControl(event: KeyboardEvent): Key | null {
  if (event.code === "KeyZ") return event.shiftKey ? "redo" : "undo";
  if (event.shiftKey) return null;
  if (event.code === "KeyS") return "save";
  if (event.code === "KeyY") return "redo";
  return event.key === "Enter" ? "publish" : null;
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Calls the handler for each key while the component lives; true means it was used. */
export function useKeys(handle: (key: Key, event: KeyboardEvent) => boolean): void {
  const listen = (event: KeyboardEvent): void => {
    const key = keyOf(event);
    if (key && handle(key, event)) event.preventDefault();
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
