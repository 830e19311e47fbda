import type { queueZhCN } from "./queue.zh-CN";

export const queueEn: typeof queueZhCN = {
  offered: "Your turn: {name}",
  left: "{n} s",
  pass: "Pass",
  bound: "Priority is a head start: nobody who comes more than {n} minutes later goes first.",
  mode: {
    offer: "Offered in order",
    auto: "Assigned at once",
    none: "Take it yourself",
    noPick: "no picking",
  },
  why: {
    not_online: "You are not online: nothing is offered to you.",
    full: "You are full: finish one first.",
    lacks_skill: "Nobody waiting needs what you can.",
    angry_cap: "You had several angry shoppers in a row; these go to others first.",
    others: "Colleagues are being asked.",
  },
};
