/** A stretch of text, or a link in it. */
export interface Part {
  text: string;
  href?: string;
}

const LINK = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》“”‘’\u3000]+/gi;
const TAIL = /[.,;:!?)\]}]+$/;

/** Splits a text into plain stretches and http(s) links; nothing in it is ever markup. */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimTail(match[0]);
    if (!safeLink(link)) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: link, href: link });
    from = match.index + link.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

function trimTail(link: string): string {
  const tail = TAIL.exec(link)?.[0] ?? "";
  // A closing bracket belongs to the link when its opening one does.
  if (tail.startsWith(")") && link.includes("("))
    return link.slice(0, link.length - tail.length + 1);
  return link.slice(0, link.length - tail.length);
}

/** Gives a link only when it leads to the web, else null. */
export function safeLink(link: string | null | undefined): string | null {
  try {
    const url = new URL(link ?? "");
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
