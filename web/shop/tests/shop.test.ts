import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OrderCard } from "../../shared/wire";
import { contextOf } from "../chat";
import { PICTURES } from "../components/art";
import ProductArt from "../components/ProductArt.vue";
import { tCode, WORDS } from "../locales";
import { enter, leave, load, shop, type Product } from "../store";

const ring: Product = {
  id: "ring-classic-3g",
  title: "素圈戒指",
  product_line: "jewellery",
  price: "2368.00",
  pricing: "by_weight",
  image: "ring",
  specs: ["12号"],
  presale: false,
};
const order = { number: "JN2611210009", product_line: "apparel" } as OrderCard;

describe("the page the chat is told of", () => {
  const everywhere = { channel: "web", store: "online" };
  it.each([
    ["home", { page: "home" }, { page: "home", ...everywhere }],
    [
      "a product",
      { page: "product", product: ring },
      { page: "product", product: "ring-classic-3g", product_line: "jewellery", ...everywhere },
    ],
    [
      "an order",
      { page: "order", order },
      { page: "order", order: "JN2611210009", product_line: "apparel", ...everywhere },
    ],
    [
      "an order that is not the shopper's",
      { page: "order", order: null },
      { page: "order", ...everywhere },
    ],
    [
      "the orders, without the product seen before",
      { page: "orders", product: ring },
      { page: "orders", ...everywhere },
    ],
  ] as const)("is %s", (_, where, context) => {
    expect(contextOf(where)).toEqual(context);
  });
});

describe("the shopper of the shop", () => {
  const calls: unknown[][] = [];
  const answers: Record<string, unknown> = {};
  let logins = 0;
  beforeEach(() => {
    calls.length = 0;
    logins = 0;
    sessionStorage.clear();
    (window as unknown as { jieli: unknown }).jieli = calls;
    answers["/api/v1/demo/shop"] = {
      name: "锦年",
      products: [ring],
      shoppers: [{ id: "linan", name: "李楠", tier: "gold" }],
    };
    answers["/api/v1/demo/login"] = { shopper: { id: "linan", signature: "ab" }, orders: [order] };
    vi.stubGlobal("fetch", (path: string) => {
      if (path.endsWith("login")) logins += 1;
      const body = answers[path];
      return Promise.resolve(
        new Response(JSON.stringify(body ?? {}), { status: body ? 200 : 503 }),
      );
    });
  });
  afterEach(() => {
    leave();
    vi.unstubAllGlobals();
  });
  const linan = { id: "linan", name: "李楠", tier: "gold" };

  it("logs in here and in the chat, with a signature that can be fetched anew", async () => {
    await load();
    await enter(linan);
    expect(shop.me?.name).toBe("李楠");
    expect(shop.orders).toHaveLength(1);
    const [method, source] = calls.at(-1) as [string, () => Promise<{ signature: string }>];
    expect(method).toBe("setShopper");
    expect((await source()).signature).toBe("ab");
    expect(logins).toBe(1);
    await source();
    expect(logins).toBe(2);
  });

  it("is logged in again after a reload, and logs out", async () => {
    await load();
    await enter(linan);
    shop.me = null;
    await load();
    expect(shop.me).toMatchObject({ id: "linan" });
    leave();
    expect(calls.at(-1)).toEqual(["setShopper", null]);
    expect(shop.orders).toEqual([]);
    await load();
    expect(shop.me).toBeNull();
  });

  it("says that the login failed and stays who it was", async () => {
    await load();
    delete answers["/api/v1/demo/login"];
    await enter(linan);
    expect(shop).toMatchObject({ me: null, enterFailed: true, entering: null });
  });

  it("says that the shop cannot be opened", async () => {
    delete answers["/api/v1/demo/shop"];
    await load();
    expect(shop.state).toBe("failed");
  });
});

it("draws every product, and a box for one it has no picture of", () => {
  for (const image of [...Object.keys(PICTURES), "teapot"]) {
    const art = mount(ProductArt, { props: { image, title: "商品" } });
    expect(art.findAll("path").length).toBeGreaterThan(0);
    expect(art.attributes("aria-label")).toBe("商品");
  }
});

it("has every word in both languages, and shows unknown codes as they are", () => {
  expect(Object.keys(WORDS.en).sort()).toEqual(Object.keys(WORDS["zh-CN"]).sort());
  expect(tCode("state", "shipped")).toBe("运输中");
  expect(tCode("state", "lost_at_sea")).toBe("lost_at_sea");
});
