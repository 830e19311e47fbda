/** Tells whether each of some words is in one of the texts; no words are in all. Pure. */
export function found(words: string, ...texts: readonly string[]): boolean {
  const whole = texts.join("\n").toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}
