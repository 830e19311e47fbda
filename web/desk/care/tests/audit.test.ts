import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import { audit, trailOf } from "../../dev/care";
import * as rest from "../../state/rest";
import { fresh } from "../../tests/make";
import { csvOf, givenOf, lastDays, queryOf } from "../audit";
import GrantsView from "../GrantsView.vue";

const { lines } = audit();
const words = { columns: ["a"], label: (_group: string, value: string) => value };

describe("the audit of grants", () => {
  it("looks at the last thirty days, today with them", () => {
    expect(lastDays(new Date(2026, 2, 1, 23, 59))).toMatchObject({ since: "2026-01-31", until: "2026-03-01" });
  });

  it("asks only for what is chosen", () => {
    expect(queryOf({ since: "2026-11-01", until: "", staff: "", state: "declined", kind: "" })).toBe("since=2026-11-01&state=declined");
  });

  it("sums what was given, not what waits or was declined", () => {
    expect(givenOf(lines)).toBe(17_000);
  });

  it("gives a CSV whose cells are quoted, and none is a formula", () => {
    const line = structuredClone(lines[0]!);
    Object.assign(line.line.grant, { reason: 'says "late", twice', note: "=1+1", order: null });
    line.shopper_name = "-1";
    const [head, row] = csvOf([line], words).trimEnd().split("\r\n");
    expect(head).toBe("a");
    expect(row).toContain('"says ""late"", twice"');
    expect(row).toContain(",'=1+1,");
    expect(row).toContain(",'-1,");
  });
});

describe("the page", () => {
  const call = vi.spyOn(rest, "call");
  beforeEach(() => {
    call.mockReset().mockImplementation(async (_method, path) =>
      (path.endsWith("/trail") ? trailOf("grant-3") : audit()) as never,
    );
  });

  async function opened() {
    const { plugins } = fresh();
    const routes = [{ path: "/c/:id", name: "conversation", component: { render: () => null } }, { path: "/:x(.*)*", component: { render: () => null } }];
    const router = createRouter({ history: createMemoryHistory(), routes });
    const page = mount(GrantsView, { global: { plugins: [...plugins, router] } });
    await flushPromises();
    return page;
  }

  it("shows who gave what to whom and who approved, and filters", async () => {
    const page = await opened();
    const third = page.get("[data-grant=grant-3]");
    expect(third.text()).toContain("王芳 → 周懿");
    expect(third.text()).toContain("陈静");
    expect(page.get("[data-grant=grant-2]").text()).toContain("自己批的");
    await page.get("[data-testid=audit-state]").setValue("declined");
    await flushPromises();
    expect(call.mock.lastCall?.[1]).toContain("state=declined");
  });

  it("unfolds the trail of one grant", async () => {
    const page = await opened();
    await page.get("[data-grant=grant-3] button").trigger("click");
    await flushPromises();
    expect(page.get("[data-testid=audit-trail]").text()).toContain("批准");
  });

  it("says why it shows nothing", async () => {
    call.mockReset().mockRejectedValue(new rest.Refused("malformed", "`since` is a day"));
    const page = await opened();
    expect(page.get("[role=alert]").text()).not.toBe("");
  });
});
