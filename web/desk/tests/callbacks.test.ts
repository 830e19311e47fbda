import { DOMWrapper, flushPromises, mount } from "@vue/test-utils";
import { beforeEach, expect, it, vi } from "vitest";
import CallbackList from "../components/CallbackList.vue";
import { useDesk } from "../state/desk";
import * as rest from "../state/rest";
import { at, FakeLink, fresh, welcome } from "./make";

const LINE = {
  conversation: "conv0001", case: 2, shopper: "shopper-1", shopper_name: "小满", phone: "13800001234",
  note: "三点以后", asked_at: at(0), ticket: true, agent: null,
};
let link: FakeLink;
let plugins: ReturnType<typeof fresh>["plugins"];
const call = vi.spyOn(rest, "call");

beforeEach(() => {
  ({ plugins } = fresh());
  link = new FakeLink();
  call.mockReset().mockResolvedValue({ callbacks: [LINE] });
  useDesk().connect(link.asLink);
  link.say(welcome());
});

it("a number is called, noted with what came of it, and leaves the list", async () => {
  const list = mount(CallbackList, { global: { plugins }, attachTo: document.body });
  await flushPromises();
  expect(list.get("a").attributes("href")).toBe("tel:13800001234");
  await list.get("[data-testid=desk-callback-done]").trigger("click");
  await flushPromises();
  await new DOMWrapper(document.querySelector("[data-testid=desk-callback-outcome]")!).setValue("约了周一");
  call.mockResolvedValue({ callbacks: [] });
  await new DOMWrapper(document.querySelector("[data-testid=desk-confirm]")!).trigger("click");
  await flushPromises();
  expect(call).toHaveBeenCalledWith("POST", "/callbacks/conv0001/2/done", { outcome: "约了周一" });
  expect(list.findAll("li")).toEqual([]);
  list.unmount();
});

it("what a colleague has called leaves my list too", async () => {
  const list = mount(CallbackList, { global: { plugins } });
  await flushPromises();
  expect(list.findAll("li")).toHaveLength(1);
  call.mockResolvedValue({ callbacks: [] });
  link.say({ type: "callback.changed", conversation: "conv0001" });
  await flushPromises();
  expect(list.findAll("li")).toEqual([]);
  list.unmount();
});
