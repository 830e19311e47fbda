/** The make-believe conversations of the dev stage. */

import type {
  Body,
  Brief,
  BriefLine,
  CallbackLine,
  Choice,
  Message,
  OrderCard,
  Priority,
  QueueCard,
  Reason,
  StaffView,
} from "@shared/wire";
import type { Kept } from "./stage.ts";

/** The skills of somebody who takes everything. */
export const ANY: StaffView["skills"] = {
  languages: [], categories: [], product_lines: [], regions: [], stores: [],
};

export const STAFF: readonly StaffView[] = [
  { id: "staff-lina", login: "lina", name: "李娜", roles: ["agent"], capacity: 4, presence: "online", skills: ANY },
  { id: "staff-wang", login: "wang", name: "王芳", roles: ["agent"], capacity: 6, presence: "busy", skills: { ...ANY, product_lines: ["apparel"] } },
  { id: "staff-wu", login: "wu", name: "吴桐", roles: ["agent"], capacity: 6, presence: "online", skills: { ...ANY, languages: ["zh-CN", "en"], product_lines: ["jewellery"] } },
  { id: "staff-zhaomin", login: "zhaomin", name: "赵敏", roles: ["editor"], capacity: 0, presence: "offline", skills: ANY },
  { id: "staff-chenjing", login: "chenjing", name: "陈静", roles: ["supervisor", "agent"], capacity: 6, presence: "offline", skills: ANY },
];

export const CAUSES: readonly Choice[] = [
  { key: "product", title: "商品" },
  { key: "logistics", title: "物流" },
  { key: "service", title: "服务" },
  { key: "policy", title: "政策规则" },
  { key: "campaign", title: "活动" },
];
export const OUTCOMES: readonly Choice[] = [
  { key: "solved", title: "已解决" },
  { key: "partly", title: "部分解决" },
  { key: "not_solved", title: "没有解决" },
  { key: "no_answer", title: "顾客没有回应" },
];

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const EMPTY_BODY: Body = {
  text: "", buttons: [], card: null, image: null, chosen_entry: null, chosen_flow: null,
  asks_human: false,
};
const NO_SOURCE = { entry: null, revision: null, release: null, model: null, plan: null };

export const CALLBACKS: CallbackLine[] = [{
  conversation: "convpast0007", case: 1, shopper: "shopper-0007", shopper_name: "小满", phone: "13800001234",
  note: "下午三点以后", asked_at: ago(50), ticket: true, agent: null,
}];

export function message(
  conversation: string,
  seq: number,
  sender: Message["sender"],
  text: string,
  more: Partial<Message> = {},
): Message {
  return {
    conversation,
    seq,
    epoch: 0,
    at: new Date().toISOString(),
    sender,
    body: { ...EMPTY_BODY, text },
    sender_id: null,
    sender_name: null,
    client_id: null,
    visibility: "everyone",
    source: NO_SOURCE,
    votable: sender === "bot",
    helpful: null,
    ...more,
  };
}

export function card(
  id: string,
  name: string | null,
  tier: string,
  reason: Reason,
  priority: Priority,
  waitedMinutes: number,
  text: string,
): QueueCard {
  return {
    conversation: {
      id, status: "queued", epoch: 1, last_seq: 1, case: 1, keeps_place: false,
      agent_name: null, rating_due: false,
    },
    shopper: `shopper-${id.slice(-4)}`,
    shopper_name: name,
    tier,
    handoff: {
      id: `h-${id}`, conversation: id, case: 1, reason, priority,
      queued_at: ago(waitedMinutes), due_at: ago(waitedMinutes - 2.5), asked: text, detail: "",
      tier, mood: 0, state: "queued", agent: null, accepted_at: null, ended_at: null,
      urgency: 1, impact: 1, sla_class: "standard",
      needs: { language: null, category: null, product_line: null, region: null, store: null },
      weight: 1, head_start: 0, wanted_agent: null, wanted_until: null,
      offered_to: null, offered_until: null, declined_by: [], left_at: null,
    },
    last_text: text,
    updated_at: ago(waitedMinutes),
    agent: null,
    parting: null,
    hold: null,
    participants: [],
    clocks: [],
    callback: null,
  };
}

const ORDERS: OrderCard[] = [
  {
    number: "JN2611210001", state: "shipped", placed_at: ago(60 * 50), product_line: "apparel",
    items: [{ title: "双面羊毛大衣", spec: "M 驼色", quantity: 1, price: "899.00" }],
    total: "899.00", store: "online", carrier: "中通快递", tracking: "75500012345678",
    last_event: { at: ago(300), text: "到达上海转运中心" }, promised_ship_at: ago(60 * 24),
    delivered_at: null, returnable: true, not_returnable_reason: null,
    as_of: null,
  },
  {
    number: "JN2611180007", state: "delivered", placed_at: ago(60 * 24 * 5), product_line: "jewellery",
    items: [{ title: "足金古法光面手镯 28.6g", spec: "56圈口", quantity: 1, price: "21164.00" }],
    total: "21164.00", store: "online", carrier: "顺丰保价", tracking: "SF1400012345678",
    last_event: null, promised_ship_at: null, delivered_at: ago(60 * 24 * 2),
    returnable: false, not_returnable_reason: "按克重黄金不支持无理由退",
    as_of: null,
  },
];

export function line(kind: BriefLine["kind"], text: string, more: Partial<BriefLine> = {}): BriefLine {
  return {
    key: kind, kind, text, seq: null, entry: null, order: null, state: null, due_at: null,
    release: null, levels: [], count: null, correction: null, ...more,
  };
}

export function brief(of: QueueCard, tried: Brief["tried"], more: Partial<Brief> = {}): Brief {
  return {
    asked: of.handoff?.asked ?? of.last_text,
    reason: of.handoff?.reason ?? null,
    detail: of.handoff?.detail ?? "",
    tried,
    orders: [],
    orders_note: null,
    orders_as_of: null,
    account: null,
    mood: [],
    shopper: of.shopper,
    shopper_name: of.shopper_name,
    tier: of.tier,
    anonymous: of.shopper_name === null,
    context: {
      page: "/orders", order: null, product: null, product_line: null, region: null, store: null,
      channel: "web", locale: "zh-CN",
    },
    lines: [line("wants", of.handoff?.asked ?? of.last_text, { seq: 1 })],
    known: [],
    images: [],
    earlier_cases: 0,
    waited_seconds: 95,
    ...more,
  };
}

function held(id: string, who: QueueCard, acceptedMinutes: number): QueueCard {
  const handoff = who.handoff && {
    ...who.handoff, state: "assigned" as const, agent: STAFF[0]!.id, accepted_at: ago(acceptedMinutes),
  };
  const conversation = { ...who.conversation, id, status: "active" as const, epoch: 2 };
  return { ...who, conversation, handoff, agent: STAFF[0]!.id };
}

function kept(of: QueueCard, lines: Message[], more: Brief): Kept {
  const messages = lines.map((line, at) => ({ ...line, conversation: of.conversation.id, seq: at + 1 }));
  const last = messages[messages.length - 1];
  of.conversation.last_seq = messages.length;
  if (last) of.updated_at = last.at;
  return { card: of, messages, brief: more };
}

const bot = (text: string, minutes: number, more: Partial<Message> = {}): Message =>
  message("", 0, "bot", text, {
    at: ago(minutes), source: { entry: "logistics_progress", revision: 3, release: 12, model: "m-1121", plan: null },
    ...more,
  });
const shopper = (text: string, minutes: number, more: Partial<Message> = {}): Message =>
  message("", 0, "shopper", text, { at: ago(minutes), ...more });
const system = (text: string, minutes: number, epoch: number): Message =>
  message("", 0, "system", text, { at: ago(minutes), epoch });
const lina = { sender_id: STAFF[0]!.id, sender_name: STAFF[0]!.name };

/** Gives the conversations of the day: two held, four waiting, one resolved. */
export function conversations(): Kept[] {
  return [coat(), sizes(), ...waiting(), past(), joined(), withBot()];
}

function coat(): Kept {
  const who = held(
    "convcoat0001",
    card("convcoat0001", "周懿", "diamond", "anger", 2, 9, "都四天了还没到，你们到底发没发货？"),
    6,
  );
  if (who.handoff) who.handoff.detail = "到底发没发、一直重复、投诉（愤怒 0.83 ≥ 0.60）";
  const image = { id: "demo", mime: "image/png", size: 20_000, width: 480, height: 320 };
  const lines = [
    shopper("我的大衣什么时候到？", 14),
    bot("可以给我订单号吗？也可以直接点下面的订单。", 14, {
      body: {
        ...EMPTY_BODY,
        text: "要查哪一个订单？",
        buttons: [
          { title: "双面羊毛大衣", say: "JN2611210001", entry: null, flow: null, url: null },
          { title: "转人工", say: "转人工", entry: null, flow: null, url: null },
        ],
      },
    }),
    shopper("JN2611210001", 13),
    bot("", 13, {
      body: { ...EMPTY_BODY, text: "这个订单正在路上，预计明天送到。", card: ORDERS[0]! },
      helpful: false,
    }),
    shopper("昨天也是这么说的！都四天了还没到，你们到底发没发货？我要投诉", 10),
    system("很抱歉让你不满意。已为你优先转接人工客服，由真人来处理。", 9, 1),
    shopper("", 8, { epoch: 1, body: { ...EMPTY_BODY, image } }),
    system("李娜 为你服务", 6, 2),
    message("", 0, "agent", "周女士你好，我是李娜。包裹昨晚到了上海转运中心，我正在联系中通加急，五分钟内给你准信。", {
      at: ago(5), epoch: 2, ...lina,
    }),
    message("", 0, "agent", "已打中通客服，工单 88213，答应今天派送。", {
      at: ago(3), epoch: 2, visibility: "staff", ...lina,
    }),
    shopper("好，那我等你消息。物流页面是 https://example.com/track?no=75500012345678 ，一直没动。", 2, { epoch: 2 }),
    shopper("<b>今天</b>能到吗", 1, { epoch: 2 }),
  ];
  who.last_text = "<b>今天</b>能到吗";
  const tried: Brief["tried"] = [
    {
      seq: 1, question: "我的大衣什么时候到？", rule: "flow", entry: null, title: null,
      answer: "要查哪一个订单？", confidence: 0.94, helpful: null, release: 12, model: "m-1121",
    },
    {
      seq: 3, question: "JN2611210001", rule: "confident", entry: "logistics_progress", title: "查物流进度",
      answer: "这个订单正在路上，预计明天送到。", confidence: 0.71, helpful: false, release: 12, model: "m-1121",
    },
  ];
  const mood = [
    { seq: 1, anger: 0.12, level: 0 }, { seq: 3, anger: 0.2, level: 0 },
    { seq: 5, anger: 0.83, level: 2 }, { seq: 11, anger: 0.4, level: 1 }, { seq: 12, anger: 0.46, level: 1 },
  ];
  return kept(who, lines, brief(who, tried, {
    account: {
      year: new Date().getFullYear(), spend: "5210.00", as_of: ago(12),
      coupons: [{ title: "新客券", amount: "50", least: "500", valid_until: ago(-60 * 24 * 9) }],
      refunds: [{ order: "JN2610010007", amount: "329.00", state: "approved", asked_at: ago(60 * 50), paid_at: null, expected_by: ago(-60 * 20) }],
    },
    lines: [
      line("wants", who.handoff?.asked ?? "", { seq: 1 }),
      line("order", "双面羊毛大衣 ×1", { key: "order:1", order: "JN2611210001", state: "shipped" }),
      line("tried", "JN2611210001 → 查物流进度", { key: "tried:3", seq: 3, entry: "logistics_progress", release: 12 }),
      line("mood", "", { seq: 5, levels: [0, 2, 1] }),
      line("images", "", { seq: 5, count: 1 }),
      line("earlier", "物流 · 已解决 · 补发了一件 · 王芳", { key: "case:1" }),
    ],
    orders: ORDERS, mood, images: [image], earlier_cases: 2, waited_seconds: 184,
    context: {
      page: "/orders/JN2611210001", order: "JN2611210001", product: null, product_line: "apparel",
      region: null, store: null, channel: "app", locale: "zh-CN",
    },
  }));
}

function sizes(): Kept {
  const who = held(
    "convsize0002",
    card("convsize0002", "秋桐", "silver", "human_only", 1, 4, "戒指刻字刻错了能重做吗"),
    3,
  );
  const lines = [
    shopper("戒指刻字刻错了能重做吗", 5),
    system("这件事需要人工客服来处理，已为你转接。", 4, 1),
    system("李娜 为你服务", 3, 2),
    message("", 0, "agent", "可以的，麻烦拍一张内圈的照片给我。", { at: ago(2), epoch: 2, ...lina }),
  ];
  who.last_text = "可以的，麻烦拍一张内圈的照片给我。";
  return kept(who, lines, brief(who, []));
}

function waiting(): Kept[] {
  const scenes: [string, string | null, string, Reason, Priority, number, string][] = [
    ["convneck0003", "新雨", "ordinary", "safety", 3, 0.6, "戴项链脖子起了一圈红疹，很痒，是不是过敏"],
    ["convgold0004", "李楠", "gold", "going_in_circles", 2, 3.4, "价保到底怎么算，问三遍了都是一样的话"],
    ["convanon0005", null, "ordinary", "explicit_request", 1, 1.8, "转人工"],
    ["convrefd0006", "小满", "ordinary", "low_confidence", 1, 0.2, "退款退到已经注销的银行卡里了怎么办，客服电话一直占线，能不能改成支付宝"],
  ];
  return scenes.map((scene) => {
    const who = card(...scene);
    const [, , , , , minutes, text] = scene;
    return kept(who, [shopper(text, minutes + 0.3), system("已为你转接人工客服。", minutes, 1)], brief(who, []));
  });
}

function joined(): Kept {
  const wang = STAFF[1]!;
  const who = card("convjoin0008", "林月", "silver", "explicit_request", 1, 12, "两条裙子想合成一单退");
  who.conversation = { ...who.conversation, status: "active", epoch: 2, agent_name: wang.name };
  who.agent = wang.id;
  who.participants = [{ staff: STAFF[0]!.id, name: STAFF[0]!.name, may_speak: false }];
  const lines = [
    shopper("两条裙子想合成一单退", 12),
    system("王芳 为你服务", 10, 2),
    message("", 0, "agent", "我问一下负责退货的同事。", { at: ago(8), epoch: 2, sender_id: wang.id, sender_name: wang.name }),
  ];
  return kept(who, lines, brief(who, []));
}

function withBot(): Kept {
  const who = card("convbots0009", "何洛", "gold", "low_confidence", 1, 3, "这件能不能改袖长");
  who.conversation = { ...who.conversation, status: "bot", epoch: 0 };
  who.handoff = null;
  const lines = [
    shopper("这件能不能改袖长", 3),
    message("", 0, "bot", "改袖长一般不影响穿着，门店可以改。", { at: ago(2.9) }),
    shopper("哪家门店？要多久？", 1),
  ];
  who.last_text = "哪家门店？要多久？";
  return kept(who, lines, brief(who, []));
}

function past(): Kept {
  const who = card("convpast0007", "小满", "ordinary", "image", 1, 60 * 26, "毛衣洗完缩水了");
  who.conversation = { ...who.conversation, status: "resolved", epoch: 3, agent_name: "王芳" };
  const wang = { sender_id: STAFF[1]!.id, sender_name: STAFF[1]!.name };
  const lines = [
    shopper("毛衣洗完缩水了", 60 * 26),
    system("已为你转接人工客服。", 60 * 26, 1),
    message("", 0, "agent", "已为你登记换货，快递明天上门。", { at: ago(60 * 25.8), epoch: 2, ...wang }),
    shopper("谢谢", 60 * 25.7, { epoch: 2 }),
  ];
  return kept(who, lines, brief(who, []));
}
