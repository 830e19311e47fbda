import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import AccountBox from "../components/AccountBox.vue";
import { line } from "../dev/scenes";
import { factOf, textOf } from "../state/facts";
import { makeI18n } from "../locales";
import { at, fresh } from "./make";

const say = (locale: "zh-CN" | "en") => makeI18n(locale).global.t as (key: string, named?: Record<string, unknown>) => string;
const LINES = [
  line("wants", "转人工"),
  line("mood", "", { levels: [0, 2] }),
  line("images", "", { count: 2 }),
  line("tried", "多久发货 → 48 小时", { release: 3 }),
  line("tried", "多久发货 → 48 小时"),
  line("earlier", ""),
  line("earlier", "商品 · 已解决"),
];

it.each([
  ["zh-CN", ["转人工", "平静 → 生气", "2 张", "多久发货 → 48 小时（知识库 3 版）", "多久发货 → 48 小时", "没有小结", "商品 · 已解决"], "3 张"],
  ["en", ["转人工", "calm → angry", "2", "多久发货 → 48 小时 (release 3)", "多久发货 → 48 小时", "no summary", "商品 · 已解决"], "3"],
] as const)("the brief is worded in %s, what people wrote stays", (locale, texts, photos) => {
  expect(LINES.map((one) => textOf(one, say(locale)))).toEqual(texts);
  expect(factOf({ kind: "photo", text: "3", seq: 1, order: null }, say(locale))).toBe(photos);
});

it("an account shows what the shop tells, and since when it is only remembered", () => {
  const account = {
    year: 2026, spend: "5210.00", as_of: at(0), coupons: null,
    refunds: [{ order: "JN1", amount: "99.00", state: "approved", asked_at: at(0), paid_at: null, expected_by: at(60) }],
  };
  const { plugins } = fresh("en");
  const box = mount(AccountBox, { props: { account }, global: { plugins } });
  expect(box.text()).toContain("Spent in 2026");
  expect(box.text()).toContain("¥99.00 Approved");
  expect(box.get(".remembered").text()).toContain("The shop is silent");
  const nothing = mount(AccountBox, { props: { account: { ...account, spend: null, refunds: [] } }, global: { plugins } });
  expect(nothing.find("[data-testid=desk-account]").exists()).toBe(false);
});
