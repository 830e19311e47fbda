/** The REST calls of care; failures are `Refused`, as everywhere in the desk. */

import type { AddPromise, AskGrant, CareOverview, CareView, ChangePromise, Grant, GrantAudit, GrantTrail, Promise as Promised, Task } from "@shared/wire";
import { call } from "../state/rest";
import { queryOf, type AuditFilter } from "./audit";

const path = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;

/** Gives what stands beside a conversation. */
export const readCare = (id: string): Promise<CareView> => call("GET", path("conversations", id, "care"));

/** Gives the supervisors' side. */
export const readOverview = (): Promise<CareOverview> => call("GET", "/supervisor/care");

/** Gives a shopper something, or asks a supervisor for it; sending it again is the same grant. */
export const askGrant = (id: string, wanted: AskGrant): Promise<Grant> =>
  call("POST", path("conversations", id, "grants"), wanted);

/** Approves or declines a request. */
export const decideGrant = (id: string, approve: boolean, note = ""): Promise<Grant> =>
  call("POST", path("grants", id, "decision"), { approve, note });

/** Sends a failed grant once more. */
export const retryGrant = (id: string): Promise<Grant> => call("POST", path("grants", id, "retry"));

/** Takes back what has not reached the shopper. */
export const reverseGrant = (id: string, why: string): Promise<Grant> =>
  call("POST", path("grants", id, "reversal"), { why });

/** Notes a promise by hand; sending it again is the same promise. */
export const addPromise = (id: string, wanted: AddPromise): Promise<Promised> =>
  call("POST", path("conversations", id, "promises"), wanted);

/** Lists grants for an audit, newest first. */
export const readAudit = (filter: AuditFilter): Promise<GrantAudit> => call("GET", `/grants?${queryOf(filter)}`);

/** Gives who did what with a grant, when and why. */
export const readTrail = (id: string): Promise<GrantTrail> => call("GET", path("grants", id, "trail"));

/** Marks a promise as kept or as none, or moves it. */
export const changePromise = (id: string, change: Partial<ChangePromise>): Promise<Promised> =>
  call("POST", path("promises", id), change);

/** Takes a recovery task. */
export const takeTask = (id: string): Promise<Task> => call("POST", path("tasks", id, "take"));

/** Closes a recovery task with what came of it. */
export const finishTask = (id: string, outcome: string): Promise<Task> =>
  call("POST", path("tasks", id, "done"), { outcome });
