/** Canned responses: what is searched for after a slash, and what is filled in. Pure. */

import type { Brief, QueueCard, StaffView } from "@shared/wire";

export type Values = Readonly<Record<string, string>>;

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Gives what is searched for when a text is a slash and a word; null when it is none. */
export function slashOf(text: string): string | null {
  const found = /^\/([^\s/]{0,30})$/u.exec(text);
  return found ? (found[1] ?? "") : null;
}

/** Gives what is known of a conversation under the names texts use; what is unknown is left out. */
export function valuesOf(
  card: QueueCard | undefined,
  brief: Brief | undefined,
  me: StaffView | null,
  said: { tier: (tier: string) => string; state: (state: string) => string; store: string },
): Values {
  const order = brief?.orders[0];
  const given: Record<string, string | null | undefined> = {
    shopper: card?.shopper_name,
    agent: me?.name,
    tier: card && !brief?.anonymous ? said.tier(card.tier) : null,
    order: order?.number,
    item: order?.items[0]?.title,
    state: order ? said.state(order.state) : null,
    carrier: order?.carrier,
    tracking: order?.tracking,
    store: order && order.store !== "online" ? order.store : said.store,
  };
  return Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => !!pair[1]));
}

/** Fills a text in; what is not known stays open, to be seen. */
export function filled(text: string, values: Values): string {
  return text.replace(PLACE, (place, name: string) => values[name] ?? place);
}

/** Names what a text leaves open, each once. */
export function openPlaces(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((found) => found[0]))];
}
