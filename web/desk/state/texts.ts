import { useI18n } from "vue-i18n";
import { clock, day, moment, type Locale } from "@shared/time";
import type { QueueCard } from "@shared/wire";

/** Gives the texts of the page in the agent's language, and times as the page shows them. */
export function useTexts() {
  const { t, te, locale } = useI18n();

  /** Gives the text of a value from an open set, or the value itself where there is none. */
  function label(group: string, value: string | number): string {
    const key = `${group}.${value}`;
    return te(key, "zh-CN") ? t(key) : String(value);
  }

  /** Tells in the agent's words why something was refused. */
  function errorText(code: string, detail: string): string {
    if (te(`error.${code}`, "zh-CN")) return t(`error.${code}`);
    return t("error.other", { detail: detail || code });
  }

  function nameOf(who: Pick<QueueCard, "shopper" | "shopper_name">): string {
    return who.shopper_name || `${t("shopper.anonymous")} ${who.shopper.slice(-4)}`;
  }

  const spoken = (): Locale => locale.value as Locale;
  return {
    t,
    locale,
    label,
    errorText,
    nameOf,
    clockOf: (at: string): string => clock(at, spoken()),
    dayOf: (at: string, now: number): string => day(at, new Date(now), spoken()),
    momentOf: (at: string, now: number): string => moment(at, new Date(now), spoken()),
  };
}
