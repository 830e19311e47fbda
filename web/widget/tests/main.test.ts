import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { FakeSocket } from "../../shared/tests/fake-socket";
import type { JieliApi } from "../main";
import { hook, message, view } from "./stage";

const signed = { id: "linan", expires: 9_999_999_999, signature: "ab", name: "李楠", tier: "gold" };
const heard: [string, unknown][] = [];
const sessions: Record<string, unknown>[] = [];
const fetched = (_: string, init: RequestInit) => {
  const body = JSON.parse(init.body as string) as { shopper?: { id: string } };
  sessions.push(body);
  const token = `token-${body.shopper?.id ?? "anonymous"}`;
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  return Promise.resolve(
    new Response(JSON.stringify({ token, shopper: "s", anonymous: true, expires_at })),
  );
};

function root(): ShadowRoot {
  return document.querySelector("jieli-widget")!.shadowRoot!;
}
const api = () => window.jieli as JieliApi;

async function answered(messages = [message(1, "你好")]): Promise<void> {
  await vi.waitFor(() => expect(FakeSocket.last.onopen).not.toBeNull());
  await FakeSocket.last.opens();
  await vi.waitFor(() => expect(FakeSocket.last.of("hello")).toHaveLength(1));
  FakeSocket.last.hears({
    type: "welcome",
    conversation: view(),
    shopper_name: null,
    presets: [],
    place: null,
    greeting: "",
    max_text: 4000,
    max_image_bytes: 8_000_000,
  });
  for (const one of messages) FakeSocket.last.hears({ type: "message.created", message: one });
  FakeSocket.last.hears({ type: "resumed", last_seq: messages.length });
  await nextTick();
}

beforeAll(async () => {
  localStorage.clear();
  sessionStorage.clear();
  FakeSocket.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", fetched);
  vi.spyOn(console, "error").mockImplementation(() => {});
  window.jieli = [
    ["on", "ready", () => heard.push(["ready", null])],
    ["on", "open", () => heard.push(["open", null])],
    ["on", "message", (event: unknown) => heard.push(["message", event])],
    ["on", "unread", (event: unknown) => heard.push(["unread", event])],
    ["setContext", { page: "product", product: "ring", nonsense: 1 }],
    ["fly", "away"],
  ];
  await import("../main");
});
afterAll(() => vi.unstubAllGlobals());

describe("the widget on a page", () => {
  it("takes up what the page called before it was there", () => {
    expect(heard).toEqual([["ready", null]]);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining("fly"));
  });

  it("tells latecomers that it is ready", () => {
    const late = vi.fn();
    api().on("ready", late);
    expect(late).toHaveBeenCalledOnce();
  });

  it("lives in an open shadow root and leaves the page's styles alone", () => {
    expect(root().querySelector(hook("bubble"))).not.toBeNull();
    expect(document.head.querySelectorAll("style, link")).toHaveLength(0);
    expect(document.querySelector("jieli-widget")!.getAttribute("style")).toContain("!important");
  });

  it("costs the router nothing until it is opened", () => {
    expect(FakeSocket.made).toHaveLength(0);
  });

  it("opens, connects with the page's context and gives the field the focus", async () => {
    api().open();
    await answered();
    expect(FakeSocket.last.of("hello")[0]).toMatchObject({
      token: "token-anonymous",
      context: { page: "product", product: "ring", locale: expect.any(String) },
    });
    expect(FakeSocket.last.of("hello")[0]!.context).not.toHaveProperty("nonsense");
    expect(heard.at(-1)).toEqual(["open", null]);
    expect(root().activeElement?.getAttribute("data-testid")).toBe("jieli-input");
  });

  it("keeps the keys typed in it from the page", () => {
    const page = vi.fn();
    document.addEventListener("keydown", page);
    const event = new KeyboardEvent("keydown", { key: "/", bubbles: true, composed: true });
    root().querySelector(hook("input"))!.dispatchEvent(event);
    document.removeEventListener("keydown", page);
    expect(page).not.toHaveBeenCalled();
  });

  it("counts what comes while it is closed, and tells the page", async () => {
    api().close();
    await nextTick();
    FakeSocket.last.hears({
      type: "message.created",
      message: message(2, "还在吗", { sender: "agent" }),
    });
    await nextTick();
    expect(root().querySelector(".count")?.textContent?.trim()).toBe("1");
    expect(heard).toContainEqual(["unread", { count: 1 }]);
    expect(heard).toContainEqual(["message", expect.objectContaining({ seq: 2, text: "还在吗" })]);
  });

  it("counts it as read when opened", async () => {
    api().push(["open"]);
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(["unread", { count: 0 }]));
    expect(root().querySelector(".count")).toBeNull();
  });

  it("greets the router again when the page changes, and only then", async () => {
    api().setContext({ page: "product", product: "ring" });
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(FakeSocket.last.of("hello")).toHaveLength(1);
    api().setContext({ page: "order", order: "JN2611210009" });
    await vi.waitFor(() => expect(FakeSocket.last.of("hello")).toHaveLength(2));
    expect(FakeSocket.last.of("hello")[1]!.context).toMatchObject({
      page: "order",
      order: "JN2611210009",
    });
    expect(FakeSocket.made).toHaveLength(1);
  });

  it("becomes the shopper the storefront signs for, with none of the other's messages", async () => {
    await api().setShopper(() => Promise.resolve(signed));
    await answered([]);
    expect(FakeSocket.last.of("hello")[0]).toMatchObject({ token: "token-linan", after: 0 });
    expect(sessions.at(-1)).toEqual({ shopper: signed });
    expect(root().querySelectorAll(hook("message"))).toHaveLength(0);
  });

  it("does not start over for the same shopper", async () => {
    const before = FakeSocket.made.length;
    await api().setShopper({ ...signed, signature: "newer" });
    expect(FakeSocket.made).toHaveLength(before);
  });

  it("goes back to the anonymous thread after logout", async () => {
    await api().setShopper(null);
    await answered();
    expect(FakeSocket.last.of("hello")[0]).toMatchObject({ token: "token-anonymous" });
  });

  it("serves once when the tag is there twice", async () => {
    vi.resetModules();
    await import("../main");
    expect(document.querySelectorAll("jieli-widget")).toHaveLength(1);
  });
});
