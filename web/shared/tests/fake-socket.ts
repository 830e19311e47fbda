import type { Tagged } from "../socket";

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closedByClient = false;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  static get last(): FakeSocket {
    return FakeSocket.made.at(-1)!;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.closedByClient = true;
  }

  /** The line stands. */
  async opens(): Promise<void> {
    this.readyState = 1;
    this.onopen?.();
    // The hello may wait for a token.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  /** The router says something. */
  hears(event: Tagged & Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }

  /** The router or the network closes the line. */
  closes(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  /** The frames of one type the client has sent. */
  of(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** Makes sockets the tests can hold on to. */
export function fakeSockets(): (url: string) => WebSocket {
  FakeSocket.made = [];
  return (url) => new FakeSocket(url) as unknown as WebSocket;
}
