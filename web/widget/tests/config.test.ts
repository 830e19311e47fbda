import { describe, expect, it } from "vitest";
import { paleAccent, readConfig, strongAccent } from "../config";
import { linkify, safeLink } from "../linkify";

function script(
  data: Record<string, string>,
  src = "https://chat.test/widget.js",
): HTMLScriptElement {
  const tag = document.createElement("script");
  tag.type = "text/plain";
  tag.setAttribute("src", src);
  for (const [name, value] of Object.entries(data)) tag.dataset[name] = value;
  return tag;
}

describe("the script tag", () => {
  it("gives the origin of the script and the defaults", () => {
    expect(readConfig(script({}), document)).toMatchObject({
      origin: "https://chat.test",
      accent: "#b8893b",
      position: "right",
      title: null,
    });
  });

  it("takes its settings", () => {
    const tag = script({ accent: "#0055AA", locale: "en", position: "left", title: "Help" });
    expect(readConfig(tag, document)).toMatchObject({
      accent: "#0055AA",
      locale: "en",
      position: "left",
      title: "Help",
    });
  });

  it("does not take what it cannot use", () => {
    const tag = script({
      accent: "red;background:url(x)",
      position: "top",
      router: "javascript:1",
    });
    expect(readConfig(tag, document)).toMatchObject({
      accent: "#b8893b",
      position: "right",
      origin: window.location.origin,
    });
  });
});

function contrast(rgb: string): number {
  const [r, g, b] = rgb
    .match(/\d+/g)!
    .map(Number)
    .map((channel) => channel / 255)
    .map((share) => (share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05);
}

it.each(["#b8893b", "#ffe000", "#ffffff", "#00ff88", "#1a1a1a"])(
  "darkens %s until white text on it can be read",
  (accent) => {
    expect(contrast(strongAccent(accent))).toBeGreaterThanOrEqual(4.5);
  },
);

it("mixes the accent into white", () => {
  expect(paleAccent("#000000", 0.5)).toBe("rgb(128 128 128)");
  expect(paleAccent("#b8893b", 0)).toBe("rgb(255 255 255)");
});

describe("links", () => {
  it.each([
    ["没有链接", [{ text: "没有链接" }]],
    [
      "见https://a.test/x。",
      [{ text: "见" }, { text: "https://a.test/x", href: "https://a.test/x" }, { text: "。" }],
    ],
    ["https://a.test/(x)", [{ text: "https://a.test/(x)", href: "https://a.test/(x)" }]],
    ["ftp://a.test", [{ text: "ftp://a.test" }]],
    ["https://", [{ text: "https://" }]],
  ])("of %s", (text, parts) => {
    expect(linkify(text)).toEqual(parts);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//a.test", "", null])(
    "refuses %s",
    (link) => {
      expect(safeLink(link)).toBeNull();
    },
  );
});
