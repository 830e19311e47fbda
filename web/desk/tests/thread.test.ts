import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import MessageRow from "../components/MessageRow.vue";
import MessageText from "../components/MessageText.vue";
import ThreadPane from "../components/ThreadPane.vue";
import { useDesk } from "../state/desk";
import { linkify, safeAddress } from "../state/linkify";
import { brief, card, FakeLink, fresh, message, welcome } from "./make";

const EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt;';

function row(more: Parameters<typeof message>[1] = {}, text = "你好") {
  const { plugins } = fresh();
  return mount(MessageRow, {
    props: {
      message: message(1, more, text), grouped: false, shopperName: "小满", images: [],
      flagged: false, canFlag: true,
    },
    global: { plugins },
  });
}

describe("what people write", () => {
  it("is shown as text, never as HTML", () => {
    const wrapper = row({}, EVIL);
    expect(wrapper.text()).toContain(EVIL);
    expect(wrapper.find("img, script, b").exists()).toBe(false);
  });

  it("links web addresses only, and opens them apart", () => {
    const wrapper = mount(MessageText, {
      props: { text: "看 https://example.com/a?b=1，还有 javascript:alert(1) 和 ftp://x.y" },
    });
    const links = wrapper.findAll("a");
    expect(links.map((a) => a.attributes("href"))).toEqual(["https://example.com/a?b=1"]);
    expect(links[0]?.attributes("rel")).toContain("noopener");
    expect(wrapper.text()).toBe("看 https://example.com/a?b=1，还有 javascript:alert(1) 和 ftp://x.y");
  });

  it("reads the same after links are found", () => {
    for (const text of ["https://", "a https://b.c. d", "(http://x.y/z)", "https://[", ""]) {
      expect(linkify(text).map((piece) => piece.text).join("")).toBe(text);
    }
    expect(safeAddress("javascript:alert(1)")).toBeNull();
  });
});

describe("a bot's message", () => {
  const source = { entry: "shipping_time", revision: 2, release: 12, model: "m-7", plan: null };

  it("tells entry, release and model, and can be marked as wrong", async () => {
    const wrapper = row({ sender: "bot", source });
    expect(wrapper.text()).toContain("shipping_time · 知识库 12 版 · 模型 m-7");
    await wrapper.get("[data-testid=desk-flag]").trigger("click");
    expect(wrapper.emitted("flag")).toHaveLength(1);
  });

  it("an agent's message has neither", () => {
    expect(row({ sender: "agent", source }).find("[data-testid=desk-flag]").exists()).toBe(false);
  });
});

describe("the open thread", () => {
  it("shows messages by who speaks, the takeover, and a failed reply with its way out", async () => {
    const { plugins } = fresh();
    const link = new FakeLink();
    const desk = useDesk();
    desk.connect(link.asLink);
    const mine = card({ status: "active", epoch: 2, last_seq: 3 }, { agent: "lina" });
    const lines = [
      message(1, { epoch: 0 }),
      message(2, { epoch: 0, sender: "bot" }),
      message(3, { epoch: 2, sender: "system" }, "李娜 为你服务"),
    ];
    link.say(welcome({ mine: [mine] }), {
      type: "conversation.opened", card: mine, messages: lines, brief: brief(),
    });
    desk.say("conv0001", "reply", "在的");
    const id = link.of("reply")[0]!.client_id;
    link.say({ type: "error", code: "epoch_moved", detail: "", client_id: id });
    const wrapper = mount(ThreadPane, { props: { id: "conv0001" }, global: { plugins } });
    const senders = wrapper.findAll("[data-testid=desk-message]").map((m) => m.attributes("data-sender"));
    expect(senders).toEqual(["shopper", "bot", "system"]);
    expect(wrapper.get("[data-testid=desk-takeover-line]").text()).toContain("李娜 接手");
    expect(wrapper.get("[data-testid=desk-pending]").text()).toContain("会话已经换人");
    await wrapper.get("[data-testid=desk-retry]").trigger("click");
    expect(link.of("reply").at(-1)).toMatchObject({ client_id: id, epoch: 2 });
  });
});
