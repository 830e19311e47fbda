import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import type { SupervisorView as View } from "@shared/wire";
import { makeRouter } from "../../router";
import { useSession } from "../../state/session";
import { card, fresh, handoff, LINA, WANG } from "../../tests/make";
import SupervisorView from "../views/SupervisorView.vue";

export const VIEW: View = {
  at: "2026-11-21T12:00:00Z",
  queue: [
    card({ id: "conv0002" }, { shopper_name: "阿岚", handoff: handoff({ id: "h2", reason: "anger" }) }),
    card({ id: "conv0001" }),
  ],
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
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:x(.*)*", component: { render: () => null } }] });
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
