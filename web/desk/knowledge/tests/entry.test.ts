import { describe, expect, it } from "vitest";
import type { EditConflictBody, RevisionView } from "@shared/wire";
import {
  anyone, blankAnswer, blankEntry, decided, linesOf, normalised, repeated, suggestedKey, usableWordings,
} from "../state/entry";
import { entryChange, isEmptyChange } from "../state/diff";
import { byPosition, elsewhere, worst } from "../state/findings";
import { Undo } from "../state/undo";

const revision = (entry: ReturnType<typeof blankEntry>): RevisionView => ({
  number: 7, author: "wangqiang", at: "", reason: "", state: "draft", removal: false, base: 1, entry,
  moves: [], releases: [], live: false,
});

describe("phrasings", () => {
  it("are one a line, from any system, blank lines left out", () => {
    expect(linesOf(" 能退吗\r\n\n怎么退\r退货\u2028退款 ")).toEqual(["能退吗", "怎么退", "退货", "退款"]);
  });

  it.each([
    ["能退吗？", "能退吗"],
    ["ＡＰＰ 打不开", "app打不开"],
    ["！！", "！！"],
  ])("%s and %s say the same", (one, other) => {
    expect(normalised(one)).toBe(normalised(other));
  });

  it("said twice are marked the second time, also against a taken list", () => {
    expect([...repeated(["能退吗", "怎么退", "能退吗?"])]).toEqual([2]);
    expect([...repeated(["能退吗"], ["能退吗！"])]).toEqual([0]);
  });

  it("of misses leave out the masked, the short and the repeated", () => {
    const texts = ["我叫[姓名]", "嗯", "能 退  吗", "能退吗？", "怎么退"];
    expect(usableWordings(texts)).toEqual(["能 退 吗", "怎么退"]);
  });
});

it("a suggested key is a legal one, whatever the category", () => {
  const at = new Date(2026, 10, 21, 9, 5, 7);
  expect(suggestedKey("shipping", at)).toBe("shipping_1121_090507");
  expect(suggestedKey("发货", at)).toBe("entry_1121_090507");
});

describe("a decided conflict", () => {
  const gold = { ...anyone(), tier: ["gold"] };
  const base = blankEntry({ key: "a", title: "我的", answers: [blankAnswer("默认我的"), { ...blankAnswer("金卡我的"), condition: gold }] });
  const theirs = blankEntry({ key: "a", title: "他的", answers: [blankAnswer("默认他的"), { ...blankAnswer("金卡他的"), condition: gold }] });
  const conflict: EditConflictBody = {
    code: "edit_conflict", detail: "", newer: revision(theirs), merged: base,
    clashes: [
      { field: "title", mine: "我的", theirs: "他的" },
      { field: "answers[tier=gold]", mine: "金卡我的", theirs: "金卡他的" },
    ],
  };

  it("takes theirs only where the editor chose it", () => {
    const entry = decided(conflict, [false, true]);
    expect(entry.title).toBe("我的");
    expect(entry.answers.map((answer) => answer.text)).toEqual(["默认我的", "金卡他的"]);
    expect(base.answers[1]?.text).toBe("金卡我的");
  });

  it("takes an answer away that they removed", () => {
    const removed = { ...conflict, newer: revision({ ...theirs, answers: [theirs.answers[0]!] }), clashes: [{ field: "answers[tier=gold]", mine: "金卡我的", theirs: "none" }] };
    expect(decided(removed, [true]).answers.map((answer) => answer.text)).toEqual(["默认我的"]);
    expect(decided(removed, [false]).answers).toHaveLength(2);
  });

  it("brings an answer back that I removed and they changed", () => {
    const mine = { ...conflict, merged: { ...base, answers: [base.answers[0]!] }, clashes: [{ field: "answers[tier=gold]", mine: "none", theirs: "金卡他的" }] };
    expect(decided(mine, [true]).answers.map((answer) => answer.text)).toEqual(["默认我的", "金卡他的"]);
  });
});

describe("a difference", () => {
  it("names fields, lines and answers by condition", () => {
    const before = blankEntry({ title: "旧", phrasings: ["一", "二"], answers: [blankAnswer("原来")] });
    const after = blankEntry({ title: "新", phrasings: ["二", "三"], answers: [blankAnswer("现在")] });
    const change = entryChange(before, after, () => "默认");
    expect(change.fields).toEqual([{ name: "title", before: "旧", after: "新" }]);
    expect(change.phrasings).toEqual({ added: ["三"], removed: ["一"] });
    expect(change.answers).toMatchObject([{ condition: "默认", before: { text: "原来" }, after: { text: "现在" } }]);
    expect(isEmptyChange(entryChange(before, before, () => ""))).toBe(true);
  });
});

describe("a finding", () => {
  const finding = (field: string, level: "error" | "warning" = "error") => ({ field, level, what: "", hint: "", stray: null });

  it("stands at its line, its answer, or apart", () => {
    const all = [finding("phrasings[3]"), finding("phrasings"), finding("answers[1].buttons[0].entry", "warning"), finding("negative_phrasings[3]"), finding("somewhere")];
    expect([...byPosition("phrasings", all).keys()]).toEqual([3, -1]);
    expect(worst(byPosition("answers", all).get(1))).toBe("warning");
    expect(elsewhere(all).map((one) => one.field)).toEqual(["somewhere"]);
  });
});

describe("undo", () => {
  it("takes typing in one field back in one step, and another field in its own", () => {
    const undo = new Undo<string>();
    undo.record("", "title", 0);
    undo.record("能", "title", 300);
    undo.record("能退", "phrasings", 500);
    expect(undo.undo("能退吗")).toBe("能退");
    expect(undo.undo("能退")).toBe("");
    expect(undo.undo("")).toBeNull();
    expect(undo.redo("")).toBe("能退");
    expect(undo.redo("能退")).toBe("能退吗");
  });

  it("begins a new step after a pause, and forgets the undone after an edit", () => {
    const undo = new Undo<string>();
    undo.record("一", "title", 0);
    undo.record("二", "title", 5_000);
    expect(undo.undo("三")).toBe("二");
    undo.record("二", "title", 6_000);
    expect(undo.canRedo).toBe(false);
  });
});
