import { onBeforeUnmount, onMounted } from "vue";
import { ownedByInputMethod } from "./composing";

export type Shortcut =
  | "accept_next"
  | "resolve"
  | "return_to_bot"
  | "transfer"
  | "note"
  | "hold"
  | "undo"
  | "whisper"
  | "take_over"
  | "invite"
  | "decline"
  | "previous"
  | "next"
  | "write"
  | "suggestion_1"
  | "suggestion_2"
  | "suggestion_3"
  | "attach"
  | "leave"
  | "help";

/** Every shortcut with its keys as the overlay shows them. */
export const SHORTCUTS: readonly { name: Shortcut; keys: readonly string[] }[] = [
  { name: "accept_next", keys: ["Alt", "A"] },
  { name: "previous", keys: ["Alt", "↑"] },
  { name: "next", keys: ["Alt", "↓"] },
  { name: "write", keys: ["Alt", "I"] },
  { name: "note", keys: ["Alt", "N"] },
  { name: "return_to_bot", keys: ["Alt", "B"] },
  { name: "transfer", keys: ["Alt", "T"] },
  { name: "resolve", keys: ["Alt", "R"] },
  { name: "hold", keys: ["Alt", "H"] },
  { name: "undo", keys: ["Alt", "Z"] },
  { name: "invite", keys: ["Alt", "J"] },
  { name: "decline", keys: ["Alt", "D"] },
  { name: "whisper", keys: ["Alt", "W"] },
  { name: "take_over", keys: ["Alt", "O"] },
  { name: "suggestion_1", keys: ["Alt", "1"] },
  { name: "suggestion_2", keys: ["Alt", "2"] },
  { name: "suggestion_3", keys: ["Alt", "3"] },
  { name: "attach", keys: ["Alt", "P"] },
  { name: "leave", keys: ["Esc"] },
  { name: "help", keys: ["?"] },
];

const BY_CODE: Readonly<Record<string, Shortcut>> = {
  KeyA: "accept_next",
  KeyR: "resolve",
  KeyB: "return_to_bot",
  KeyT: "transfer",
  KeyN: "note",
  Digit1: "suggestion_1",
  Digit2: "suggestion_2",
  Digit3: "suggestion_3",
  KeyP: "attach",
  KeyH: "hold",
  KeyZ: "undo",
  KeyW: "whisper",
  KeyO: "take_over",
  KeyJ: "invite",
  KeyD: "decline",
  KeyI: "write",
  ArrowUp: "previous",
  ArrowDown: "next",
};

/** Tells which shortcut a key means; none while an input method composes. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (ownedByInputMethod(event) || event.defaultPrevented) return null;
  if (event.ctrlKey || event.metaKey) return null;
  // The code, not the key: Alt+A types å on a Mac.
  if (event.altKey) return event.shiftKey ? null : (BY_CODE[event.code] ?? null);
  if (event.key === "Escape") return "leave";
  if ((event.key === "?" || event.key === "？") && !isField(event.target)) return "help";
  return null;
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Calls the handler for each shortcut while the component lives; true means it was used. */
export function useShortcuts(handle: (shortcut: Shortcut) => boolean): void {
  const listen = (event: KeyboardEvent): void => {
    const shortcut = shortcutOf(event);
    if (shortcut && !event.repeat && handle(shortcut)) event.preventDefault();
  };
  // Captured, so that what Esc closes is still seen to be open when the handler looks.
  onMounted(() => window.addEventListener("keydown", listen, true));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen, true));
}
