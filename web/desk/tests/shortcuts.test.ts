import { describe, expect, it } from "vitest";
import { SHORTCUTS, shortcutOf } from "../state/shortcuts";

const key = (init: KeyboardEventInit & { keyCode?: number }, target: EventTarget = document.body) => {
  const event = new KeyboardEvent("keydown", init);
  Object.defineProperty(event, "target", { value: target });
  if (init.keyCode) Object.defineProperty(event, "keyCode", { value: init.keyCode });
  return shortcutOf(event);
};

describe("a key", () => {
  it.each([
    [{ altKey: true, code: "KeyA", key: "å" }, "accept_next"],
    [{ altKey: true, code: "KeyR", key: "r" }, "resolve"],
    [{ altKey: true, code: "KeyB", key: "b" }, "return_to_bot"],
    [{ altKey: true, code: "KeyT", key: "t" }, "transfer"],
    [{ altKey: true, code: "ArrowUp", key: "ArrowUp" }, "previous"],
    [{ altKey: true, code: "ArrowDown", key: "ArrowDown" }, "next"],
    [{ key: "Escape" }, "leave"],
    [{ key: "?" }, "help"],
  ])("%o means %s", (init, shortcut) => {
    expect(key(init)).toBe(shortcut);
  });

  it.each([
    ["without Alt", { code: "KeyA", key: "a" }],
    ["with Ctrl too, as AltGr does", { altKey: true, ctrlKey: true, code: "KeyA", key: "a" }],
    ["with Shift too", { altKey: true, shiftKey: true, code: "KeyA", key: "A" }],
    ["of the input method", { altKey: true, code: "KeyA", key: "a", isComposing: true }],
    ["of the input method, as Safari tells it", { key: "Escape", keyCode: 229 }],
  ])("%s means nothing", (_name, init) => {
    expect(key(init)).toBeNull();
  });

  it("? in a field is a question mark", () => {
    expect(key({ key: "?" }, document.createElement("textarea"))).toBeNull();
    expect(key({ altKey: true, code: "KeyA", key: "a" }, document.createElement("textarea"))).toBe("accept_next");
  });
});

it("every shortcut is on the overlay once", () => {
  const names = SHORTCUTS.map((shortcut) => shortcut.name);
  expect(new Set(names).size).toBe(names.length);
});
