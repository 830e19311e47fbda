/** What stands beside a make-believe conversation, and what waits for its supervisor. */

import type { AuditLine, CareOverview, CareView, Grant, GrantAudit, GrantTrail, Promise as Promised } from "@shared/wire";

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

/** The grants of a make-believe month. */
export function audit(): GrantAudit {
  const line = (grant: Partial<Grant>, asked_by: string, decided_by: string | null, shopper_name: string): AuditLine => ({
    line: { grant: { ...GRANT, ...grant }, asked_by, decided_by }, shopper_name,
  });
  return {
    more: false,
    lines: [
      line({}, "李娜", null, "李楠"),
      line({ id: "grant-2", state: "delivered", cents: 2_000, over: null, asked_at: ago(90), decided_by: "lina", decided_at: ago(90) }, "李娜", "李娜", "小满"),
      line({ id: "grant-3", kind: "amount", state: "delivered", cents: 15_000, order: "JN2611210001", asked_at: ago(60 * 30),
        decided_by: "chen", decided_at: ago(60 * 29), note: "同意，下不为例" }, "王芳", "陈静", "周懿"),
      line({ id: "grant-4", state: "declined", cents: 50_000, asked_at: ago(60 * 70), decided_by: "chen",
        decided_at: ago(60 * 69), note: "先换货" }, "王芳", "陈静", "秋桐"),
    ],
  };
}

/** What became of one of them. */
export function trailOf(id: string): GrantTrail {
  return {
    grant: { ...GRANT, id },
    lines: [
      { at: ago(60), event: "requested", by: "李娜", why: GRANT.reason },
      { at: ago(50), event: "approved", by: "陈静", why: "同意" },
      { at: ago(49), event: "delivered", by: null, why: "" },
    ],
  };
}
