import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { firstLocale } from "../locales";
import { en } from "../locales/en";
import { zhCN } from "../locales/zh-CN";
import wire from "@shared/wire.schema.json";
import { fresh } from "./make";

function flat(texts: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value as object, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const zh = flat(zhCN);
const english = flat(en);
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

describe("the languages", () => {
  it("have the same keys, none empty", () => {
    expect([...english.keys()].sort()).toEqual([...zh.keys()].sort());
    expect([...zh, ...english].filter(([, text]) => !text.trim())).toEqual([]);
  });

  it("fill the same holes", () => {
    for (const [key, text] of zh) expect([key, holes(english.get(key)!)]).toEqual([key, holes(text)]);
  });

  it("use no sign that vue-i18n would read as its own", () => {
    for (const [key, text] of [...zh, ...english]) expect([key, /[@|]/.test(text)]).toEqual([key, false]);
  });

  it("English has no Chinese left in it", () => {
    expect([...english].filter(([, text]) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });

  it.each(["Reason", "Status", "Presence", "Priority"])("name every %s of the wire", (type) => {
    const schema = wire.$defs[type as keyof typeof wire.$defs] as { enum: (string | number)[] };
    for (const value of schema.enum) expect(zh.has(`${type.toLowerCase()}.${value}`)).toBe(true);
  });

  it("name every check of the gate", () => {
    const gate = readFileSync(join(import.meta.dirname, "../../../router/retrain/gate.toml"), "utf8");
    const [thresholds] = gate.slice(gate.indexOf("[thresholds]")).split("[samples]");
    const names = [...thresholds!.matchAll(/^(\w+) =/gm)].map((m) => m[1]!);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !zh.has(`kb.check.${name}`))).toEqual([]);
  });
});

describe("the pages", () => {
  const root = join(import.meta.dirname, "..");
  const knowledge = ["components", "views", "state"].flatMap((folder) => [join("knowledge", folder), join("supervisor", folder)]);
  const sources = ["components", "views", "state", ".", ...knowledge, "knowledge", "supervisor", "care"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(vue|ts)$/.test(name) && !name.endsWith(".d.ts"))
      .map((name) => [name, readFileSync(join(root, folder, name), "utf8")] as const),
  );

  it("ask only for texts that exist", () => {
    const asked = sources.flatMap(([name, text]) =>
      [...text.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((m) => [name, m[1]!] as const),
    );
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter(([, key]) => !zh.has(key))).toEqual([]);
  });

  it("hold no Chinese outside the locale files, and no v-html", () => {
    // The switch names its languages in themselves, and a full-width ? opens the overlay.
    const allowed = new Set(["LanguageSwitch.vue", "shortcuts.ts", "linkify.ts", "keys.ts", "known.ts"]);
    const chinese = sources.filter(([name, text]) => /[\u3000-\u9fff\uff00-\uffef]/.test(text) && !allowed.has(name));
    expect(chinese.map(([name]) => name)).toEqual([]);
    expect(sources.filter(([, text]) => text.includes("v-html")).map(([name]) => name)).toEqual([]);
  });
});

describe("the first language", () => {
  it.each([
    [["en-GB", "zh-CN"], "en"],
    [["zh-TW"], "zh-CN"],
    [["fr"], "zh-CN"],
  ])("of a browser that asks for %o is %s", (languages, locale) => {
    fresh();
    expect(firstLocale(languages)).toBe(locale);
  });
});
