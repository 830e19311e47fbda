import type { OpenShopperSession, Problem, ShopperSession, SignedShopper } from "../shared/wire";

export type { SignedShopper };

/** The storefront's word for who the shopper is, or a function that fetches a fresh one. */
export type SignedSource = SignedShopper | (() => SignedShopper | Promise<SignedShopper>);

/** Who the shopper is to the router: gives tokens that hold for at least another minute. */
export interface Identity {
  /** Names this identity in this browser; never sent. */
  readonly key: string;
  /** Gives a token, opening a session when there is none or `fresh` is asked for. */
  token(fresh?: boolean): Promise<string>;
}

/** A session could not be opened; `final` when trying again cannot help. */
export class SessionRefused extends Error {
  constructor(
    readonly code: string,
    readonly final: boolean,
  ) {
    super(code);
  }
}

const MARGIN = 60_000;

/** A shopper without a name, known again by the token kept in this browser. */
export class AnonymousIdentity implements Identity {
  readonly key = "anonymous";

  constructor(
    private readonly origin: string,
    private readonly storage: Storage | null,
  ) {}

  async token(fresh = false): Promise<string> {
    const stale = fresh ? this.stored()?.token : undefined;
    return alone(async () => {
      const stored = this.stored();
      // Another tab may have renewed it while this one waited.
      if (stored && holds(stored) && stored.token !== stale) return stored.token;
      const session = await openSession(this.origin, { token: stored?.token ?? null });
      try {
        this.storage?.setItem(this.place, JSON.stringify(session));
      } catch {
        this.memory = session;
      }
      if (!this.storage) this.memory = session;
      return session.token;
    });
  }

  private memory: ShopperSession | null = null;

  private get place(): string {
    return `jieli:${this.origin}:anonymous`;
  }

  private stored(): ShopperSession | null {
    if (this.memory) return this.memory;
    try {
      const session = JSON.parse(this.storage?.getItem(this.place) ?? "null") as ShopperSession;
      return typeof session?.token === "string" ? session : null;
    } catch {
      return null;
    }
  }
}

/** A shopper the storefront vouches for. */
export class SignedIdentity implements Identity {
  readonly key: string;
  private session: ShopperSession | null = null;
  private opening: Promise<ShopperSession> | null = null;
  private signed: SignedShopper | null;

  constructor(
    private readonly origin: string,
    private source: SignedSource,
    signed: SignedShopper,
  ) {
    this.key = `shopper:${signed.id}`;
    this.signed = signed;
  }

  /** Tells whether this is the shopper of an id. */
  is(id: string): boolean {
    return this.key === `shopper:${id}`;
  }

  /** Takes a newer word of the storefront on the same shopper. */
  refresh(source: SignedSource, signed: SignedShopper): void {
    this.source = source;
    this.signed = signed;
  }

  async token(fresh = false): Promise<string> {
    if (!fresh && this.session && holds(this.session)) return this.session.token;
    this.opening ??= this.open().finally(() => (this.opening = null));
    this.session = await this.opening;
    return this.session.token;
  }

  private async open(): Promise<ShopperSession> {
    const { source } = this;
    // What was fetched to learn the id is good for one session; later ones ask again.
    const asked = typeof source === "function" ? (this.signed ?? (await source())) : source;
    if (typeof source === "function") this.signed = null;
    return openSession(this.origin, { shopper: asked });
  }
}

function holds(session: ShopperSession): boolean {
  return new Date(session.expires_at).getTime() - Date.now() > MARGIN;
}

async function openSession(origin: string, body: OpenShopperSession): Promise<ShopperSession> {
  const answer = await fetch(`${origin}/api/v1/shopper/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok) return (await answer.json()) as ShopperSession;
  const problem = (await answer.json().catch(() => null)) as Problem | null;
  const final = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  // A token that is no longer taken costs its holder the thread, not the chat.
  if (body.token && final) return openSession(origin, {});
  throw new SessionRefused(problem?.code ?? "", final);
}

// Two tabs that open at once must not become two shoppers.
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  return (await navigator.locks.request("jieli:session", work)) as T;
}
