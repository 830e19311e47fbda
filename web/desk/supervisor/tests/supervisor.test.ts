import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import type { SupervisorView as View } from "@shared/wire";
import { makeRouter } from "../../router";
import { useSession } from "../../state/session";
import { useDesk } from "../../state/desk";
import { at, card, FakeLink, fresh, handoff, LINA, WANG, welcome } from "../../tests/make";
import { kept } from "../../state/keep";
import { standing } from "../state/alarms";
import { useSupervisor } from "../state/supervisor";
import SupervisorView from "../views/SupervisorView.vue";

export const VIEW: View = {
  at: "2026-11-21T12:00:00Z",
  queue: [
    card({ id: "conv0002" }, { shopper_name: "阿岚", handoff: handoff({ id: "h2", reason: "anger" }) }),
    card({ id: "conv0001" }),
  ],
  held: [
    card({ id: "conv0003", status: "active" }, {
      agent: "lina", clocks: [
        { kind: "resolution", warn_at: at(60), due_at: at(120), paused: false, breached: false },
        { kind: "next_response", warn_at: at(-60), due_at: at(-10), paused: false, breached: true },
      ],
    }),
  ],
  with_bot: [
    card({ id: "conv0007", status: "bot", epoch: 0 }, { shopper_name: "何洛", handoff: null, last_text: "能不能改袖长" }),
    card({ id: "conv0008", status: "bot", epoch: 0 }, { shopper_name: "林月", handoff: null, last_text: "几号发货" }),
  ],
  breaches: [{ conversation: "conv0003", case: 1, kind: "next_response", due_at: at(-10), breached_at: at(-9), agent: "lina" }],
  waits: {
    told: 20, within_p50: 0.5, within_p90: 0.9,
    newest: [{ at: at(-300), place: 2, p50: 60, p90: 200, waited: 240 }],
  },
  hours: { open: false, opens_at: at(3_600), closes_at: null, tickets: 3 },
  bound_minutes: 30,
  agents: [
    { staff: { ...WANG, presence: "offline" }, holding: 0 },
    { staff: LINA, holding: 2 },
  ],
};

function answers(body: unknown, status = 200): void {
  vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify(body), { status })));
}

async function opened() {
  const { plugins } = fresh();
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/c/:id", name: "conversation", component: { render: () => null } }, { path: "/:x(.*)*", component: { render: () => null } }] });
  const page = mount(SupervisorView, { global: { plugins: [...plugins, router] } });
  await flushPromises();
  return page;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the supervisor's page", () => {
  it("finds what the bot answers by shopper or words, to be opened and taken over", async () => {
    answers(VIEW);
    const page = await opened();
    const shown = (): string[] => page.findAll("[data-testid=sv-bot]").map((one) => one.attributes("data-conversation")!);
    expect(shown()).toEqual(["conv0007", "conv0008"]);
    await page.get("[data-testid=sv-bot-search]").setValue("袖长 何");
    expect(shown()).toEqual(["conv0007"]);
    expect(page.get("[data-testid=sv-bot] a").attributes("href")).toBe("/c/conv0007");
    await page.get("[data-testid=sv-bot-search]").setValue("退款");
    expect(page.text()).toContain("没有找到");
    page.unmount();
  });

  it("shows the queue in the router's order and the fullest agents first", async () => {
    answers(VIEW);
    const page = await opened();
    expect(page.findAll("[data-testid=sv-queue-row]").map((row) => row.attributes("data-conversation")))
      .toEqual(["conv0002", "conv0001"]);
    expect(page.findAll("[data-testid=sv-agent]").map((row) => row.attributes("data-staff")))
      .toEqual(["lina", "wang"]);
    expect(page.text()).toContain("已满");
    page.unmount();
  });

  it("shows the late clocks first, with who holds them", async () => {
    answers(VIEW);
    const page = await opened();
    const rows = page.findAll("[data-testid=sv-clock]");
    expect(rows.map((row) => row.attributes("data-kind"))).toEqual(["next_response", "resolution"]);
    expect(rows[0]!.attributes("data-state")).toBe("late");
    expect(rows[0]!.text()).toContain("李娜");
    page.unmount();
  });

  it("shows how well waits are told, the bound, and what waits for the next shift", async () => {
    answers(VIEW);
    const page = await opened();
    expect(page.get("[data-testid=sv-coverage]").text()).toBe("90%");
    expect(page.get("[data-testid=sv-waits]").find("circle.late").exists()).toBe(true);
    expect(page.text()).toContain("30 分钟");
    expect(page.text()).toContain("现在下班");
    page.unmount();
  });

  it("calls attention to moods and clocks as they are told, until they are seen", async () => {
    answers(VIEW);
    const page = await opened();
    const link = new FakeLink();
    useDesk().connect(link.asLink);
    link.say(
      welcome(),
      { type: "mood.alerted", card: card({ id: "conv0009" }), reason: "anger", detail: "" },
    );
    await flushPromises();
    link.say({ type: "sla.breached", card: card(), kind: "first_response", due_at: at(0) });
    await flushPromises();
    expect(page.findAll("[data-testid=sv-alarm]").map((row) => row.attributes("data-conversation")))
      .toEqual(["conv0001", "conv0009", "conv0002"]);
    expect(page.text()).toContain("首次响应超时");
    useSupervisor().seen();
    await flushPromises();
    expect(page.findAll("[data-testid=sv-alarm]")).toHaveLength(0);
    page.unmount();
  });

  it("shows at first who is angry or in danger already, but not who was taken as seen", async () => {
    answers(VIEW);
    const page = await opened();
    const alarms = () => page.findAll("[data-testid=sv-alarm]").map((row) => row.attributes("data-conversation"));
    expect(alarms()).toEqual(["conv0002"]);
    await page.find(".clear").trigger("click");
    expect(alarms()).toEqual([]);
    page.unmount();
    expect(standing(VIEW, kept("alarms_seen", 0))).toEqual([]);
  });

  it("says why it cannot be read, and asks again after a while", async () => {
    answers({ code: "forbidden", detail: "" }, 403);
    const page = await opened();
    expect(page.text()).toContain("你没有这个权限");
    answers(VIEW);
    await vi.advanceTimersByTimeAsync(5_100);
    await flushPromises();
    expect(page.findAll("[data-testid=sv-queue-row]")).toHaveLength(2);
    page.unmount();
  });
});

describe("the way there", () => {
  it.each([
    ["a supervisor", ["supervisor"], "/", "/supervisor"],
    ["a supervisor who reads a thread", ["supervisor"], "/c/conv0001", "/c/conv0001"],
    ["an agent", ["agent"], "/supervisor", "/"],
    ["an admin", ["admin"], "/supervisor", "/supervisor"],
  ] as const)("%s (%o) who asks for %s lands at %s", async (_who, roles, path, lands) => {
    vi.useRealTimers();
    fresh();
    const session = useSession();
    session.me = { ...LINA, roles: [...roles] };
    session.asked = true;
    const router = makeRouter(createMemoryHistory("/desk/"));
    await router.push(path);
    expect(router.currentRoute.value.path).toBe(lands);
  }, 60_000);
});
