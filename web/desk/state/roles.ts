/** Which pages of the desk a member of staff works on; an admin works on all. Pure. */

import type { StaffView } from "@shared/wire";

type Roles = Pick<StaffView, "roles">;

const holds = (me: Roles | null, roles: readonly string[]): boolean =>
  me?.roles.some((role) => role === "admin" || roles.includes(role)) ?? false;

/** Whoever may take conversations over. */
export const worksAtDesk = (me: Roles | null): boolean => holds(me, ["agent"]);

/** Tells whether somebody is at the desk, though perhaps busy. */
export const isThere = (one: Pick<StaffView, "presence">): boolean =>
  one.presence === "online" || one.presence === "busy";

/** Whoever watches over the whole desk. */
export const supervises = (me: Roles | null): boolean => holds(me, ["supervisor"]);

/** Whoever may see the knowledge base; supervisors only read. */
export const seesKnowledge = (me: Roles | null): boolean => holds(me, ["editor", "supervisor"]);

/** Whoever may change the knowledge base. */
export const editsKnowledge = (me: Roles | null): boolean => holds(me, ["editor"]);
