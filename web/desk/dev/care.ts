/** What stands beside a make-believe conversation, and what waits for its supervisor. */

import type { CareOverview, CareView, Grant, Promise as Promised } from "@shared/wire";

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const GRANT: Grant = {
  id: "grant-1", client_id: "click-0001", conversation: "conv0001", case: 1, shopper: "xiaoman",
  tier: "gold", kind: "coupon", cents: 8_800, order: null, reason: "包裹丢了，向顾客致歉",
  asked_by: "lina", asked_at: ago(4), state: "requested", over: "per_grant", decided_by: null,
  decided_at: null, note: "", attempts: 0, next_try_at: null, error: "", receipt: null,
};

/** Makes a promise of 李娜. */
export function promise(conversation: string, text: string, due_at: string): Promised {
  return {
    id: `promise-${text}`, conversation, case: 1, seq: 4, text, made_by: "lina", made_at: ago(20), due_at,
    nudge_at: ago(-70), state: "open", nudged_at: null, closed_at: null, closed_by: null,
  };
}

export function careOf(conversation: string, noted: readonly Promised[]): CareView {
  return {
    conversation,
    limits: { at_once: 5_000, left_today: 18_000, most: 50_000, return_value: 150_000 },
    grants: [{ grant: { ...GRANT, conversation }, asked_by: "李娜", decided_by: null }],
    orders: [],
    promises: [promise(conversation, "2小时内给您回复处理结果", ago(-100)), ...noted.filter((one) => one.conversation === conversation)],
  };
}

export function careOverview(): CareOverview {
  return {
    at: ago(0),
    approvals: [{
      line: { grant: GRANT, asked_by: "李娜", decided_by: null }, shopper_name: "李楠", order: null,
      given_before: 2_000, own: false,
    }],
    budgets: [{ spent: 64_000, limit: 500_000, staff: null }, { spent: 28_000, limit: 30_000, staff: "李娜" }],
    tasks: [{
      task: {
        id: "task-1", conversation: "conv0001", case: 1, shopper: "qiutong", agent: "lina", score: 2,
        reasons: ["waited_long"], comment: "等了半小时", opened_at: ago(12), state: "open",
        taken_by: null, taken_at: null, done_by: null, done_at: null, outcome: "",
      },
      shopper_name: "秋桐", agent: "李娜", taken_by: null, reasons: ["等太久"],
    }],
  };
}
