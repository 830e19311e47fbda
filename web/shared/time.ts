/** Times as the pages show them, in the viewer's zone. Every function takes `now` as an argument. */

export type Locale = "zh-CN" | "en";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  locale: Locale,
  key: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const id = `${locale} ${key}`;
  let known = formats.get(id);
  if (!known) formats.set(id, (known = new Intl.DateTimeFormat(locale, options)));
  return known;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** Gives the hour and minute, such as 09:05. */
export function clock(at: Date | string, locale: Locale = "zh-CN"): string {
  return format(locale, "clock", CLOCK).format(new Date(at));
}

/** Gives HH:mm for today, else the day and HH:mm, with the year when it is another one. */
export function moment(at: Date | string, now: Date, locale: Locale = "zh-CN"): string {
  const date = new Date(at);
  if (isSameDay(date, now)) return clock(date, locale);
  return `${day(date, now, locale)} ${clock(date, locale)}`;
}

/** Gives the day for a divider: 今天, 昨天, 11月8日, or with the year when it is another one. */
export function day(at: Date | string, now: Date, locale: Locale = "zh-CN"): string {
  const date = new Date(at);
  if (isSameDay(date, now)) return locale === "en" ? "Today" : "今天";
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (isSameDay(date, yesterday)) return locale === "en" ? "Yesterday" : "昨天";
  if (date.getFullYear() === now.getFullYear()) {
    return format(locale, "day", { month: "short", day: "numeric" }).format(date);
  }
  return format(locale, "year", { year: "numeric", month: "short", day: "numeric" }).format(date);
}

/** Gives a length of time in its two largest units, such as 1小时5分 or 45秒. */
export function duration(seconds: number, locale: Locale = "zh-CN"): string {
  const total = Math.max(0, Math.floor(seconds));
  const units = locale === "en" ? ["d", "h", "m", "s"] : ["天", "小时", "分", "秒"];
  const parts = [
    Math.floor(total / 86_400),
    Math.floor((total % 86_400) / 3_600),
    Math.floor((total % 3_600) / 60),
    total % 60,
  ];
  const first = parts.findIndex((part) => part > 0);
  if (first < 0) return `0${units[3]}`;
  const shown = [first, first + 1].filter((at) => at === first || (at < 4 && parts[at]! > 0));
  return shown.map((at) => `${parts[at]}${units[at]}`).join(locale === "en" ? " " : "");
}

/** Tells whether two moments fall on one day of the viewer's zone. */
export function isSameDay(a: Date | string, b: Date | string): boolean {
  const one = new Date(a);
  const other = new Date(b);
  return (
    one.getFullYear() === other.getFullYear() &&
    one.getMonth() === other.getMonth() &&
    one.getDate() === other.getDate()
  );
}
