/** The plots of a report as options of the chart library; each has its rows for a table. Pure. */

import type { EChartsCoreOption } from "echarts/core";
import type { RunReport } from "@shared/wire";

/** A plot, and the same figures as a table for those who cannot see it. */
export interface Plot {
  name: "category" | "confusion" | "reliability" | "risk" | "releases";
  option: EChartsCoreOption;
  head: string[];
  rows: (string | number)[][];
  height: number;
}

/** The words a plot needs, in the editor's language. */
export type Say = (key: string) => string;

const INK = "#5c5048";
const LINE = "#e5dccd";
const COLORS = ["#8a5a17", "#2f5c58", "#cfa14d"];
const MOST_ENTRIES = 14;

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const axis = { axisLabel: { color: INK }, splitLine: { lineStyle: { color: LINE } } };
const shareAxis = {
  type: "value", min: 0, max: 1, ...axis,
  axisLabel: { color: INK, formatter: (value: number) => `${Math.round(value * 100)}%` },
};
const base = {
  color: COLORS, animation: false, aria: { enabled: true },
  textStyle: { fontFamily: "inherit" },
  grid: { left: 12, right: 24, top: 40, bottom: 12, containLabel: true },
};
const legend = { top: 4, textStyle: { color: INK } };

/** Gives the plots a report has figures for. */
export function plotsOf(report: RunReport, say: Say): Plot[] {
  return [
    categories(report, say), confusions(report, say), reliability(report, say), risk(report, say),
    releases(report, say),
  ].filter((plot): plot is Plot => plot !== null);
}

function categories({ by_category: found }: RunReport, say: Say): Plot | null {
  if (found.length === 0) return null;
  const sorted = [...found].sort((a, b) => b.top1 - a.top1);
  const bar = (name: string, of: (one: (typeof found)[0]) => number) => ({
    name, type: "bar", barMaxWidth: 14, data: [...sorted].reverse().map(of),
  });
  return {
    name: "category",
    height: 70 + sorted.length * 34,
    option: {
      ...base, legend, tooltip: { trigger: "axis", valueFormatter: (value: number) => percent(value) },
      xAxis: shareAxis,
      yAxis: { type: "category", data: [...sorted].reverse().map((one) => one.category), ...axis },
      series: [bar(say("top1"), (one) => one.top1), bar(say("top3"), (one) => one.top3)],
    },
    head: [say("category"), say("texts"), say("top1"), say("top3")],
    rows: sorted.map((one) => [one.category, one.texts, percent(one.top1), percent(one.top3)]),
  };
}

function confusions({ confusions: found }: RunReport, say: Say): Plot | null {
  if (found.length === 0) return null;
  const sorted = [...found].sort((a, b) => b.times - a.times);
  const shown: string[] = [];
  for (const { expected, got } of sorted) {
    for (const entry of [expected, got]) {
      if (!shown.includes(entry) && shown.length < MOST_ENTRIES) shown.push(entry);
    }
  }
  const cells = sorted.filter((one) => shown.includes(one.expected) && shown.includes(one.got));
  const names = { type: "category", data: shown, axisLabel: { color: INK, width: 130, overflow: "truncate" } };
  return {
    name: "confusion",
    height: 150 + shown.length * 26,
    option: {
      ...base,
      tooltip: {
        formatter: ({ value }: { value: [number, number, number] }) =>
          `${say("expected")}: ${shown[value[1]]}<br>${say("got")}: ${shown[value[0]]}<br>${value[2]}`,
      },
      grid: { ...base.grid, top: 12, bottom: 46 },
      xAxis: { ...names, axisLabel: { ...names.axisLabel, rotate: 35, width: 110 } },
      yAxis: { ...names, inverse: true },
      visualMap: {
        min: 0, max: sorted[0]?.times ?? 1, show: false, inRange: { color: ["#f7ecd8", "#b02a1c"] },
      },
      series: [{
        type: "heatmap", label: { show: true },
        data: cells.map((one) => [shown.indexOf(one.got), shown.indexOf(one.expected), one.times]),
      }],
    },
    head: [say("expected"), say("got"), say("times")],
    rows: sorted.map((one) => [one.expected, one.got, one.times]),
  };
}

function reliability({ reliability: found }: RunReport, say: Say): Plot | null {
  if (found.length === 0) return null;
  const most = Math.max(...found.map((bin) => bin.texts));
  return {
    name: "reliability",
    height: 320,
    option: {
      ...base, legend,
      tooltip: {
        trigger: "item",
        formatter: ({ dataIndex, seriesIndex }: { dataIndex: number; seriesIndex: number }) => {
          const bin = seriesIndex === 1 ? found[dataIndex] : undefined;
          return bin ? `${percent(bin.confidence)} → ${percent(bin.right)} (${bin.texts})` : say("ideal");
        },
      },
      xAxis: { ...shareAxis, name: say("confidence"), nameLocation: "middle", nameGap: 26 },
      yAxis: { ...shareAxis, name: say("right") },
      grid: { ...base.grid, bottom: 30 },
      series: [
        { name: say("ideal"), type: "line", symbol: "none", lineStyle: { type: "dashed", color: "#a3968a" }, itemStyle: { color: "#a3968a" }, data: [[0, 0], [1, 1]] },
        {
          name: say("model"), type: "line", itemStyle: { color: COLORS[0] },
          symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) => 6 + 12 * Math.sqrt((found[dataIndex]?.texts ?? 0) / most),
          data: found.map((bin) => [bin.confidence, bin.right]),
        },
      ],
    },
    head: [say("confidence"), say("right"), say("texts")],
    rows: found.map((bin) => [percent(bin.confidence), percent(bin.right), bin.texts]),
  };
}

function risk({ risk: found }: RunReport, say: Say): Plot | null {
  if (found.length === 0) return null;
  const sorted = [...found].sort((a, b) => a.coverage - b.coverage);
  const low = Math.min(...sorted.map((point) => point.precision));
  return {
    name: "risk",
    height: 320,
    option: {
      ...base,
      tooltip: {
        trigger: "axis",
        formatter: (points: { dataIndex: number }[]) => {
          const point = sorted[points[0]?.dataIndex ?? 0]!;
          return `${say("coverage")} ${percent(point.coverage)}<br>${say("precision")} ${percent(point.precision)}<br>${say("from")} ${percent(point.confidence)}`;
        },
      },
      xAxis: { ...shareAxis, name: say("coverage"), nameLocation: "middle", nameGap: 26 },
      yAxis: { ...shareAxis, name: say("precision"), min: Math.max(0, Math.floor(low * 20) / 20), interval: low > 0.75 ? 0.05 : 0.1 },
      grid: { ...base.grid, bottom: 30 },
      series: [{ name: say("precision"), type: "line", symbolSize: 4, data: sorted.map((point) => [point.coverage, point.precision]) }],
    },
    head: [say("from"), say("coverage"), say("precision")],
    rows: sorted.map((point) => [percent(point.confidence), percent(point.coverage), percent(point.precision)]),
  };
}

function releases({ over_releases: found }: RunReport, say: Say): Plot | null {
  if (found.length === 0) return null;
  const line = (name: string, of: (one: (typeof found)[0]) => number) => ({ name, type: "line", data: found.map(of) });
  return {
    name: "releases",
    height: 300,
    option: {
      ...base, legend, tooltip: { trigger: "axis", valueFormatter: (value: number) => percent(value) },
      xAxis: { type: "category", data: found.map((one) => `${one.release}`), name: say("release"), nameLocation: "middle", nameGap: 26, ...axis },
      yAxis: shareAxis,
      grid: { ...base.grid, bottom: 30 },
      series: [line(say("coverage"), (one) => one.coverage), line(say("precision"), (one) => one.precision)],
    },
    head: [say("release"), say("model"), say("coverage"), say("precision")],
    rows: found.map((one) => [one.release, one.model, percent(one.coverage), percent(one.precision)]),
  };
}
