import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import PublishDrawer from "../components/PublishDrawer.vue";
import { useConsole } from "../state/console";
import { useEditor } from "../state/editor";
import { freshKnowledge } from "./make";

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

const page = { render: () => null };
const find = (id: string): HTMLElement => document.querySelector<HTMLElement>(`[data-testid=${id}]`)!;
const button = (): HTMLButtonElement => find("kb-publish") as HTMLButtonElement;

async function opened(roles?: Parameters<typeof freshKnowledge>[0], edit = true) {
  const { line, plugins } = freshKnowledge(roles);
  if (edit) {
    const editor = useEditor();
    await editor.open("return_policy");
    editor.edit("title", (entry) => void (entry.title = "七天内能退吗"));
    await editor.move("ready");
  }
  await useConsole().refresh();
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:rest(.*)*", component: page }, { path: "/e/:key", name: "kb_entry", component: page }] });
  const wrapper = mount(PublishDrawer, {
    props: { modelValue: false }, attachTo: document.body, global: { plugins: [...plugins, router] },
  });
  await wrapper.setProps({ modelValue: true });
  await flushPromises();
  return { line, wrapper };
}

async function note(text: string): Promise<void> {
  const field = find("kb-publish-note") as HTMLTextAreaElement;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await flushPromises();
}

describe("publishing", () => {
  it("is closed, and says why, until a note is written", async () => {
    await opened();
    expect(button().disabled).toBe(true);
    expect(find("kb-publish-why").textContent).toContain("请写这一版改了什么");
    await note("退货的标题");
    expect(button().disabled).toBe(false);
    expect(document.body.textContent).toContain("七天内能退吗");
  });

  it("is closed while something stands against it, however good the note", async () => {
    await opened(undefined, false);
    await note("什么都没改");
    expect(button().disabled).toBe(true);
    expect(find("kb-blockers").textContent).toContain("没有可以发布的改动");
    expect(find("kb-publish-why").textContent).toContain("1 个问题");
  });

  it("is closed for those who only read", async () => {
    await opened(["supervisor"], false);
    await note("试试");
    expect(button().disabled).toBe(true);
    expect(find("kb-publish-why").textContent).toContain("只能查看");
  });

  it("puts the release live and follows its training", async () => {
    const { wrapper } = await opened();
    await note("退货的标题");
    button().click();
    await flushPromises();
    expect(find("kb-published").dataset["release"]).toBe("2");
    expect(useConsole().runState).toBe("asked");
    wrapper.unmount();
  });

  it("shows the plan anew when somebody else published meanwhile", async () => {
    const { line } = await opened();
    await note("退货的标题");
    line.stage.answer("POST", "/publish", new URLSearchParams(), { note: "抢先", live: 1, retrain: false });
    button().click();
    await flushPromises();
    expect(document.body.textContent).toContain("别人刚发布了");
    expect(find("kb-blockers").textContent).toContain("没有可以发布的改动");
    expect((find("kb-publish-note") as HTMLTextAreaElement).value).toBe("退货的标题");
  });
});
