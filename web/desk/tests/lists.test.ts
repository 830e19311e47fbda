import { describe, expect, it } from "vitest";
import { dueLevel, ticking } from "../state/lists";
import { card, NOON } from "./make";

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
