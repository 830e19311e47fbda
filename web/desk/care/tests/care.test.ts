import { DOMWrapper, flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Approval, CareOverview, Grant, Promise as Promised, Task } from "@shared/wire";
import { useDesk } from "../../state/desk";
import { at, card, fresh, NOON } from "../../tests/make";
import ApprovalsPanel from "../ApprovalsPanel.vue";
import { useOverview } from "../care";
import { dueProblem, localOf } from "../due";
import { centsOf, yuan } from "../money";
import PromiseChip from "../PromiseChip.vue";
import PromiseDialog from "../PromiseDialog.vue";
import TasksPanel from "../TasksPanel.vue";

const GRANT: Grant = {
  id: "grant-1", client_id: "click-0001", conversation: "conv0001", case: 1, shopper: "xiaoman",
  tier: "ordinary", kind: "coupon", cents: 8_800, order: null, reason: "包裹丢了", asked_by: "lina",
  asked_at: at(0), state: "requested", over: "per_grant", decided_by: null, decided_at: null, note: "",
  attempts: 0, next_try_at: null, error: "", receipt: null,
};
const TASK: Task = {
  id: "task-1", conversation: "conv0001", case: 1, shopper: "xiaoman", agent: "lina", score: 2,
  reasons: ["waited_long"], comment: "等了半小时", opened_at: at(0), state: "open", taken_by: null,
  taken_at: null, done_by: null, done_at: null, outcome: "",
};
const PROMISE: Promised = {
  id: "promise-1", conversation: "conv0001", case: 1, seq: 4, text: "2小时内给您回复", made_by: "lina",
  made_at: at(0), due_at: at(7_200), nudge_at: at(5_400), state: "open", nudged_at: null,
  closed_at: null, closed_by: null,
};

const approval = (more: Partial<Approval> = {}): Approval => ({
  line: { grant: GRANT, asked_by: "李娜", decided_by: null },
  shopper_name: "小满", order: null, given_before: 0, own: false, ...more,
});
const overview = (more: Partial<CareOverview> = {}): CareOverview => ({
  at: at(0), approvals: [], budgets: [], tasks: [], ...more,
});

const calls: { path: string; body: unknown }[] = [];
let answer: () => unknown;

beforeEach(() => {
  calls.length = 0;
  answer = () => overview();
  vi.useFakeTimers({ now: NOON, toFake: ["Date"] });
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    calls.push({ path, body: init.body ? JSON.parse(String(init.body)) : null });
    return new Response(JSON.stringify(answer()), { status: 200 });
  });
});

describe("money", () => {
  it.each([["20", 2_000], ["19.9", 1_990], ["0.01", 1], ["0", null], ["-5", null], ["1.005", null], ["五", null]])(
    "%s is %s cents", (text, cents) => expect(centsOf(text)).toBe(cents),
  );

  it("is written with decimals only where there are some", () => {
    expect([yuan(2_000), yuan(1_990), yuan(5)]).toEqual(["20", "19.90", "0.05"]);
  });
});

describe("what waits for a supervisor", () => {
  it("is approved with one click and read anew", async () => {
    const { plugins } = fresh();
    answer = () => overview({ approvals: [approval()] });
    const panel = mount(ApprovalsPanel, { global: { plugins, stubs: ["RouterLink"] } });
    await flushPromises();
    expect(panel.text()).toContain("优惠券 88 元");
    await panel.get("[data-testid=care-approve]").trigger("click");
    await flushPromises();
    expect(calls[1]).toEqual({ path: "/api/v1/grants/grant-1/decision", body: { approve: true, note: "" } });
    expect(calls[2]!.path).toBe("/api/v1/supervisor/care");
    panel.unmount();
  });

  it("is not decided by who asked for it", async () => {
    const { plugins } = fresh();
    answer = () => overview({ approvals: [approval({ own: true })] });
    const panel = mount(ApprovalsPanel, { global: { plugins, stubs: ["RouterLink"] } });
    await flushPromises();
    expect(panel.find("[data-testid=care-approve]").exists()).toBe(false);
    panel.unmount();
  });

  it("is read anew when something happens at the desk", async () => {
    vi.useRealTimers();
    fresh();
    const store = useOverview();
    const hide = store.show();
    await flushPromises();
    const desk = useDesk();
    desk.board = { ...desk.board, care: { conv0001: 1 } };
    await new Promise((later) => setTimeout(later, 200));
    expect(calls.length).toBe(2);
    hide();
  });
});

it("a low rating is taken and closed with its outcome", async () => {
  const { plugins } = fresh();
  const line = { task: TASK, shopper_name: "小满", agent: "李娜", taken_by: null, reasons: ["等太久"] };
  answer = () => overview({ tasks: [line] });
  const panel = mount(TasksPanel, { global: { plugins, stubs: ["RouterLink"] } });
  await flushPromises();
  expect(panel.text()).toContain("等太久");
  answer = () => overview({ tasks: [{ ...line, task: { ...TASK, state: "taken" }, taken_by: "陈静" }] });
  await panel.get("[data-testid=care-take]").trigger("click");
  await flushPromises();
  await panel.get("[data-testid=care-done]").trigger("click");
  await panel.get("[data-testid=care-outcome]").setValue("已致电道歉");
  await panel.get("form").trigger("submit");
  await flushPromises();
  expect(calls.find((one) => one.path.endsWith("/done"))!.body).toEqual({ outcome: "已致电道歉" });
  panel.unmount();
});

describe("a promise", () => {
  it.each([[0, "open"], [6_000, "soon"], [7_300, "late"]])("after %i s is %s", (seconds, state) => {
    vi.setSystemTime(NOON + seconds * 1_000);
    const { plugins } = fresh();
    const chip = mount(PromiseChip, { props: { promise: PROMISE }, global: { plugins } });
    expect(chip.get("[data-testid=care-promise]").attributes("data-state")).toBe(state);
    chip.unmount();
  });
});

describe("a promise noted by hand", () => {
  async function dialog() {
    const { plugins } = fresh();
    const made = mount(PromiseDialog, {
      props: { modelValue: false, card: card() }, global: { plugins }, attachTo: document.body,
    });
    await made.setProps({ modelValue: true });
    await flushPromises();
    const at = <T extends Element>(mark: string): DOMWrapper<T> => new DOMWrapper(document.querySelector<T>(mark)!);
    await at("[data-testid=care-promise-text]").setValue("周日前补一颗扣子");
    return { made, at };
  }

  it("is sent with its time, once a click", async () => {
    const { made, at } = await dialog();
    await at("[data-hours='2']").trigger("change");
    await at("[data-testid=desk-confirm]").trigger("click");
    await flushPromises();
    const sent = calls.find((one) => one.path.endsWith("/promises"))!.body as Record<string, string>;
    expect(sent).toMatchObject({ text: "周日前补一颗扣子", due_at: new Date(NOON + 7_200_000).toISOString() });
    expect(made.emitted("update:modelValue")).toEqual([[false]]);
    made.unmount();
  });

  it("of a time that has passed is not sent, and says why", async () => {
    const { made, at } = await dialog();
    await at("[data-testid=care-due]").setValue(localOf(new Date(NOON - 60_000)));
    expect(document.body.textContent).toContain("时间已经过去");
    expect(at<HTMLButtonElement>("[data-testid=desk-confirm]").element.disabled).toBe(true);
    made.unmount();
  });

  it.each([["", "missing"], ["x", "missing"], [localOf(new Date(NOON)), "past"], ["2027-11-21T12:00", "far"], [localOf(new Date(NOON + 60_000)), null]])(
    "%s is %s", (local, problem) => expect(dueProblem(local, NOON)).toBe(problem),
  );
});
