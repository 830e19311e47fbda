import { createI18n } from "vue-i18n";
import type { Locale } from "@shared/time";
import { keep, kept } from "../state/keep";
import { en } from "./en";
import { zhCN } from "./zh-CN";

/** Gives the language this browser chose before, or the one it asks for; Chinese otherwise. */
export function firstLocale(languages: readonly string[] = navigator.languages): Locale {
  const before = kept<string>("locale", "");
  if (before === "zh-CN" || before === "en") return before;
  const wanted = languages.find((language) => /^(zh|en)/i.test(language));
  return wanted && /^en/i.test(wanted) ? "en" : "zh-CN";
}

/** Makes the translations; messages are read by vue-i18n's interpreter, which needs no eval. */
export function makeI18n(locale: Locale = firstLocale()) {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: "zh-CN",
    messages: { "zh-CN": zhCN, en },
  });
}

export const i18n = makeI18n();

/** Changes the language of the whole desk and remembers it. */
export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
  keep("locale", locale);
  document.documentElement.lang = locale;
}
