import type { Message, Sender, Status } from "../shared/wire";

/** What the storefront may listen to, and what it hears. */
export interface WidgetEvents {
  ready: Record<string, never>;
  open: Record<string, never>;
  close: Record<string, never>;
  message: { seq: number; sender: Sender; text: string; at: string };
  status: { status: Status; agent_name: string | null };
  unread: { count: number };
}

type Handler<T> = (event: T) => void;

/** Gives a message as the storefront hears of it. */
export function messageEvent(message: Message): WidgetEvents["message"] {
  return { seq: message.seq, sender: message.sender, text: message.body.text, at: message.at };
}

/** Tells the storefront what happens; a handler that throws harms nobody else. */
export class Emitter {
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private isReady = false;

  /** Listens; gives the function that stops listening. `ready` is heard by latecomers too. */
  on<T extends keyof WidgetEvents>(name: T, handler: Handler<WidgetEvents[T]>): () => void {
    const known = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, known.add(handler));
    if (name === "ready" && this.isReady) call(handler as Handler<never>, {});
    return () => known.delete(handler);
  }

  emit<T extends keyof WidgetEvents>(name: T, event: WidgetEvents[T]): void {
    if (name === "ready") this.isReady = true;
    for (const handler of [...(this.handlers.get(name) ?? [])]) call(handler, event);
  }
}

function call(handler: Handler<never>, event: unknown): void {
  try {
    handler(event as never);
  } catch (error) {
    console.error("jieli: a handler of the page failed", error);
  }
}
