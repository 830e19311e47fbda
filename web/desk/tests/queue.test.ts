import { describe, expect, it, vi } from "vitest";
import type { DeskEvent } from "@shared/wire";
import { spared } from "../state/activity";
import { arrivalOf } from "../state/arrivals";
import { EMPTY, reduce, type Board } from "../state/board";
import { lacking, mayPick, offersOf, whyNone } from "../state/queue";
import { card, LINA, NOON, welcome } from "./make";

const waiting = card({ id: "conv0001" });
const offered: DeskEvent = {
  type: "handoff.offered",
  offer: { conversation: "conv0001", until: "2026-11-21T12:00:20Z", seconds: 20 },
};

function play(...events: DeskEvent[]): Board {
  return events.reduce((board, event) => reduce(board, event, NOON), EMPTY);
}

describe("offers", () => {
  it("stand for their seconds by this machine's clock, whatever the router's says", () => {
    const board = play(welcome({ queue: [waiting] }), offered);
    expect(offersOf(board, NOON + 19_000).map((o) => o.card.conversation.id)).toEqual(["conv0001"]);
    expect(offersOf(board, NOON + 20_000)).toEqual([]);
  });

  it("are over when they run out, when a colleague takes it and when it leaves", () => {
    const board = play(welcome({ queue: [waiting] }), offered);
    const ends: DeskEvent[] = [
      { type: "offer.ended", conversation: "conv0001", why: "ran_out" },
      { type: "conversation.assigned", card: card({ id: "conv0001", status: "active", epoch: 2 }), agent: "wang" },
      { type: "conversation.left", conversation: { ...waiting.conversation, status: "resolved", epoch: 3 } },
    ];
    for (const end of ends) expect(offersOf(reduce(board, end, NOON), NOON)).toEqual([]);
  });

  it("are there after a reload", () => {
    const offer = { conversation: "conv0001", until: "2026-11-21T12:00:09Z", seconds: 9 };
    const board = play(welcome({ queue: [waiting], offers: [offer] }));
    expect(offersOf(board, NOON + 8_000)).toHaveLength(1);
  });

  it("sound", () => {
    const before = play(welcome({ queue: [waiting] }));
    const after = reduce(before, offered, NOON);
    expect(arrivalOf(before, after, offered, { accepting: null, at: null })?.kind).toBe("offer");
  });
});

describe("why nothing comes to me", () => {
  const needy = card({ id: "conv0002" }, {
    handoff: { ...waiting.handoff!, needs: { ...waiting.handoff!.needs, product_line: "jewellery" } },
  });
  const skilled = { ...LINA, skills: { ...LINA.skills, product_lines: ["apparel"] } };

  it.each([
    ["busy", welcome({ me: { ...LINA, presence: "busy" }, queue: [waiting] }), "not_online"],
    ["full", welcome({ me: { ...LINA, capacity: 0 }, queue: [waiting] }), "full"],
    ["an empty queue", welcome(), "nothing"],
    ["other skills", welcome({ me: skilled, queue: [needy] }), "lacks_skill"],
    ["colleagues are asked", welcome({ queue: [waiting] }), "others"],
  ] as const)("%s", (_name, event, why) => {
    expect(whyNone(play(event), NOON)).toBe(why);
  });

  it("is not said while something is offered", () => {
    expect(whyNone(play(welcome({ queue: [waiting] }), offered), NOON)).toBeNull();
  });

  it("a while of angry shoppers in a row, for those who have not waited too long", () => {
    const angry = card({ id: "conv0003" }, { handoff: { ...waiting.handoff!, mood: 2 } });
    const board = play(welcome({ queue: [angry] }));
    const standing = { staff: "lina", load: 0, capacity: 2, idle: null, angry_streak: 2, angry_cap: 2 };
    const standings = (streak: number) => ({ agents: [{ ...standing, angry_streak: streak }], angry_patience_seconds: 60 });
    expect(whyNone(board, NOON, standings(2))).toBe("angry_cap");
    expect(whyNone(board, NOON + 61_000, standings(2))).toBe("others");
    expect(whyNone(board, NOON, standings(1))).toBe("others");
    expect(whyNone(play(welcome({ queue: [angry, waiting] })), NOON, standings(2))).toBe("others");
  });

  it("names the skill", () => {
    expect(lacking(play(welcome({ me: skilled })), needy)).toEqual(["jewellery"]);
  });
});

it("where picking is off only what is offered may be taken", () => {
  const rules = { hand_out: "offer", pick: false, overtaken_minutes: 30, away_minutes: 10 } as const;
  const board = play(welcome({ queue: [waiting], rules }));
  expect(mayPick(board, waiting)).toBe(false);
  expect(mayPick(reduce(board, offered, NOON), waiting)).toBe(true);
});

it("signs of life are told once in a while, and again when the clock went back", () => {
  const tell = vi.fn();
  const sign = spared(tell, 1_000);
  for (const now of [5_000, 5_900, 6_000, 1_000]) sign(now);
  expect(tell).toHaveBeenCalledTimes(3);
});
