import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../deliveries";
import { HEARTBEAT } from "../heartbeat";
import { StoredOutbox } from "../outbox";
import { ResumingSocket, type SocketOptions, socketAddress, TIMING } from "../socket";
import type { ShopperCommand, ShopperEvent } from "../wire";
import { FakeSocket, fakeSockets } from "./fake-socket";

type Options = SocketOptions<ShopperCommand, ShopperEvent>;

let socket: ResumingSocket<ShopperCommand, ShopperEvent>;

function open(more: Partial<Options> = {}): void {
  socket = new ResumingSocket<ShopperCommand, ShopperEvent>({
    url: () => "ws://shop.test/ws/shopper",
    hello: () => ({ type: "hello", token: "t", after: 0 }),
    readyOn: "resumed",
    makeSocket: fakeSockets(),
    random: () => 1,
    ...more,
  });
  socket.start();
}

async function ready(): Promise<void> {
  await FakeSocket.last.opens();
  FakeSocket.last.hears({ type: "resumed", last_seq: 0 });
}

const said = (id: string, text = "在吗"): ShopperCommand => ({ type: "send", client_id: id, text });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("connecting", () => {
  it("greets first, and is ready once everything missed has arrived", async () => {
    open();
    await FakeSocket.last.opens();
    expect(FakeSocket.last.sent[0]).toMatchObject({ type: "hello", token: "t" });
    expect(socket.phase).toBe("connecting");
    FakeSocket.last.hears({ type: "resumed", last_seq: 3 });
    expect(socket.phase).toBe("ready");
  });

  it("waits longer after each failure, up to the ceiling", () => {
    open();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const made = FakeSocket.made.length;
      FakeSocket.last.closes();
      let waited = 0;
      while (FakeSocket.made.length === made) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("spreads the tries of many clients over half the wait", () => {
    open({ random: () => 0 });
    FakeSocket.last.closes();
    vi.advanceTimersByTime(250);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("comes back at once when the network does", async () => {
    open();
    await ready();
    FakeSocket.last.closes();
    expect(socket.phase).toBe("waiting");
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("comes back at once when the page becomes visible", async () => {
    open();
    await ready();
    FakeSocket.last.closes();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("gives up on a line that opens but never resumes", async () => {
    open();
    await FakeSocket.last.opens();
    vi.advanceTimersByTime(TIMING.open);
    expect(socket.phase).toBe("waiting");
    expect(FakeSocket.made[0]!.closedByClient).toBe(true);
  });

  it("tries again when the hello cannot be made", async () => {
    open({ hello: () => Promise.reject(new Error("no token")) });
    await FakeSocket.last.opens();
    expect(socket.phase).toBe("waiting");
  });

  it("ignores what is not JSON", async () => {
    open();
    await ready();
    FakeSocket.last.onmessage?.({ data: "<html>" });
    expect(socket.phase).toBe("ready");
  });
});

describe("close codes", () => {
  it("resyncs at once on 1013", async () => {
    open();
    await ready();
    FakeSocket.last.closes(1013);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("does not run hot when 1013 comes again and again, even after a resume", async () => {
    open();
    await ready();
    FakeSocket.last.closes(1013);
    await ready();
    FakeSocket.last.closes(1013);
    expect(socket.phase).toBe("waiting");
  });

  it("forgets old failures once a line has lived for a while", async () => {
    open();
    await ready();
    FakeSocket.last.closes(1013);
    await ready();
    vi.advanceTimersByTime(TIMING.good + 1);
    FakeSocket.last.closes(1013);
    expect(FakeSocket.made).toHaveLength(3);
  });

  it("asks for a new token on 4401 and says hello with it", async () => {
    let token = "old";
    const onExpired = () => {
      token = "new";
      return true;
    };
    open({ hello: () => ({ type: "hello", token, after: 0 }), onExpired });
    await ready();
    FakeSocket.last.closes(4401);
    await vi.advanceTimersByTimeAsync(0);
    await FakeSocket.last.opens();
    expect(FakeSocket.last.sent[0]).toMatchObject({ token: "new" });
  });

  it("stops on 4401 when there is no new token to be had", async () => {
    open({ onExpired: () => false });
    await ready();
    FakeSocket.last.closes(4401);
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.phase).toBe("stopped");
    expect(socket.stoppedBy).toBe(4401);
  });

  it("stops for good on 4403", async () => {
    open();
    await ready();
    FakeSocket.last.closes(4403);
    vi.advanceTimersByTime(60_000);
    expect(socket.phase).toBe("stopped");
    expect(FakeSocket.made).toHaveLength(1);
  });

  it("fails the largest frame on 1009 instead of sending it for ever", async () => {
    open();
    const errors: unknown[] = [];
    socket.on("error", (event) => errors.push(event));
    await ready();
    socket.send(said("small-00001"));
    socket.send(said("large-00001", "长".repeat(9_000)));
    FakeSocket.last.closes(1009);
    expect(errors).toMatchObject([{ code: "too_large", client_id: "large-00001" }]);
    vi.advanceTimersByTime(TIMING.firstRetry);
    await ready();
    expect(FakeSocket.last.of("send")).toMatchObject([{ client_id: "small-00001" }]);
  });
});

describe("the outbox", () => {
  it("keeps what is said while away and sends it once resumed", async () => {
    open();
    expect(socket.send(said("message-001"))).toBe(false);
    await FakeSocket.last.opens();
    expect(FakeSocket.last.of("send")).toEqual([]);
    FakeSocket.last.hears({ type: "resumed", last_seq: 0 });
    expect(FakeSocket.last.of("send")).toMatchObject([{ client_id: "message-001" }]);
  });

  it("sends an unacknowledged message again with the same client id", async () => {
    open();
    await ready();
    socket.send(said("message-001"));
    FakeSocket.last.closes();
    vi.advanceTimersByTime(TIMING.firstRetry);
    await ready();
    expect(FakeSocket.last.of("send")).toEqual([
      { type: "send", client_id: "message-001", text: "在吗" },
    ]);
  });

  it.each([
    [
      "an acknowledgement",
      { type: "message.acknowledged", client_id: "message-001", seq: 1, at: "" },
    ],
    [
      "its own message in the replay",
      { type: "message.created", message: { client_id: "message-001" } },
    ],
    ["a refusal", { type: "error", code: "invalid_text", detail: "空", client_id: "message-001" }],
  ])("does not send a message again after %s", async (_, event) => {
    open();
    await ready();
    socket.send(said("message-001"));
    FakeSocket.last.hears(event);
    socket.resync();
    await ready();
    expect(FakeSocket.last.of("send")).toEqual([]);
    expect(socket.pending()).toEqual([]);
  });

  it("does not resend what the replay shows as stored", async () => {
    open();
    await ready();
    socket.send(said("message-001"));
    FakeSocket.last.closes(1013);
    await FakeSocket.last.opens();
    FakeSocket.last.hears({
      type: "message.created",
      message: { client_id: "message-001", seq: 1 },
    });
    FakeSocket.last.hears({ type: "resumed", last_seq: 1 });
    expect(FakeSocket.last.of("send")).toEqual([]);
  });

  it("keeps the order of what was said", async () => {
    open();
    for (const id of ["message-001", "message-002", "message-003"]) socket.send(said(id));
    await ready();
    expect(FakeSocket.last.of("send").map((frame) => frame.client_id)).toEqual([
      "message-001",
      "message-002",
      "message-003",
    ]);
  });

  it("survives a reload of the page", async () => {
    sessionStorage.clear();
    open({ outbox: new StoredOutbox<ShopperCommand>("outbox", sessionStorage) });
    socket.send(said("message-001"));
    socket.stop();
    open({ outbox: new StoredOutbox<ShopperCommand>("outbox", sessionStorage) });
    await ready();
    expect(FakeSocket.last.of("send")).toMatchObject([{ client_id: "message-001" }]);
    FakeSocket.last.hears({ type: "message.acknowledged", client_id: "message-001", seq: 1 });
    expect(sessionStorage.getItem("outbox")).toBeNull();
  });

  it("works where storage is refused or holds nonsense", () => {
    const refusing = {
      getItem: () => "{not json",
      setItem: () => {
        throw new Error("full");
      },
      removeItem: () => {},
    } as unknown as Storage;
    const outbox = new StoredOutbox<ShopperCommand>("outbox", refusing);
    outbox.put("message-001", said("message-001"));
    expect(outbox.all()).toHaveLength(1);
  });

  it("does not trust a live line that never acknowledges, and in the end says so", async () => {
    open();
    const errors: unknown[] = [];
    socket.on("error", (event) => errors.push(event));
    await ready();
    socket.send(said("message-001"));
    for (let attempt = 0; attempt < PATIENCE.silences; attempt++) {
      for (let time = 0; time < PATIENCE.acknowledge; time += 5_000) {
        FakeSocket.last.hears({ type: "pong" });
        vi.advanceTimersByTime(5_000);
      }
      await ready();
    }
    expect(errors).toMatchObject([{ code: "unanswered", client_id: "message-001" }]);
    expect(FakeSocket.made).toHaveLength(PATIENCE.silences + 1);
  });

  it("does not give a message up because many lines were lost", async () => {
    open();
    const errors: unknown[] = [];
    socket.on("error", (event) => errors.push(event));
    socket.send(said("message-001"));
    for (let line = 0; line < 10; line++) {
      await ready();
      expect(FakeSocket.last.of("send")).toHaveLength(1);
      FakeSocket.last.closes();
      vi.advanceTimersToNextTimer();
    }
    expect(errors).toEqual([]);
  });

  it("says when a command without a client id did not go out", async () => {
    open();
    expect(socket.send({ type: "wait_again" })).toBe(false);
    await ready();
    expect(FakeSocket.last.of("wait_again")).toEqual([]);
    expect(socket.send({ type: "wait_again" })).toBe(true);
  });
});

describe("the heartbeat", () => {
  it("pings a quiet line and lives on when answered", async () => {
    open();
    await ready();
    vi.advanceTimersByTime(HEARTBEAT.ping);
    expect(FakeSocket.last.of("ping")).toHaveLength(1);
    FakeSocket.last.hears({ type: "pong" });
    vi.advanceTimersByTime(HEARTBEAT.pong + 1);
    expect(socket.phase).toBe("ready");
  });

  it("takes any frame as a sign of life", async () => {
    open();
    await ready();
    vi.advanceTimersByTime(HEARTBEAT.ping);
    FakeSocket.last.hears({ type: "conversation.typing", conversation: "c", who: "bot" });
    vi.advanceTimersByTime(HEARTBEAT.pong + 1);
    expect(socket.phase).toBe("ready");
  });

  it("leaves a dead line and connects anew", async () => {
    open();
    await ready();
    vi.advanceTimersByTime(HEARTBEAT.ping + HEARTBEAT.pong);
    expect(socket.phase).toBe("waiting");
    vi.advanceTimersByTime(TIMING.firstRetry);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("does not hear a line it has left", async () => {
    open();
    await ready();
    const left = FakeSocket.last;
    const heard: unknown[] = [];
    socket.on("*", (event) => heard.push(event));
    const onmessage = left.onmessage!;
    socket.resync();
    onmessage({ data: '{"type":"pong"}' });
    expect(heard).toEqual([]);
  });
});

it("speaks ws to http and wss to https", () => {
  expect(socketAddress("http://127.0.0.1:8000", "/ws/shopper")).toBe(
    "ws://127.0.0.1:8000/ws/shopper",
  );
  expect(socketAddress("https://chat.test/", "/ws/desk")).toBe("wss://chat.test/ws/desk");
});
