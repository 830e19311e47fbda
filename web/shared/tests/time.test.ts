import { describe, expect, it } from "vitest";
import { clock, day, duration, moment } from "../time";

// The tests run in Asia/Shanghai.
const now = new Date("2026-11-11T12:00:00Z");

describe("a moment", () => {
  it.each([
    ["today", "2026-11-11T01:05:00Z", "09:05", "09:05"],
    ["just after midnight here, yesterday in UTC", "2026-11-10T16:30:00Z", "00:30", "00:30"],
    ["yesterday", "2026-11-10T10:00:00Z", "昨天 18:00", "Yesterday 18:00"],
    ["this year", "2026-03-08T10:00:00Z", "3月8日 18:00", "Mar 8 18:00"],
    ["another year", "2025-12-31T10:00:00Z", "2025年12月31日 18:00", "Dec 31, 2025 18:00"],
  ])("%s", (_, at, zh, en) => {
    expect(moment(at, now, "zh-CN")).toBe(zh);
    expect(moment(at, now, "en")).toBe(en);
  });
});

it("never writes midnight as 24:00", () => {
  expect(clock("2026-11-10T16:00:00Z")).toBe("00:00");
});

it("names a day for a divider", () => {
  expect(day("2026-11-11T01:00:00Z", now)).toBe("今天");
  expect(day("2026-11-09T18:00:00Z", now)).toBe("昨天");
  expect(day("2026-11-01T01:00:00Z", now)).toBe("11月1日");
});

it.each([
  [0, "0秒", "0s"],
  [45, "45秒", "45s"],
  [65, "1分5秒", "1m 5s"],
  [3_600, "1小时", "1h"],
  [90_061, "1天1小时", "1d 1h"],
  [-5, "0秒", "0s"],
])("gives %i seconds in two units", (seconds, zh, en) => {
  expect(duration(seconds, "zh-CN")).toBe(zh);
  expect(duration(seconds, "en")).toBe(en);
});
