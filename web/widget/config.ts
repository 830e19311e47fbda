import type { Locale } from "../shared/time";
import { localeOf } from "./locales";

/** What the script tag says. */
export interface Config {
  /** Where the router lives: the script's own origin, or `data-router`. */
  origin: string;
  accent: string;
  locale: Locale;
  position: "left" | "right";
  title: string | null;
}

const ACCENT = "#b8893b";

/** Reads the script tag's settings; what is missing or unusable becomes the default. */
export function readConfig(script: HTMLScriptElement | null, page: Document): Config {
  const data = script?.dataset ?? {};
  const address = data.router || script?.src || page.location.href;
  return {
    origin: originOf(address, page.location.origin),
    accent: /^#[0-9a-f]{6}$/i.test(data.accent ?? "") ? data.accent! : ACCENT,
    locale: localeOf(data.locale, page.documentElement.lang, page.defaultView?.navigator.language),
    position: data.position === "left" ? "left" : "right",
    title: data.title || null,
  };
}

function originOf(address: string, fallback: string): string {
  try {
    const url = new URL(address, fallback);
    return /^https?:$/.test(url.protocol) ? url.origin : fallback;
  } catch {
    return fallback;
  }
}

/** Gives the accent dark enough that white text on it, and it on white, keeps a contrast of 4.5. */
export function strongAccent(accent: string): string {
  let [r, g, b] = channels(accent);
  while (1.05 / (luminance(r, g, b) + 0.05) < 4.6) {
    [r, g, b] = [r * 0.96, g * 0.96, b * 0.96];
  }
  return css([r, g, b]);
}

/** Gives the accent mixed into white, by a share of 0 to 1. */
export function paleAccent(accent: string, share: number): string {
  return css(channels(accent).map((channel) => 255 - (255 - channel) * share));
}

function channels(accent: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16)) as [number, number, number];
}

function css(rgb: number[]): string {
  return `rgb(${rgb.map(Math.round).join(" ")})`;
}

function luminance(...rgb: [number, number, number]): number {
  const [r, g, b] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
