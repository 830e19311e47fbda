import { expect, it } from "vitest";
import { newClientId } from "../ids";
import { SeqLine } from "../thread";

function live(last: number): SeqLine {
  const line = new SeqLine();
  line.resumed(last);
  return line;
}

it("follows messages that come in order", () => {
  const line = live(2);
  expect([3, 4, 5].map((seq) => line.arrive(seq))).toEqual(["next", "next", "next"]);
  expect(line.contiguous).toBe(5);
});

it("knows a message it has seen", () => {
  expect(live(4).arrive(4)).toBe("known");
});

it("sees a gap, and does not move over it", () => {
  const line = live(2);
  expect(line.arrive(5)).toBe("gap");
  expect(line.contiguous).toBe(2);
});

it("takes holes in a replay for notes that only staff may read", () => {
  const line = live(2);
  line.replay();
  expect([3, 6].map((seq) => line.arrive(seq))).toEqual(["next", "next"]);
  line.resumed(7);
  expect(line.arrive(8)).toBe("next");
});

it("makes client ids the router takes, each another", () => {
  const ids = Array.from({ length: 500 }, () => newClientId());
  expect(new Set(ids).size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
});
