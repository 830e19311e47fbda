import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useEditor } from "../state/editor";
import { blankAnswer, blankEntry } from "../state/entry";
import { NEW, unsent } from "../state/unsent";
import { freshKnowledge, pass, type FakeLine } from "./make";

let line: FakeLine;

beforeEach(() => {
  vi.useFakeTimers();
  ({ line } = freshKnowledge());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const KEY = "return_policy";
const title = (text: string): void => useEditor().edit("title", (entry) => void (entry.title = text));

async function opened() {
  const editor = useEditor();
  await editor.open(KEY);
  return editor;
}

describe("autosave", () => {
  it("saves once when the hand rests, continuing the revision that was opened", async () => {
    const editor = await opened();
    const base = editor.base;
    title("能退");
    await pass(600);
    title("能退吗");
    expect(editor.state).toBe("dirty");
    await pass(1_100);
    expect(line.stage.puts).toMatchObject([{ base, entry: { title: "能退吗" } }]);
    expect(editor.state).toBe("saved");
    expect(unsent(KEY)).toBeNull();
  });

  it("saves again what was typed while it was saving, on top of what it saved", async () => {
    const editor = await opened();
    title("一");
    line.held = true;
    await pass(1_000);
    title("一二");
    line.release();
    await pass(0);
    expect(editor.state).toBe("dirty");
    expect(unsent(KEY)?.entry.title).toBe("一二");
    await pass(1_100);
    expect(line.stage.puts.map((put) => put.entry.title)).toEqual(["一", "一二"]);
    expect(line.stage.puts[1]!.base).toBeGreaterThan(line.stage.puts[0]!.base!);
    expect(editor.state).toBe("saved");
  });

  it("waits for the input method", async () => {
    const editor = await opened();
    editor.compose(true);
    title("neng");
    await pass(5_000);
    expect(line.stage.puts).toEqual([]);
    editor.compose(false);
    await pass(1_100);
    expect(line.stage.puts).toHaveLength(1);
  });

  it("saves nothing when everything was taken back", async () => {
    const editor = await opened();
    title("能退");
    editor.undo();
    await pass(1_100);
    expect(line.stage.puts).toEqual([]);
    expect(editor.state).toBe("saved");
  });

  it("saves before another entry is opened", async () => {
    const editor = await opened();
    title("能退吗");
    await editor.open("shipping_time");
    expect(line.stage.puts).toMatchObject([{ entry: { key: KEY, title: "能退吗" } }]);
    expect(editor.draft?.key).toBe("shipping_time");
  });
});

describe("without a line", () => {
  it("keeps the edit in the browser and saves it when the line is back", async () => {
    const editor = await opened();
    line.down = true;
    title("能退吗");
    await pass(1_100);
    expect(editor.state).toBe("offline");
    expect(unsent(KEY)?.entry.title).toBe("能退吗");
    line.down = false;
    editor.online();
    await pass(0);
    expect(editor.state).toBe("saved");
    expect(line.stage.puts).toHaveLength(1);
  });

  it("tries again by itself, ever more seldom", async () => {
    const editor = await opened();
    line.down = true;
    title("能退吗");
    await pass(60_000);
    const tries = line.asks("PUT");
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(8);
    line.down = false;
    await pass(30_000);
    expect(editor.state).toBe("saved");
  });

  it("a reload puts the unsaved back and saves it", async () => {
    const editor = await opened();
    line.down = true;
    title("能退吗");
    await pass(1_100);
    const held = localStorage.getItem("jieli.desk.kb.unsent")!;
    ({ line } = freshKnowledge());
    localStorage.setItem("jieli.desk.kb.unsent", held);
    const again = await opened();
    expect(again).not.toBe(editor);
    expect(again.restored).toBe(true);
    expect(again.draft?.title).toBe("能退吗");
    await pass(100);
    expect(line.stage.puts).toHaveLength(1);
    expect(again.state).toBe("saved");
  });
});

describe("two editors on one entry", () => {
  async function conflicting() {
    const editor = await opened();
    line.stage.colleague(KEY, (entry) => {
      entry.title = "同事的标题";
      entry.phrasings.push("同事加的");
    });
    editor.edit("title", (entry) => {
      entry.title = "我的标题";
      entry.phrasings.push("我加的");
    });
    await pass(1_100);
    return editor;
  }

  it("the second sees the other's edit, and nothing is overwritten in silence", async () => {
    const editor = await conflicting();
    expect(editor.state).toBe("conflict");
    expect(editor.conflict?.clashes).toEqual([{ field: "title", mine: "我的标题", theirs: "同事的标题" }]);
    title("还在打字");
    await pass(10_000);
    expect(line.stage.puts).toHaveLength(1);
    expect(unsent(KEY)?.entry.title).toBe("还在打字");
  });

  it("the merged entry is saved on top of theirs", async () => {
    const editor = await conflicting();
    const { newer, merged } = editor.conflict!;
    expect(await editor.resolve(merged)).toBe(true);
    expect(line.stage.puts[1]).toMatchObject({ base: newer.number, entry: { title: "我的标题" } });
    expect(line.stage.puts[1]!.entry.phrasings).toEqual(expect.arrayContaining(["我加的", "同事加的"]));
    expect(editor).toMatchObject({ state: "saved", conflict: null });
  });

  it("mine can be dropped for theirs", async () => {
    const editor = await conflicting();
    await editor.discard();
    expect(editor.draft?.title).toBe("同事的标题");
    expect(unsent(KEY)).toBeNull();
    await pass(5_000);
    expect(line.stage.puts).toHaveLength(1);
  });
});

describe("a new entry", () => {
  const entry = blankEntry({ key: "engraving", title: "能刻字吗", category: "订单", phrasings: ["刻字"], answers: [blankAnswer("可以刻")] });

  it("stays in the browser until it is made, through a reload", async () => {
    const editor = useEditor();
    await editor.begin(entry, ["engraving-0"]);
    title("戒指能刻字吗");
    await pass(5_000);
    expect(line.asked).toEqual([]);
    expect(editor.state).toBe("new");
    expect(unsent(NEW)).toMatchObject({ entry: { title: "戒指能刻字吗" }, misses: ["engraving-0"] });
  });

  it("from misses takes their wordings along and is meant for them", async () => {
    const editor = useEditor();
    await editor.begin(entry, ["engraving-0", "engraving-1"]);
    expect(await editor.create()).toBe(true);
    expect(editor.draft?.phrasings).toEqual(["刻字", "戒指能刻字吗", "可以在戒指里面刻名字不"]);
    expect(line.stage.missesOf("engraving")).toHaveLength(2);
    expect(editor).toMatchObject({ state: "saved", isNew: false });
    expect(unsent(NEW)).toBeNull();
  });

  it("with a key another entry has is refused and kept", async () => {
    const editor = useEditor();
    await editor.begin({ ...entry, key: KEY }, ["engraving-0"]);
    expect(await editor.create()).toBe(false);
    expect(editor.why?.code).toBe("key_taken");
    expect(editor.draft?.title).toBe("能刻字吗");
    expect(unsent(NEW)).not.toBeNull();
  });

  it("without a line stays, and is made at the next try", async () => {
    const editor = useEditor();
    await editor.begin(entry);
    line.down = true;
    expect(await editor.create()).toBe(false);
    expect(editor.state).toBe("new");
    line.down = false;
    expect(await editor.create()).toBe(true);
  });
});

describe("the way to a release", () => {
  it("leads from draft through review to approved, saving first", async () => {
    const editor = await opened();
    title("七天内能退吗");
    expect(await editor.move("submit")).toBe(true);
    expect(editor.current?.state).toBe("in_review");
    expect(await editor.move("approve")).toBe(true);
    expect(editor.current).toMatchObject({ state: "approved", live: false, entry: { title: "七天内能退吗" } });
  });

  it("a refusal says why and leaves the draft", async () => {
    const editor = await opened();
    editor.edit("phrasings", (entry) => void (entry.phrasings = []));
    expect(await editor.move("submit")).toBe(false);
    expect(editor.why?.detail).toContain("phrasings");
    expect(editor.current?.state).toBe("draft");
  });

  it("a rejection carries its reason into the history", async () => {
    const editor = await opened();
    title("七天");
    await editor.move("submit");
    await editor.move("reject", "标题太短");
    const rejected = editor.page?.history.find((one) => one.state === "rejected");
    expect(rejected?.moves.at(-1)).toMatchObject({ state: "rejected", reason: "标题太短" });
    expect(editor.draft?.title).toBe("可以七天无理由退货吗");
  });

  it("a removal is an edit that can be undone", async () => {
    const editor = await opened();
    editor.remove(true);
    await pass(1_100);
    expect(line.stage.puts.at(-1)).toMatchObject({ removal: true });
    editor.undo();
    await pass(1_100);
    expect(line.stage.puts.at(-1)).toMatchObject({ removal: false });
  });
});
