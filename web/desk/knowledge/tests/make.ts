/** A knowledge base to test against: the one the pages are developed with, behind `fetch`. */

import { vi } from "vitest";
import type { StaffView } from "@shared/wire";
import { KnowledgeStage } from "../../dev/knowledge";
import { ANY } from "../../dev/scenes";
import { useSession } from "../../state/session";
import { fresh } from "../../tests/make";

export const ZHAOMIN: StaffView = {
  id: "zhaomin", login: "zhaomin", name: "赵敏", roles: ["editor"], capacity: 0, presence: "offline",
  skills: ANY,
};

/** The line to the knowledge base: it can break, be slow, or refuse. */
export class FakeLine {
  readonly stage = new KnowledgeStage();
  readonly asked: string[] = [];
  down = false;
  /** Answers wait until `release` is called. */
  held = false;
  private waiting: (() => void)[] = [];

  constructor() {
    this.stage.phaseMs = 1_000;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => this.fetch(path, init));
  }

  release(): void {
    this.held = false;
    for (const go of this.waiting.splice(0)) go();
  }

  asks(what: string): number {
    return this.asked.filter((one) => one.startsWith(what)).length;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(path, "http://shop.test");
    const method = init.method ?? "GET";
    this.asked.push(`${method} ${pathname.slice("/api/v1/kb".length)}`);
    if (this.held) await new Promise<void>((go) => this.waiting.push(go));
    if (this.down) throw new TypeError("failed");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    const { status, body: found } = this.stage.answer(method, pathname.slice("/api/v1/kb".length), searchParams, body);
    return new Response(JSON.stringify(found), { status });
  }
}

/** Starts a test with nothing remembered and an editor logged in. */
export function freshKnowledge(roles: StaffView["roles"] = ["editor"]) {
  const { plugins } = fresh();
  const line = new FakeLine();
  const session = useSession();
  session.me = { ...ZHAOMIN, roles };
  session.asked = true;
  return { line, plugins };
}

/** Lets what is under way come to its end, and time pass. */
export const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
