/** The REST calls of the desk. Every failure is a `Refused` with a stable code. */

import type { Login, Problem, QueueCard, StaffView } from "@shared/wire";

/** A refused or failed call; `code` is the router's, or `unreachable`; `body` what it said besides. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly retryAfter: number | null = null,
    readonly body: unknown = null,
  ) {
    super(detail || code);
  }
}

type Method = "GET" | "POST" | "PUT";

/** Asks the router; a form is sent as it is, everything else as JSON. */
export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData || body instanceof Blob;
  const { lang } = document.documentElement;
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": lang || "zh-CN" };
  if (method !== "GET") headers["X-Jieli"] = "1";
  if (body instanceof Blob) headers["Content-Type"] = body.type;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : form ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused("unreachable", "");
  }
  if (!response.ok) throw await refusal(response);
  const text = await response.text();
  try {
    return (text ? JSON.parse(text) : null) as T;
  } catch {
    throw new Refused("unreachable", "");
  }
}

async function refusal(response: Response): Promise<Refused> {
  const after = Number(response.headers.get("Retry-After")) || null;
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (problem.code) return new Refused(problem.code, problem.detail ?? "", after, problem);
  } catch {
    // A proxy answered in its own words.
  }
  if (response.status === 401) return new Refused("unauthorized", "");
  if (response.status === 429) return new Refused("too_many_attempts", "", after);
  return new Refused("unreachable", `HTTP ${response.status}`);
}

/** Opens a staff session; the cookie holds it. */
export const logIn = (login: Login): Promise<StaffView> => call("POST", "/staff/login", login);

/** Ends the staff session. */
export const logOut = (): Promise<null> => call("POST", "/staff/logout");

/** Tells who is logged in; refused with `unauthorized` when nobody is. */
export const whoAmI = (): Promise<StaffView> => call("GET", "/staff/me");

/** Gives resolved conversations, newest first, that were last touched before a moment. */
export async function resolvedConversations(before: string | null): Promise<QueueCard[]> {
  const query = new URLSearchParams({ status: "resolved", ...(before ? { before } : {}) });
  const found = await call<{ conversations: QueueCard[] }>("GET", `/conversations?${query}`);
  return found.conversations;
}

/** Gives the address of an uploaded image. */
export const imageAddress = (id: string): string => `/api/v1/uploads/${encodeURIComponent(id)}`;
