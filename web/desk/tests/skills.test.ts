import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentStanding, StaffView } from "@shared/wire";
import TransferForm from "../components/TransferForm.vue";
import { useDesk } from "../state/desk";
import * as rest from "../state/rest";
import { askable, isFree, lacks, narrowed } from "../state/skills";
import { card, FakeLink, fresh, handoff, LINA, WANG, welcome } from "./make";

const NEEDS = { language: null, category: null, product_line: "jewellery", region: null, store: null };
const with_ = (more: Partial<StaffView["skills"]>): StaffView => ({ ...WANG, skills: { ...WANG.skills, ...more } });
const JEWELLER = with_({ product_lines: ["jewellery"], languages: ["en", "zh-CN"] });
const standing = (more: Partial<AgentStanding>): AgentStanding => ({
  staff: "wang", load: 0, capacity: 2, idle: null, angry_streak: 0, angry_cap: 2, ...more,
});

describe("skills", () => {
  it("are lacking only where an agent lists some and the one needed is not there", () => {
    expect(lacks(NEEDS, WANG.skills)).toEqual([]);
    expect(lacks(NEEDS, JEWELLER.skills)).toEqual([]);
    expect(lacks(NEEDS, with_({ product_lines: ["apparel"] }).skills)).toEqual([{ kind: "product_line", need: "jewellery" }]);
  });

  it("can be asked for where somebody names them", () => {
    const kinds = askable([LINA, JEWELLER, with_({ product_lines: ["apparel"] })]);
    expect(kinds).toEqual([
      { kind: "language", values: ["en", "zh-CN"] },
      { kind: "product_line", values: ["apparel", "jewellery"] },
    ]);
    expect(narrowed({ ...NEEDS, store: "杭州店" }, kinds)).toEqual({ product_line: "jewellery" });
  });

  it.each([
    [undefined, false],
    [standing({}), true],
    [standing({ idle: "not_in_turn" }), true],
    [standing({ idle: "full" }), false],
  ])("%o is free: %s", (one, free) => expect(isFree(one)).toBe(free));
});

describe("a transfer to skills", () => {
  let plugins: ReturnType<typeof fresh>["plugins"];
  beforeEach(() => {
    ({ plugins } = fresh());
    vi.spyOn(rest, "call").mockResolvedValue({ agents: [standing({ load: 1 })], angry_patience_seconds: 60 });
    const link = new FakeLink();
    useDesk().connect(link.asLink);
    link.say(welcome({ colleagues: [JEWELLER] }));
  });

  async function form(product_line = "jewellery") {
    const held = card({ status: "active" }, { agent: "lina", handoff: handoff({ needs: { ...NEEDS, product_line } }) });
    const made = mount(TransferForm, {
      props: {
        card: held, aim: {}, reason: "",
        "onUpdate:aim": (aim) => made.setProps({ aim }),
      },
      global: { plugins },
    });
    await flushPromises();
    return made;
  }

  it("begins with what the conversation needs and shows who fits and is free", async () => {
    const made = await form();
    await made.get("[data-target=skills]").trigger("change");
    expect(made.props("aim")).toEqual({ needs: { product_line: "jewellery" } });
    expect(made.get("[data-testid=desk-fitting]").text()).toContain("王芳 · 有空");
    await made.get("[data-need=language]").setValue("en");
    expect(made.props("aim")).toEqual({ needs: { product_line: "jewellery", language: "en" } });
    await made.get("[data-target=queue]").trigger("change");
    expect(made.props("aim")).toEqual({});
  });

  it("says of a colleague how much they hold and what they do not take", async () => {
    const made = await form("apparel");
    expect(made.text()).toContain("王芳 · 在线 · 接待 1/2 · 不接 服饰");
  });
});
