import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import BriefFacts from "../components/BriefFacts.vue";
import CaseBar from "../components/CaseBar.vue";
import ClosingForm from "../components/ClosingForm.vue";
import Composer from "../components/Composer.vue";
import MessageRow from "../components/MessageRow.vue";
import { line as lineOf } from "../dev/scenes";
import { EMPTY, reduce } from "../state/board";
import { useDesk } from "../state/desk";
import { nextOf } from "../state/lists";
import * as writing from "../state/writing";
import { at, brief, card, FakeLink, fresh, handoff, LINA, message, view, WANG, welcome } from "./make";

const mine = () => card({ status: "active", epoch: 2 }, { agent: "lina" });
const parting = {
  ending: "resolve" as const, agent: "lina", asked_at: at(0), due_at: at(5), to_agent: null,
};
let link: FakeLink;
let plugins: ReturnType<typeof fresh>["plugins"];

beforeEach(() => {
  ({ plugins } = fresh());
  link = new FakeLink();
  useDesk().connect(link.asLink);
  link.say(welcome({ mine: [mine()] }));
});

describe("an ending that waits", () => {
  it("is on the card until it is cancelled or the conversation moves", () => {
    let board = reduce(EMPTY, welcome({ mine: [mine()] }), 0);
    board = reduce(board, { type: "parting.asked", conversation: "conv0001", parting }, 0);
    expect(board.cards["conv0001"]?.parting?.ending).toBe("resolve");
    const cancelled = reduce(board, { type: "parting.cancelled", conversation: "conv0001", why: "shopper" }, 0);
    expect(cancelled.cards["conv0001"]?.parting).toBeNull();
    const moved = { type: "conversation.left" as const, conversation: view({ status: "resolved", epoch: 3 }) };
    expect(reduce(board, moved, 0).cards["conv0001"]?.parting).toBeNull();
  });

  it("is taken back by its agent only", async () => {
    const held = { ...mine(), parting };
    const bar = mount(CaseBar, { props: { card: held, mine: true }, global: { plugins } });
    await bar.get("[data-testid=desk-undo]").trigger("click");
    expect(link.of("undo")).toEqual([{ type: "undo", conversation: "conv0001" }]);
    const other = { ...held, parting: { ...parting, agent: "wang" } };
    const watched = mount(CaseBar, { props: { card: other, mine: false }, global: { plugins } });
    expect(watched.find("[data-testid=desk-undo]").exists()).toBe(false);
  });
});

describe("a closing", () => {
  it("takes a cause by its digit and Enter, no key while composing", async () => {
    const form = mount(ClosingForm, { props: { modelValue: {} }, global: { plugins } });
    const cause = form.get("[data-cause=product]");
    await cause.trigger("keydown", { key: "2" });
    expect(form.emitted("update:modelValue")?.at(-1)).toEqual([{ cause: "logistics" }]);
    await cause.trigger("keydown", { key: "Enter" });
    expect(form.emitted("confirm")).toHaveLength(1);
    await form.get("textarea").trigger("keydown", { key: "Enter", isComposing: true });
    await form.get("textarea").trigger("keydown", { key: "1" });
    expect(form.emitted("confirm")).toHaveLength(1);
    expect(form.emitted("update:modelValue")).toHaveLength(1);
  });
});

describe("what a colleague sends", () => {
  const sent = (to: string | null, id: string) =>
    card({ id }, { handoff: handoff({
      conversation: id, reason: "transfer", wanted_agent: to, wanted_until: to && at(60),
    }) });

  it("is accepted before the queue, and another's is left to them", () => {
    const [first, theirs, ours] = [sent(null, "c1"), sent(WANG.id, "c2"), sent(LINA.id, "c3")];
    expect(nextOf([first, theirs, ours], LINA.id)).toBe(ours);
    expect(nextOf([theirs, first], LINA.id)).toBe(first);
  });

  it("can be declined", async () => {
    const bar = mount(CaseBar, { props: { card: sent(LINA.id, "conv0002"), mine: false }, global: { plugins } });
    await bar.get("[data-testid=desk-decline]").trigger("click");
    expect(link.of("decline_transfer")).toHaveLength(1);
  });
});

describe("a whisper", () => {
  const row = (more: object) =>
    mount(MessageRow, {
      props: {
        message: message(3, { sender: "agent", visibility: "whisper", ...more }, "给他补券"),
        grouped: false, shopperName: "小满", images: [], flagged: false, canFlag: false,
      },
      global: { plugins },
    });

  it("is shown apart to whom it is for, and not at all to others", () => {
    expect(row({ sender_name: "陈静" }).get("[data-visibility=whisper]").classes()).toContain("whisper");
    expect(row({ sender_name: null }).find("[data-visibility=whisper]").exists()).toBe(false);
  });
});

describe("a canned response", () => {
  const found = (text: string) => ({
    canned: [
      { id: "c1", title: "催促发货", text, author: "赵敏", at: at(0), revision: 1, mine: false, editable: false, problem: null },
    ],
    variables: ["order"],
    may_share: false,
  });

  it("is found after a slash and put in by Enter; what is open keeps it from being sent", async () => {
    vi.spyOn(writing, "suggestionsFor").mockResolvedValue({ seq: 0, suggestions: [], why_none: null });
    const asked = vi.spyOn(writing, "findCanned").mockResolvedValue(found("订单 {{order}} 已催。"));
    const composer = mount(Composer, { props: { id: "conv0001", card: mine() }, global: { plugins } });
    const input = composer.get("[data-testid=desk-input]");
    await input.setValue("/ccfh");
    await vi.waitFor(() => expect(asked).toHaveBeenCalledWith("ccfh"));
    await flushPromises();
    await input.trigger("keydown", { key: "Enter", isComposing: true });
    expect((input.element as HTMLTextAreaElement).value).toBe("/ccfh");
    await input.trigger("keydown", { key: "Enter" });
    expect((input.element as HTMLTextAreaElement).value).toBe("订单 {{order}} 已催。");
    expect(composer.get("[data-testid=desk-unfilled]").text()).toContain("{{order}}");
    await input.trigger("keydown", { key: "Enter" });
    expect(link.of("reply")).toEqual([]);
    await input.setValue("订单 JN1 已催。");
    await input.trigger("keydown", { key: "Enter" });
    expect(link.of("reply").map((reply) => reply.text)).toEqual(["订单 JN1 已催。"]);
  });
});

describe("the facts on top of a thread", () => {
  it("show a correction beside what it corrects, and take a new one", async () => {
    const line = {
      ...lineOf("wants", "转人工", { seq: 1 }), correction: { text: "要换戒指", author: "王芳", at: at(0) },
    };
    const facts = mount(BriefFacts, {
      props: { id: "conv0001", brief: brief({ lines: [line] }), card: mine() },
      global: { plugins },
    });
    expect(facts.get("[data-line=wants] b").text()).toBe("要换戒指");
    expect(facts.get("[data-line=wants] s").text()).toBe("转人工");
    await facts.get("[data-testid=desk-fact-fix]").trigger("click");
    await facts.get("[data-testid=desk-fact-text]").setValue("要退戒指");
    await facts.get("[data-testid=desk-fact-text]").trigger("keydown", { key: "Enter" });
    expect(link.of("correct_brief")).toEqual([
      { type: "correct_brief", conversation: "conv0001", line: "wants", text: "要退戒指" },
    ]);
  });
});
