import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { QueueCard } from "@shared/wire";
import Composer from "../components/Composer.vue";
import { useDesk } from "../state/desk";
import { card, FakeLink, fresh, welcome } from "./make";

let link: FakeLink;
let now = 0;

function composer(held: QueueCard | undefined): VueWrapper {
  const { plugins } = fresh();
  link = new FakeLink();
  useDesk().connect(link.asLink);
  link.say(welcome({ mine: held?.agent === "lina" ? [held] : [] }));
  return mount(Composer, { props: { id: "conv0001", card: held }, global: { plugins } });
}

const mine = (): QueueCard => card({ status: "active", epoch: 2 }, { agent: "lina" });
const input = (wrapper: VueWrapper) => wrapper.get("[data-testid=desk-input]");
const said = (): string[] => link.of("reply").map((reply) => reply.text);

beforeEach(() => {
  now = 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

describe("Enter", () => {
  it("sends and clears the field", async () => {
    const wrapper = composer(mine());
    await input(wrapper).setValue("  你好  ");
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(said()).toEqual(["你好"]);
    expect((input(wrapper).element as HTMLTextAreaElement).value).toBe("");
  });

  it("with Shift breaks the line", async () => {
    const wrapper = composer(mine());
    await input(wrapper).setValue("你好");
    await input(wrapper).trigger("keydown", { key: "Enter", shiftKey: true });
    expect(said()).toEqual([]);
  });

  it.each([
    ["isComposing", { key: "Enter", isComposing: true }],
    ["keyCode 229", { key: "Enter", keyCode: 229 }],
  ])("that the input method takes (%s) does not send", async (_name, key) => {
    const wrapper = composer(mine());
    await input(wrapper).setValue("nihao");
    await input(wrapper).trigger("keydown", key);
    expect(said()).toEqual([]);
  });

  it("that ends a composition in Safari does not send, the next one does", async () => {
    const wrapper = composer(mine());
    await input(wrapper).trigger("compositionstart");
    await input(wrapper).setValue("你好");
    await input(wrapper).trigger("compositionend");
    now += 5;
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(said()).toEqual([]);
    now += 300;
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(said()).toEqual(["你好"]);
  });

  it("on blanks sends nothing", async () => {
    const wrapper = composer(mine());
    await input(wrapper).setValue(" \n ");
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(said()).toEqual([]);
  });
});

describe("a note", () => {
  it("goes to staff, not to the shopper, and the next text is a reply again", async () => {
    const wrapper = composer(mine());
    await wrapper.get("[data-testid=desk-note-toggle]").trigger("click");
    expect(wrapper.classes()).toContain("note");
    await input(wrapper).setValue("老顾客");
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(link.of("note")).toMatchObject([{ text: "老顾客" }]);
    expect(said()).toEqual([]);
    expect(wrapper.classes()).not.toContain("note");
  });
});

describe("a conversation that is not mine", () => {
  it.each([
    ["queued", card(), "还没接入，接入后才能回复。"],
    ["a colleague's", card({ status: "active", epoch: 2 }, { agent: "wang" }), "王芳 正在接待这位顾客。"],
    ["the bot's", card({ status: "bot", epoch: 2 }), "机器人正在接待，你不能插话。"],
    ["resolved", card({ status: "resolved", epoch: 2 }), "会话已解决，只能查看。"],
  ])("%s: the field is closed and says why", (_name, held, reason) => {
    const wrapper = composer(held);
    expect(wrapper.get("[role=status]").text()).toContain(reason);
    expect(input(wrapper).attributes("disabled")).toBeDefined();
    expect(wrapper.find("[data-testid=desk-send]").exists()).toBe(false);
  });
});

describe("a draft", () => {
  it("is kept for its conversation over a new mount", async () => {
    const wrapper = composer(mine());
    await input(wrapper).setValue("写到一半");
    wrapper.unmount();
    const again = mount(Composer, { props: { id: "conv0001", card: mine() }, global: { plugins: wrapperPlugins() } });
    expect((input(again).element as HTMLTextAreaElement).value).toBe("写到一半");
    const other = mount(Composer, { props: { id: "conv0002", card: mine() }, global: { plugins: wrapperPlugins() } });
    expect((input(other).element as HTMLTextAreaElement).value).toBe("");
  });

  it("that is too long says by how much and cannot be sent", async () => {
    const wrapper = composer(mine());
    await input(wrapper).setValue("长".repeat(4_001));
    await flushPromises();
    expect(wrapper.get("[role=alert]").text()).toContain("4001");
    await input(wrapper).trigger("keydown", { key: "Enter" });
    expect(said()).toEqual([]);
  });
});

function wrapperPlugins() {
  const kept = localStorage.getItem("jieli.desk.drafts");
  const { plugins } = fresh();
  if (kept) localStorage.setItem("jieli.desk.drafts", kept);
  useDesk().connect(new FakeLink().asLink);
  return plugins;
}
