import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useConsole } from "../state/console";
import { useEntries } from "../state/entries";
import { freshKnowledge, pass, type FakeLine } from "./make";

let line: FakeLine;

beforeEach(() => {
  vi.useFakeTimers();
  ({ line } = freshKnowledge());
});
afterEach(() => {
  useConsole().stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the frame", () => {
  it("is asked for every two seconds while a run goes on, else every fifteen", async () => {
    const frame = useConsole();
    frame.start();
    await pass(14_000);
    expect(line.asks("GET")).toBe(1);
    const run = line.stage.answer("POST", "/runs", new URLSearchParams(), {}).body as { id: string };
    frame.expectRun(run.id);
    await pass(6_500);
    expect(line.asks("GET")).toBe(5);
    expect(frame.runState).toBe("running");
    await pass(4_000);
    expect(frame.runState).toBe("promoted");
    const asked = line.asks("GET");
    await pass(12_000);
    expect(line.asks("GET")).toBe(asked);
  });

  it("shows a run as asked for until the router tells of it", async () => {
    const frame = useConsole();
    frame.start();
    await pass(0);
    expect(frame.runState).toBe("promoted");
    line.held = true;
    frame.expectRun("run-2");
    await pass(0);
    expect(frame.runState).toBe("asked");
  });

  it("tells the lists when a run ends, and keeps what it knew without a line", async () => {
    const frame = useConsole();
    frame.start();
    await pass(0);
    const before = frame.news;
    line.stage.answer("POST", "/runs", new URLSearchParams(), {});
    await pass(40_000);
    expect(frame.news).toBeGreaterThan(before);
    line.down = true;
    await pass(16_000);
    expect(frame.state).toBe("offline");
    expect(frame.view?.live?.number).toBe(1);
  });

  it("lets supervisors read and only editors change", () => {
    expect(useConsole().mayEdit).toBe(true);
    freshKnowledge(["supervisor", "agent"]);
    expect(useConsole().mayEdit).toBe(false);
    freshKnowledge(["admin"]);
    expect(useConsole().mayEdit).toBe(true);
  });
});

describe("the search", () => {
  it("waits for the hand to rest, and an old answer does not replace a newer one", async () => {
    const list = useEntries();
    list.query = "退";
    await pass(100);
    list.query = "退款";
    await pass(300);
    expect(line.asks("GET /entries")).toBe(1);
    line.held = true;
    list.query = "发货";
    await pass(300);
    line.held = false;
    list.query = "冻结";
    await pass(300);
    line.release();
    await pass(0);
    expect(list.rows.map((row) => row.key)).toEqual(["account_frozen"]);
  });
});
