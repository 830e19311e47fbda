import { expect, it } from "vitest";
import { localeOf, orderState, sayIn, WORDS } from "../locales";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

it("has every word in both languages, with the same places for values", () => {
  expect(Object.keys(WORDS.en).sort()).toEqual(Object.keys(WORDS["zh-CN"]).sort());
  for (const [word, zh] of Object.entries(WORDS["zh-CN"])) {
    const en = WORDS.en[word as keyof typeof WORDS.en];
    expect(en.trim(), word).not.toBe("");
    expect(places(en), word).toEqual(places(zh));
  }
});

it("has no Chinese in the English words", () => {
  for (const text of Object.values(WORDS.en)) expect(text).not.toMatch(/[\u4e00-\u9fff]/);
});

it("fills in values", () => {
  expect(sayIn("zh-CN")("place", { place: 3, ahead: 2 })).toBe("你排在第 3 位，前面还有 2 人");
  expect(sayIn("en")("place", { place: 3, ahead: 2 })).toBe("You are number 3, 2 ahead of you");
});

it("shows an order state it does not know as it is", () => {
  expect(orderState(sayIn("zh-CN"), "shipped")).toBe("运输中");
  expect(orderState(sayIn("zh-CN"), "lost_at_sea")).toBe("lost_at_sea");
});

it.each([
  [["en-GB"], "en"],
  [["zh-TW"], "zh-CN"],
  [[undefined, "", "fr", "en"], "en"],
  [[null], "zh-CN"],
] as const)("takes the first wish it can serve of %j", (wishes, locale) => {
  expect(localeOf(...wishes)).toBe(locale);
});
