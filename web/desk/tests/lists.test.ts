import { describe, expect, it } from "vitest";
import { dueLevel, mayTakeOver, ticking } from "../state/lists";
import { card, LINA, NOON } from "./make";

describe("clocks of the queue", () => {
  it.each([
    ["calm at first", 10, "calm"],
    ["soon in the last 40 % of the time", 61, "soon"],
    ["breached at the target", 100, "breached"],
  ] as const)("a handoff is %s", (_name, seconds, level) => {
    expect(dueLevel(card(), NOON + seconds * 1_000)).toBe(level);
  });

  it.each([
    [7_000, "0:07"],
    [725_000, "12:05"],
    [3_729_000, "1:02:09"],
    [-5, "0:00"],
  ])("%d ms read %s", (ms, text) => {
    expect(ticking(ms)).toBe(text);
  });
});

describe("a take-over", () => {
  const chen = { ...LINA, id: "chen", roles: ["supervisor" as const] };
  it.each([
    ["from the bot", card({ status: "bot", epoch: 0 }), chen, true],
    ["from a colleague", card({ status: "active" }, { agent: "wang" }), chen, true],
    ["of what waits", card({ status: "queued" }), chen, false],
    ["of who asks the bot in the queue", card({ status: "bot", keeps_place: true }), chen, false],
    ["of what is resolved", card({ status: "resolved" }), chen, false],
    ["of one's own", card({ status: "active" }, { agent: "chen" }), chen, false],
    ["by an agent", card({ status: "bot", epoch: 0 }), LINA, false],
  ] as const)("%s", (_name, of, me, may) => expect(mayTakeOver(of, me)).toBe(may));
});
