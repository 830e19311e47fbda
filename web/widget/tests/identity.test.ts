import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AnonymousIdentity, SessionRefused, SignedIdentity } from "../identity";

const ORIGIN = "https://chat.test";
const HOUR = 3_600_000;
const signed = { id: "linan", expires: 9_999_999_999, signature: "ab", name: "李楠", tier: "gold" };

let asked: Record<string, unknown>[];
let answers: { status: number; body: unknown }[];

const session = (token: string, holds = HOUR) => ({
  status: 200,
  body: {
    token,
    shopper: "s",
    anonymous: true,
    expires_at: new Date(Date.now() + holds).toISOString(),
  },
});
const refusal = (status: number, code: string) => ({ status, body: { code, detail: "" } });

beforeEach(() => {
  localStorage.clear();
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    asked.push(JSON.parse(init.body as string) as Record<string, unknown>);
    const { status, body } = answers.shift()!;
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("a shopper without a name", () => {
  it("gets a token once and is known again by it", async () => {
    answers = [session("one")];
    expect(await new AnonymousIdentity(ORIGIN, localStorage).token()).toBe("one");
    expect(await new AnonymousIdentity(ORIGIN, localStorage).token()).toBe("one");
    expect(asked).toEqual([{ token: null }]);
  });

  it("renews a token that ends within a minute, giving the old one", async () => {
    answers = [session("one", 30_000), session("two")];
    const identity = new AnonymousIdentity(ORIGIN, localStorage);
    await identity.token();
    expect(await identity.token()).toBe("two");
    expect(asked[1]).toEqual({ token: "one" });
  });

  it("renews on demand", async () => {
    answers = [session("one"), session("two")];
    const identity = new AnonymousIdentity(ORIGIN, localStorage);
    await identity.token();
    expect(await identity.token(true)).toBe("two");
  });

  it("starts anew when the old token is no longer taken", async () => {
    answers = [session("one"), refusal(401, "unauthorized"), session("new")];
    const identity = new AnonymousIdentity(ORIGIN, localStorage);
    await identity.token();
    expect(await identity.token(true)).toBe("new");
    expect(asked[2]).toEqual({});
  });

  it("works without storage", async () => {
    answers = [session("one")];
    const identity = new AnonymousIdentity(ORIGIN, null);
    await identity.token();
    expect(await identity.token()).toBe("one");
  });
});

describe("a shopper the storefront vouches for", () => {
  it("opens a session with the signature", async () => {
    answers = [session("one")];
    expect(await new SignedIdentity(ORIGIN, signed, signed).token()).toBe("one");
    expect(asked).toEqual([{ shopper: signed }]);
  });

  it("asks the storefront again when the session ends", async () => {
    answers = [session("one"), session("two")];
    const source = vi.fn().mockResolvedValue({ ...signed, signature: "newer" });
    const identity = new SignedIdentity(ORIGIN, source, signed);
    await identity.token();
    expect(source).not.toHaveBeenCalled();
    expect(await identity.token(true)).toBe("two");
    expect(asked[1]).toMatchObject({ shopper: { signature: "newer" } });
  });

  it("opens one session for calls at the same time", async () => {
    answers = [session("one")];
    const identity = new SignedIdentity(ORIGIN, signed, signed);
    expect(await Promise.all([identity.token(), identity.token()])).toEqual(["one", "one"]);
  });

  it("is final about a bad signature, and not about a busy router", async () => {
    answers = [refusal(401, "unauthorized"), refusal(503, "unavailable")];
    const identity = new SignedIdentity(ORIGIN, signed, signed);
    await expect(identity.token()).rejects.toMatchObject({ code: "unauthorized", final: true });
    await expect(identity.token()).rejects.toMatchObject({ final: false });
    expect(new SessionRefused("x", true)).toBeInstanceOf(Error);
  });
});
