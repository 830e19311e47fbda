/** What every move's dialog shares. Pure. */

/** Characters of a summary, and of the reason of a transfer or a hold, as the router takes them. */
export const MAX_WORDS = 500;

/** Tells whether words are more than the router takes. */
export const tooLong = (words: string | null | undefined): boolean => [...(words ?? "")].length > MAX_WORDS;
