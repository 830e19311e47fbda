import { describe, expect, it } from "vitest";
import type { RunRow } from "@shared/wire";
import { report } from "../../dev/knowledge-scenes";
import { plotsOf } from "../state/charts";

const run: RunRow = {
  id: "run-1", trigger: "nightly", author: "nightly", state: "promoted", phase: null, asked_at: "", started_at: "",
  ended_at: "", release: 1, model: "m", why: "", phases: [], reported: true,
};

describe("the plots of a report", () => {
  it("each have a table with the same figures", () => {
    const plots = plotsOf(report(run), (key) => key);
    expect(plots.map((plot) => plot.name)).toEqual(["category", "confusion", "reliability", "risk", "releases"]);
    for (const plot of plots) {
      expect(plot.rows.length).toBeGreaterThan(0);
      expect(plot.rows.every((row) => row.length === plot.head.length)).toBe(true);
    }
  });

  it("leave out what nothing was measured of", () => {
    const bare = { ...report(run), by_category: [], confusions: [], reliability: [], over_releases: [] };
    expect(plotsOf(bare, (key) => key).map((plot) => plot.name)).toEqual(["risk"]);
  });

  it("put the most confused entries on the map, at their places", () => {
    const confusion = plotsOf(report(run), (key) => key).find((plot) => plot.name === "confusion")!;
    expect(confusion.rows[0]).toEqual(["return_policy", "refund_arrival", 5]);
    const { series, xAxis } = confusion.option as { series: [{ data: number[][] }]; xAxis: { data: string[] } };
    const [got, expected, times] = series[0].data[0]!;
    expect([xAxis.data[expected!], xAxis.data[got!], times]).toEqual(["return_policy", "refund_arrival", 5]);
  });
});
