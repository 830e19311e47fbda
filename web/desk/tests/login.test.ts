import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import LoginView from "../views/LoginView.vue";
import { makeRouter } from "../router";
import { safeBack, useSession } from "../state/session";
import { fresh, LINA } from "./make";

const page = { render: () => null };
let asked: { path: string; init: RequestInit }[] = [];

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    return new Response(JSON.stringify(body), { status, headers });
  });
}

async function login(query = "") {
  const { plugins } = fresh();
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: "/login", component: LoginView }, { path: "/:rest(.*)*", component: page }],
  });
  await router.push(`/login${query}`);
  const wrapper = mount(LoginView, { global: { plugins: [...plugins, router] } });
  return { wrapper, router };
}

async function submit(wrapper: Awaited<ReturnType<typeof login>>["wrapper"], password = "secret") {
  await wrapper.get("[data-testid=desk-login]").setValue("lina");
  await wrapper.get("[data-testid=desk-password]").setValue(password);
  await wrapper.get("form").trigger("submit");
  await flushPromises();
}

afterEach(() => vi.unstubAllGlobals());

describe("login", () => {
  it.each([
    ["a wrong password", 401, { code: "unauthorized", detail: "" }, {}, "账号或密码不对。"],
    ["too many attempts", 429, { code: "too_many_attempts", detail: "" }, {}, "试的次数太多，请过一会儿再试。"],
    ["too many, with a time", 429, { code: "too_many_attempts", detail: "" }, { "Retry-After": "300" }, "请 5分 后再试"],
    ["a proxy's own page", 502, "<html>", {}, "连不上服务器"],
    ["a code it does not know", 400, { code: "strange", detail: "月亮太圆" }, {}, "月亮太圆"],
  ])("%s is said in words", async (_name, status, body, headers, text) => {
    answer(status, body, headers);
    const { wrapper } = await login();
    await submit(wrapper);
    expect(wrapper.get("[data-testid=desk-error]").text()).toContain(text);
  });

  it("no network is said in words", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    const { wrapper } = await login();
    await submit(wrapper);
    expect(wrapper.get("[data-testid=desk-error]").text()).toContain("连不上服务器");
  });

  it("an empty field is said without asking the server", async () => {
    answer(200, LINA);
    const { wrapper } = await login();
    await submit(wrapper, "");
    expect(wrapper.get("[data-testid=desk-error]").text()).toBe("请输入密码。");
    expect(asked).toEqual([]);
  });

  it("the right password leads back to where the agent was, with the guard header", async () => {
    answer(200, LINA);
    const { wrapper, router } = await login("?back=/c/conv0001");
    await submit(wrapper);
    expect(router.currentRoute.value.fullPath).toBe("/c/conv0001");
    expect(asked[0]?.init.headers).toMatchObject({ "X-Jieli": "1" });
  });

  it("says that the session has expired", async () => {
    answer(200, LINA);
    const { wrapper } = await login();
    useSession().ending = "expired";
    await flushPromises();
    expect(wrapper.text()).toContain("登录已过期");
  });
});

describe("the way back", () => {
  it.each([
    ["/c/conv0001", "/c/conv0001"],
    ["//evil.example", "/"],
    ["https://evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/login?back=/", "/"],
    [undefined, "/"],
  ])("of %s is %s", (raw, path) => {
    expect(safeBack(raw)).toBe(path);
  });

  it("a page that needs a login leads there and remembers itself", async () => {
    fresh();
    answer(401, { code: "unauthorized", detail: "" });
    const router = makeRouter(createMemoryHistory());
    await router.push("/c/conv0001");
    expect(router.currentRoute.value).toMatchObject({ name: "login", query: { back: "/c/conv0001" } });
  });
});
