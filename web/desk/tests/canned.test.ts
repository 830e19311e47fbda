import { describe, expect, it } from "vitest";
import { filled, openPlaces, slashOf, valuesOf } from "../state/canned";
import { brief, card, LINA } from "./make";

describe("a slash", () => {
  it.each([
    ["/", ""],
    ["/cc", "cc"],
    ["/催促", "催促"],
    ["/ 好", null],
    ["1/2", null],
    ["//", null],
    ["http://a", null],
    ["/a\nb", null],
  ])("%j searches for %j", (text, query) => {
    expect(slashOf(text)).toBe(query);
  });
});

describe("variables", () => {
  const said = { tier: (t: string) => t, state: (s: string) => s, store: "线上" };

  it("are filled in from the conversation", () => {
    const values = valuesOf(card(), brief(), LINA, said);
    expect(filled("{{shopper}}您好，我是{{ agent }}。", values)).toBe("小满您好，我是李娜。");
  });

  it("stay open, to be seen, when nothing is known", () => {
    const text = filled("订单 {{order}} 由 {{carrier}} 承运，{{order}}。", valuesOf(card(), brief(), LINA, said));
    expect(openPlaces(text)).toEqual(["{{order}}", "{{carrier}}"]);
  });

  it("never fill in an anonymous shopper's tier", () => {
    const values = valuesOf(card({}, { shopper_name: null }), brief({ anonymous: true }), LINA, said);
    expect(values).not.toHaveProperty("tier");
    expect(values).not.toHaveProperty("shopper");
  });
});
