import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import PhrasingsField from "../components/PhrasingsField.vue";
import { useEditor } from "../state/editor";
import { makeRouter } from "../../router";
import { freshKnowledge } from "./make";

afterEach(() => vi.unstubAllGlobals());

const page = { render: () => null };

async function field() {
  const { line, plugins } = freshKnowledge();
  const editor = useEditor();
  await editor.open("return_policy");
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/e/:key", name: "kb_entry", component: page }, { path: "/:rest(.*)*", component: page }] });
  const wrapper = mount(PhrasingsField, {
    props: { list: "phrasings", label: "相似问", hint: "", testid: "kb-phrasings" }, global: { plugins: [...plugins, router] },
  });
  const box = wrapper.get<HTMLTextAreaElement>("[data-testid=kb-phrasings]");
  return { line, editor, wrapper, box };
}

describe("the phrasings", () => {
  it("take a paste of many lines, keep blank lines on screen and mark what is said twice", async () => {
    const { editor, wrapper, box } = await field();
    await box.setValue("能退吗\n\n  怎么退 \n能退吗？");
    expect(editor.draft?.phrasings).toEqual(["能退吗", "怎么退", "能退吗？"]);
    expect(box.element.value).toContain("\n\n");
    expect(wrapper.get("[data-testid=kb-count]").text()).toBe("3 条");
    expect(wrapper.findAll(".gutter span").map((mark) => mark.text())).toEqual(["1", "", "2", "!"]);
    await wrapper.get(".chip.bad").trigger("click");
    expect(editor.draft?.phrasings).toEqual(["能退吗", "怎么退"]);
    expect(box.element.value).toBe("能退吗\n怎么退");
  });

  it("show a finding at its line, until the line changes", async () => {
    const { editor, wrapper, box } = await field();
    await box.setValue("能退吗\n\n退款到哪了");
    await editor.save();
    await flushPromises();
    expect(wrapper.findAll(".gutter span")[2]!.classes()).toContain("warning");
    expect(wrapper.get("[data-testid=kb-finding]").text()).toContain("退款多久到账");
    await box.setValue("能退吗\n\n怎么退");
    expect(wrapper.find("[data-testid=kb-finding]").exists()).toBe(false);
  });

  it("follow an undo", async () => {
    const { editor, box } = await field();
    const before = box.element.value;
    await box.setValue("只有一条");
    editor.undo();
    await flushPromises();
    expect(box.element.value).toBe(before);
  });
});

describe("the pages", () => {
  it.each([
    ["an editor", ["editor"], "/", "/knowledge"],
    ["an agent", ["agent"], "/knowledge", "/"],
    ["a supervisor", ["supervisor", "agent"], "/knowledge/runs", "/knowledge/runs"],
    ["a supervisor at the desk", ["supervisor", "agent"], "/history", "/history"],
    ["an admin", ["admin"], "/knowledge", "/knowledge"],
  ] as const)("%s (%o) who asks for %s lands at %s", async (_who, roles, path, lands) => {
    freshKnowledge([...roles]);
    const router = makeRouter(createMemoryHistory("/desk/"));
    await router.push(path);
    expect(router.currentRoute.value.path).toBe(lands);
    // The first ones load the pages, which takes a busy machine a while.
  }, 60_000);
});
