import { describe, expect, it } from "vitest";
import { KEYS, keyOf } from "../state/keys";

const key = (init: KeyboardEventInit & { keyCode?: number }, target: EventTarget = document.body) => {
  const event = new KeyboardEvent("keydown", init);
  Object.defineProperty(event, "target", { value: target });
  if (init.keyCode) Object.defineProperty(event, "keyCode", { value: init.keyCode });
  return keyOf(event);
};
const field = document.createElement("textarea");

describe("a key", () => {
  it.each([
    [{ key: "/", code: "Slash" }, "search"],
    [{ key: "j", code: "KeyJ" }, "down"],
    [{ key: "ArrowUp", code: "ArrowUp" }, "up"],
    [{ ctrlKey: true, key: "s", code: "KeyS" }, "save"],
    [{ metaKey: true, key: "z", code: "KeyZ" }, "undo"],
    [{ ctrlKey: true, shiftKey: true, key: "Z", code: "KeyZ" }, "redo"],
    [{ ctrlKey: true, key: "Enter", code: "Enter" }, "publish"],
    [{ altKey: true, key: "ß", code: "KeyS" }, "submit"],
    [{ altKey: true, key: "å", code: "KeyA" }, "approve"],
    [{ key: "？" }, "help"],
  ])("%o means %s", (init, meaning) => {
    expect(key(init)).toBe(meaning);
  });

  it.each([
    ["of the input method", { ctrlKey: true, key: "s", code: "KeyS", isComposing: true }],
    ["of the input method, as Safari tells it", { ctrlKey: true, key: "Enter", code: "Enter", keyCode: 229 }],
    ["with AltGr", { altKey: true, ctrlKey: true, key: "s", code: "KeyS" }],
  ])("%s means nothing", (_name, init) => {
    expect(key(init)).toBeNull();
  });

  it("of a letter in a field is that letter, while saving works there too", () => {
    expect(key({ key: "j", code: "KeyJ" }, field)).toBeNull();
    expect(key({ key: "/", code: "Slash" }, field)).toBeNull();
    expect(key({ ctrlKey: true, key: "s", code: "KeyS" }, field)).toBe("save");
  });
});

it("every key is on the overlay once", () => {
  const names = KEYS.map((one) => one.name);
  expect(new Set(names).size).toBe(names.length);
});
