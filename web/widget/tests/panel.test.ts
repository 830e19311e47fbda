import { nextTick } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VueWrapper } from "@vue/test-utils";
import { button, hook, message, Stage, view } from "./stage";

let stage: Stage;
let panel: VueWrapper;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  stage = new Stage();
  panel = stage.show();
});
afterEach(() => {
  stage.end();
  vi.useRealTimers();
});

const input = () => panel.get<HTMLTextAreaElement>(hook("input"));
const texts = () => panel.findAll(hook("message")).map((row) => row.text());

describe("writing", () => {
  beforeEach(() => stage.begin());

  it("sends on Enter and empties the field", async () => {
    await input().setValue("衣服能退吗");
    await input().trigger("keydown", { key: "Enter" });
    expect(stage.line.of("send")).toMatchObject([{ text: "衣服能退吗" }]);
    expect(input().element.value).toBe("");
  });

  it("breaks the line on Shift+Enter", async () => {
    await input().setValue("第一行");
    await input().trigger("keydown", { key: "Enter", shiftKey: true });
    expect(stage.line.of("send")).toEqual([]);
  });

  it.each([
    ["while a word is composed", { key: "Enter", isComposing: true }],
    ["on the Enter that Safari marks 229", { key: "Enter", keyCode: 229 }],
  ])("does not send %s", async (_, event) => {
    await input().setValue("yifu");
    await input().trigger("keydown", event);
    expect(stage.line.of("send")).toEqual([]);
  });

  it("does not send on the Enter that ends a composition", async () => {
    vi.useFakeTimers();
    await input().setValue("衣服");
    await input().trigger("compositionstart");
    await input().trigger("keydown", { key: "Enter" });
    await input().trigger("compositionend");
    await input().trigger("keydown", { key: "Enter" });
    expect(stage.line.of("send")).toEqual([]);
    vi.advanceTimersByTime(100);
    await input().trigger("keydown", { key: "Enter" });
    expect(stage.line.of("send")).toHaveLength(1);
  });

  it("counts near the limit and does not send over it", async () => {
    await input().setValue("字".repeat(50));
    expect(panel.find(".counter").exists()).toBe(false);
    await input().setValue("字".repeat(95));
    expect(panel.get(".counter").text()).toContain("5");
    await input().setValue("字".repeat(101));
    expect(panel.get(".counter").text()).toContain("超出 1 个字");
    await input().trigger("keydown", { key: "Enter" });
    expect(stage.line.of("send")).toEqual([]);
    expect(panel.get(hook("send")).attributes("disabled")).toBeDefined();
  });

  it("counts an emoji as the router does, as one", async () => {
    await input().setValue("🎉".repeat(100));
    expect(panel.get(hook("send")).attributes("disabled")).toBeUndefined();
  });

  it("keeps the draft over a reload", async () => {
    await input().setValue("写到一半");
    panel.unmount();
    panel = stage.show();
    expect(input().element.value).toBe("写到一半");
  });

  it("closes on Esc, also when the focus fell to the page", async () => {
    await input().trigger("keydown", { key: "Escape" });
    (document.activeElement as HTMLElement | null)?.blur();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(panel.emitted("close")).toHaveLength(2);
  });

  it("has the field focused from the start", () => {
    expect(document.activeElement).toBe(input().element);
  });
});

describe("the thread", () => {
  it("shows markup as the text it is", async () => {
    const attack = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    await stage.begin([
      message(1, attack, { sender: "shopper" }),
      message(2, attack, { body: { buttons: [button(attack, { say: attack })] } }),
      message(3, attack, { sender: "system" }),
      message(4, attack, { sender: "agent", sender_name: attack }),
    ]);
    await nextTick();
    expect(panel.findAll("img, script")).toHaveLength(0);
    expect(texts().every((text) => text.includes(attack))).toBe(true);
  });

  it("makes links of web addresses only", async () => {
    await stage.begin([
      message(1, "看 https://a.test/x?y=1。或 javascript:alert(1) 或（http://b.test）"),
    ]);
    await nextTick();
    const links = panel.findAll(".say a");
    expect(links.map((link) => link.attributes("href"))).toEqual([
      "https://a.test/x?y=1",
      "http://b.test",
    ]);
    expect(links[0]!.attributes()).toMatchObject({
      target: "_blank",
      rel: expect.stringContaining("noopener"),
    });
  });

  it("drops a button whose address is no web address", async () => {
    await stage.begin([
      message(1, "选", {
        body: {
          buttons: [
            button("坏", { url: "javascript:alert(1)" }),
            button("好", { url: "https://a.test/" }),
          ],
        },
      }),
    ]);
    await nextTick();
    expect(panel.findAll(hook("button")).map((one) => one.text())).toEqual(["好 ↗"]);
  });

  it("gives each row its seq and sender", async () => {
    await stage.begin([
      message(1, "你好", { sender: "agent" }),
      message(2, "已转接", { sender: "system" }),
    ]);
    await nextTick();
    const rows = panel.findAll(hook("message"));
    expect(rows.map((row) => [row.attributes("data-seq"), row.attributes("data-sender")])).toEqual([
      ["1", "agent"],
      ["2", "system"],
    ]);
  });

  it("suggests questions in an empty thread and takes one", async () => {
    const presets = [{ title: "怎么退货", entry: "return_how", flow: null, say: null }];
    await stage.begin([], { presets });
    await nextTick();
    expect(panel.text()).toContain("你好");
    await panel.get(hook("preset")).trigger("click");
    expect(stage.line.of("choose")).toMatchObject([{ title: "怎么退货", entry: "return_how" }]);
    expect(panel.find(hook("preset")).exists()).toBe(false);
  });

  it("disables the buttons of older messages once something newer was said", async () => {
    const buttons = [
      button("怎么退", { entry: "return_how" }),
      button("转人工", { say: "转人工" }),
    ];
    await stage.begin([message(1, "你想问哪个？", { body: { buttons } })]);
    await nextTick();
    await panel.findAll(hook("button"))[0]!.trigger("click");
    expect(stage.line.of("choose")).toMatchObject([{ entry: "return_how", title: "怎么退" }]);
    for (const one of panel.findAll(hook("button"))) {
      expect(one.attributes("disabled")).toBeDefined();
    }
    await panel.findAll(hook("button"))[1]!.trigger("click");
    expect(stage.line.of("send")).toEqual([]);
  });

  it("keeps a failed message where it was said, with what to do", async () => {
    await stage.begin([message(1, "一")]);
    stage.chat.say("没发出去");
    const { clientId } = stage.chat.outgoing.items[0]!;
    stage.line.hears({ type: "error", code: "invalid_text", detail: "太长", client_id: clientId });
    stage.tells(message(2, "二"));
    await nextTick();
    expect(texts().map((text) => text.slice(0, 4))).toEqual(["一09:", "没发出去", "二09:"]);
    expect(panel.get(hook("error")).text()).toContain("太长");
    await panel.findAll(`${hook("error")} button`)[1]!.trigger("click");
    expect(texts()).toHaveLength(2);
  });

  it("shows an order as a card with its state in words", async () => {
    const card = {
      number: "JN2611210009",
      state: "shipped",
      placed_at: new Date(2026, 10, 9, 8).toISOString(),
      product_line: "apparel",
      items: [{ title: "毛衣", spec: "M", quantity: 2, price: "459.00" }],
      total: "918.00",
      store: "online",
      carrier: "圆通速递",
      tracking: "YT01",
      last_event: { at: new Date(2026, 10, 11, 8).toISOString(), text: "到达武汉" },
      promised_ship_at: null,
      delivered_at: null,
      returnable: false,
      not_returnable_reason: null,
      as_of: null,
    };
    await stage.begin([message(1, "", { body: { card } })]);
    await nextTick();
    const text = panel.get(hook("order")).text();
    for (const part of [
      "JN2611210009",
      "运输中",
      "毛衣",
      "×2",
      "圆通速递",
      "YT01",
      "08:00",
      "到达武汉",
      "¥918.00",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("shows an uploaded image from the router, with room kept for it", async () => {
    const image = { id: "up 1", mime: "image/png", size: 9, width: 400, height: 300 };
    await stage.begin([message(1, "", { sender: "shopper", body: { image } })]);
    await nextTick();
    const img = panel.get("img");
    expect(img.attributes("src")).toBe("https://chat.test/api/v1/uploads/up%201");
    expect(img.attributes()).toMatchObject({ width: "400", height: "300" });
  });

  it("takes a vote on answers that may be voted on, only", async () => {
    await stage.begin([message(1, "答", { votable: true }), message(2, "寒暄")]);
    await nextTick();
    expect(panel.findAll(hook("helpful"))).toHaveLength(1);
    await panel.get(hook("unhelpful")).trigger("click");
    expect(stage.line.of("vote")).toEqual([{ type: "vote", seq: 1, helpful: false }]);
    expect(panel.get(hook("unhelpful")).attributes("aria-pressed")).toBe("true");
    expect(panel.text()).toContain("转人工");
  });

  it("draws a line where the agent joined and left, unless the router says so itself", async () => {
    await stage.begin([
      message(1, "答", { epoch: 0 }),
      message(2, "我来", { epoch: 2, sender: "agent", sender_name: "林晓" }),
      message(3, "机器人回来了", { epoch: 3 }),
      message(4, "林晓 为你服务", { epoch: 5, sender: "system" }),
      message(5, "又是我", { epoch: 5, sender: "agent", sender_name: "林晓" }),
    ]);
    await nextTick();
    expect(panel.findAll(".mark.owner").map((line) => line.text())).toEqual([
      "客服 林晓 已接入，为你服务",
      "人工服务已结束，机器人继续为你服务",
    ]);
  });
});

describe("the way to a human", () => {
  it("has 转人工 in reach while the bot owns, and not after", async () => {
    await stage.begin();
    await nextTick();
    await panel.get(hook("human")).trigger("click");
    expect(stage.line.of("request_human")).toHaveLength(1);
    expect(panel.get(hook("human")).attributes("disabled")).toBeDefined();
    stage.becomes({ status: "queued" });
    await nextTick();
    expect(panel.find(hook("human")).exists()).toBe(false);
  });

  it.each([
    [20, 50, "你排在第 2 位，预计 1 分钟内"],
    [130, 290, "你排在第 2 位，预计 2–5 分钟"],
    [240, 240, "你排在第 2 位，预计 4 分钟"],
    [4_000, 9_000, "你排在第 2 位，预计 1–3 小时"],
  ])("says a wait of %i to %i seconds as people do", async (p50, p90, said) => {
    const place = { place: 2, waiting: 5, p50, p90 };
    await stage.begin([], { conversation: view({ status: "queued" }), place });
    await nextTick();
    expect(panel.get(hook("place")).text()).toBe(said);
  });

  it("takes a message or a number instead of waiting, also when the desk is closed", async () => {
    await stage.begin([], { conversation: view({ status: "offline" }), place: null });
    await nextTick();
    expect(panel.get(hook("place")).text()).toContain("下班");
    await panel.get(hook("leave")).trigger("click");
    await panel.get(hook("leave-text")).setValue("戒指想改圈口");
    await panel.get("form.leave").trigger("submit");
    expect(stage.line.of("leave_message")[0]).toMatchObject({ text: "戒指想改圈口" });
    expect(panel.find(hook("leave-text")).exists()).toBe(false);
    await panel.get(hook("leave")).trigger("click");
    await panel.get(hook("leave-phone")).setValue(" 13800001234 ");
    await panel.get("form.leave").trigger("submit");
    expect(stage.line.of("request_callback")[0]).toMatchObject({ phone: "13800001234", note: "" });
  });

  it("tells the place, follows it, and goes on with the bot and back", async () => {
    await stage.begin([], {
      conversation: view({ status: "queued" }),
      place: { place: 3, waiting: 5 },
    });
    await nextTick();
    expect(panel.get(hook("place")).text()).toBe("你排在第 3 位，前面还有 2 人");
    stage.line.hears({
      type: "queue.position_changed",
      conversation: "conversation-1",
      place: { place: 1, waiting: 1 },
    });
    await nextTick();
    expect(panel.get(hook("place")).text()).toContain("第 1 位");
    await panel.get(hook("go-on")).trigger("click");
    expect(stage.line.of("go_on_with_bot")).toHaveLength(1);
    stage.becomes({ status: "bot", keeps_place: true });
    await nextTick();
    expect(panel.get(hook("place")).text()).toContain("保留");
    expect(panel.find(hook("human")).exists()).toBe(false);
    await panel.get(hook("wait-again")).trigger("click");
    expect(stage.line.of("wait_again")).toHaveLength(1);
  });

  it.each([
    ["bot", "智能客服"],
    ["queued", "正在转接人工"],
    ["active", "林晓"],
    ["on_hold", "林晓"],
    ["offline", "已留言"],
    ["resolved", "服务已结束"],
  ] as const)("says who is there when %s", async (status, name) => {
    await stage.begin();
    stage.becomes({ status, agent_name: "林晓" });
    await nextTick();
    expect(panel.get(hook("status")).attributes("data-status")).toBe(status);
    expect(panel.get(`${hook("status")} strong`).text()).toBe(name);
  });

  it("asks for a rating once the case is resolved, takes it and thanks", async () => {
    await stage.begin();
    expect(panel.find(hook("rating")).exists()).toBe(false);
    stage.becomes({ status: "resolved", rating_due: true });
    await nextTick();
    await panel.get(hook("rate-4")).trigger("click");
    await panel.get(`${hook("rating")} textarea`).setValue("很快");
    await panel.get(hook("rating")).trigger("submit");
    expect(stage.line.of("rate")).toEqual([{ type: "rate", score: 4, reasons: [], comment: "很快" }]);
    stage.line.hears({ type: "conversation.rated", conversation: "conversation-1", score: 4 });
    await nextTick();
    expect(panel.find(hook("rating")).exists()).toBe(false);
    expect(panel.get(hook("rated")).text()).toContain("★★★★");
  });
});

describe("trouble", () => {
  it("says what an error frame says, until dismissed", async () => {
    await stage.begin();
    stage.line.hears({
      type: "error",
      code: "illegal_move",
      detail: "已经评价过了",
      client_id: null,
    });
    await nextTick();
    expect(panel.get(hook("error")).text()).toContain("已经评价过了");
    await panel.get(`${hook("error")} button`).trigger("click");
    expect(panel.find(hook("error")).exists()).toBe(false);
  });

  it("says that it is reconnecting, and tries at once when told to", async () => {
    vi.useFakeTimers();
    await stage.begin();
    stage.line.closes();
    vi.advanceTimersByTime(2_000);
    await nextTick();
    expect(panel.get(".banner").text()).toContain("重试");
    const before = stage.line;
    await panel.get(".banner button").trigger("click");
    expect(stage.line).not.toBe(before);
  });
});
