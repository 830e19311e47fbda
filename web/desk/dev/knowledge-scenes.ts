/** The make-believe knowledge base: entries, misses, a run and its report. A dev tool. */

import type {
  ClusterView, EntryBody, MissView, RunReport, RunRow, TermView, TriedHalf,
} from "@shared/wire";
import { anyone, blankAnswer, blankEntry } from "../knowledge/state/entry.ts";

const HOUR = 3_600_000;
export const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();
export const today = (days = 0): string => new Date(Date.now() + days * 24 * HOUR).toISOString().slice(0, 10);

const terms = (...pairs: [string, string][]): TermView[] => pairs.map(([value, title]) => ({ value, title }));

export const VOCABULARY: Record<string, TermView[]> = {
  store: terms(["online", "官方商城"], ["hangzhou", "杭州湖滨店"], ["shanghai", "上海南京东路店"]),
  channel: terms(["web", "官网"], ["app", "App"], ["wechat", "小程序"]),
  tier: terms(["ordinary", "普通会员"], ["silver", "银卡"], ["gold", "金卡"], ["diamond", "钻石卡"]),
  product_line: terms(["jewellery", "黄金首饰"], ["apparel", "服饰"]),
  order_state: terms(["unpaid", "待付款"], ["presale", "预售中"], ["paid", "待发货"], ["shipped", "运输中"], ["delivered", "已签收"]),
  flow: terms(["where_is_my_order", "我的订单到哪了"], ["return_request", "申请退货"]),
  category: terms(["orders", "订单"], ["shipping", "发货物流"], ["returns", "退换货"], ["refunds", "退款"], ["promotions", "优惠活动"], ["account", "账户"]),
};

export function entries(): EntryBody[] {
  return [
    blankEntry({
      key: "shipping_time", title: "什么时候发货", category: "发货物流", owner: "赵敏", review_on: today(120),
      phrasings: ["啥时候发货", "拍下几天能发出", "今天买今天发吗", "怎么还没发货", "付完款多久寄出", "预售的什么时候能发"],
      negative_phrasings: ["多久能送到"],
      answers: [
        { ...blankAnswer("现货当天 18:00 前付款，当天发；之后付款，第二天发。"), buttons: [{ title: "我的订单到哪了", flow: "where_is_my_order", say: null, entry: null, url: null }] },
        { ...blankAnswer("预售按商品页写的日期发，到时会有短信。"), condition: { ...anyone(), order_state: ["presale"] } },
        { ...blankAnswer("金卡和钻石卡优先配货，一般 4 小时内发出。"), condition: { ...anyone(), tier: ["gold", "diamond"] }, card: "order" },
      ],
    }),
    blankEntry({
      key: "return_policy", title: "可以七天无理由退货吗", category: "退换货", review_on: today(-3),
      phrasings: ["能退吗", "七天无理由", "不喜欢可以退货吗", "买错了想退", "拆了包装还能退吗"],
      answers: [blankAnswer("签收后七天内，吊牌完整、不影响二次销售就可以退。定制和刻字的除外。")],
    }),
    blankEntry({
      key: "refund_arrival", title: "退款多久到账", category: "退款",
      phrasings: ["退款几天到", "钱什么时候退回来", "退的钱没收到", "退款到哪里了"],
      answers: [blankAnswer("我们收到退货后 24 小时内退款，原路退回，银行卡 1 到 3 个工作日到账。")],
    }),
    blankEntry({
      key: "double_eleven", title: "双十一有什么优惠", category: "优惠活动", valid_from: today(-40), valid_until: today(-8),
      phrasings: ["双11打折吗", "双十一满减", "活动价怎么算"], answers: [blankAnswer("每满 300 减 50，可与店铺券叠加。")],
    }),
    blankEntry({
      key: "account_frozen", title: "账号被冻结", category: "账户", human_only: true,
      phrasings: ["账号被封了", "登录提示冻结", "账户异常怎么解"], answers: [blankAnswer("账号安全的问题由人工客服核实身份后处理。")],
    }),
    ...Array.from({ length: 24 }, (_none, index) =>
      blankEntry({
        key: `order_topic_${index + 1}`, title: `订单常见问题 ${index + 1}`, category: "订单",
        phrasings: [`订单问题${index + 1}怎么办`, `第${index + 1}种订单情况`], answers: [blankAnswer("请在「我的订单」里查看。")],
      }),
    ),
  ];
}

const QUESTIONS: [string, string[], string | null, [string, string, number][]][] = [
  ["engraving", ["戒指能刻字吗", "可以在戒指里面刻名字不", "刻字要多少钱", "想刻个日期上去", "求婚戒指刻字多久", "刻字收费吗"],
    "可以刻，内圈最多 8 个字，免费；刻字款多等 3 天，刻了不能退换。", [["return_policy", "可以七天无理由退货吗", 0.21], ["shipping_time", "什么时候发货", 0.14]]],
  ["invoice_title", ["发票抬头写错了能改吗", "开票信息填错", "换一下发票抬头", "发票公司名字错了"],
    "发票开出 30 天内可以重开，把正确的抬头和税号发过来就行。", [["refund_arrival", "退款多久到账", 0.18]]],
  ["presale", ["预售的到底哪天给我发", "预售发货时间又改了？", "定金付了啥时候发"], null, [["shipping_time", "什么时候发货", 0.57], ["double_eleven", "双十一有什么优惠", 0.2]]],
  ["chat", ["你是哪里人呀", "在不在", "唱首歌听听"], null, []],
];

export function misses(): MissView[] {
  return QUESTIONS.flatMap(([name, texts], group) =>
    texts.map((text, index) => ({
      id: `${name}-${index}`, conversation: `conv-${name}-${index}`, seq: 3, text,
      reason: index % 3 ? "low_confidence" : "handed_off", at: ago(6 + group * 11 + index * 3),
      state: "open" as const, age_hours: 6 + group * 11 + index * 3, owner: group === 1 ? "zhaomin" : null,
      intended: null, intended_title: null, claimed_by_release: null, confidence: 0.31 + index * 0.03,
      read_as: "return_policy", proof: "", stolen_by: null, changes: [],
    })),
  );
}

export function clustersOf(open: MissView[]): ClusterView[] {
  return QUESTIONS.flatMap(([name, _texts, draft, nearest], group) => {
    const mine = open.filter((miss) => miss.id.startsWith(`${name}-`) && miss.intended === null);
    if (mine.length === 0) return [];
    return [{
      id: name, misses: mine.map((miss) => miss.id), size: mine.length,
      trend: Array.from({ length: 14 }, (_none, day) => ({
        day: today(day - 13), turns: Math.max(0, Math.round(mine.length * (day / 13) - (day % 3))),
      })),
      examples: mine.slice(0, 5).map((miss) => miss.text),
      nearest: nearest.map(([key, title, similarity]) => ({ key, title, similarity })),
      cost: { agent_minutes: mine.length * 3.4, handoffs: mine.length, angry: group === 2 ? 1 : 0, low_ratings: group === 0 ? 1 : 0 },
      draft, reasons: { handed_off: 2, low_confidence: mine.length - 1 },
      owners: [...new Set(mine.map((miss) => miss.owner).filter((one) => one !== null))],
      intended: [], oldest_at: ago(40), newest_at: ago(2),
    }];
  });
}

export function report(run: RunRow): RunReport {
  const bad = run.state === "kept";
  const check = (name: string, figure: number | null, threshold: number, floor: boolean, unit: "share" | "ms" | "count" | "ratio", live: number | null, failing: RunReport["checks"][0]["failing"] = []) => ({
    name, figure, threshold, floor, unit, live, failing, note: "", measured: figure === null ? 0 : 404,
    passed: figure === null ? null : floor ? figure >= threshold : figure <= threshold,
  });
  return {
    run, passed: !bad,
    checks: [
      check("held_out_top1", bad ? 0.871 : 0.934, 0.9, true, "share", 0.928, [
        { text: "收货七天了还能退不", expected: "return_policy", got: "refund_arrival", confidence: 0.62, note: "" },
        { text: "我的钱呢", expected: "refund_arrival", got: "return_policy", confidence: 0.44, note: "" },
      ]),
      check("confirmed_stay_right", 0.995, 0.99, true, "share", 1),
      check("requests_recall", 1, 1, true, "share", 1),
      check("calibration", 0.031, 0.05, false, "ratio", 0.036),
      check("cures", bad ? 0.5 : 1, 1, true, "share", null, bad ? [{ text: "刻字要多少钱", expected: "engraving", got: "shipping_time", confidence: 0.71, note: "" }] : []),
      check("near_duplicates", 0, 0, false, "count", 0),
      check("latency_p99_ms", 21.4, 60, false, "ms", 20.9),
      check("overlap", null, 0, false, "count", null),
    ],
    by_category: [["发货物流", 88, 0.955], ["退换货", 74, 0.919], ["退款", 60, 0.933], ["优惠活动", 52, 0.904], ["账户", 48, 0.958], ["订单", 82, 0.939]].map(([category, texts, top1]) => ({
      category: String(category), texts: Number(texts), top1: Number(top1), top3: Math.min(1, Number(top1) + 0.04),
    })),
    confusions: [
      { expected: "return_policy", got: "refund_arrival", times: 5 }, { expected: "refund_arrival", got: "return_policy", times: 3 },
      { expected: "shipping_time", got: "double_eleven", times: 2 }, { expected: "double_eleven", got: "shipping_time", times: 1 },
    ],
    reliability: [0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95].map((confidence, index) => ({
      confidence, right: Math.min(1, confidence + (index % 2 ? 0.04 : -0.03)), texts: 10 + index * 12,
    })),
    risk: Array.from({ length: 20 }, (_none, index) => ({
      confidence: index / 20, coverage: 1 - (index / 20) ** 2 * 0.6, precision: 0.86 + (index / 20) * 0.13,
    })),
    over_releases: Array.from({ length: 6 }, (_none, index) => ({
      release: index + 2, model: `m-2026111${index}`, at: ago((6 - index) * 24), coverage: 0.81 + index * 0.018, precision: 0.93 + index * 0.008,
    })),
    cured: [{ text: "戒指能刻字吗", expected: "engraving", got: "engraving", confidence: 0.91, note: "" }],
    not_cured: bad ? [{ text: "刻字要多少钱", expected: "engraving", got: "shipping_time", confidence: 0.71, note: "" }] : [],
  };
}

export function tried(text: string, found: EntryBody[], model: string | null, release: number | null): TriedHalf {
  const near = (entry: EntryBody): number =>
    Math.max(...[entry.title, ...entry.phrasings].map((one) => {
      const known = new Set(one);
      return [...new Set(text)].filter((char) => known.has(char)).length / Math.max(3, new Set(text).size);
    }));
  const ranking = found
    .map((entry) => ({ key: entry.key, title: entry.title, confidence: Math.min(0.97, near(entry)), served: true }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, 5);
  const best = ranking[0];
  const sure = (best?.confidence ?? 0) >= 0.6;
  const entry = found.find((one) => one.key === best?.key);
  return {
    model, release, available: true, why: "", decision: sure ? "reply" : "clarify", rule: sure ? "confident" : "low_confidence",
    entry: sure ? (best?.key ?? null) : null, confidence: best?.confidence ?? null, threshold: 0.6, ranking,
    answer: sure ? (entry?.answers[0] ?? null) : null, condition: "",
  };
}
