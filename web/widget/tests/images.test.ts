import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkImage, sniff } from "../images";
import { Stage } from "./stage";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const file = (bytes: number[], type: string, name = "图.png") =>
  new File([new Uint8Array(bytes)], name, { type });

class FakeUpload {
  static answer: { status: number; body: unknown }[] = [];
  static sent: Record<string, string>[] = [];
  upload: { onprogress: ((event: ProgressEvent) => void) | null } = { onprogress: null };
  status = 0;
  responseText = "";
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private headers: Record<string, string> = {};
  open(method: string, address: string): void {
    this.headers.to = `${method} ${address}`;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(): void {
    FakeUpload.sent.push(this.headers);
    this.upload.onprogress?.({ lengthComputable: true, loaded: 5, total: 10 } as ProgressEvent);
    const answer = FakeUpload.answer.shift();
    queueMicrotask(() => {
      if (!answer) return this.onerror?.();
      this.status = answer.status;
      this.responseText = JSON.stringify(answer.body);
      this.onload?.();
    });
  }
}

describe("the check of an image", () => {
  it.each([
    ["png", PNG, "image/png"],
    ["jpeg", [0xff, 0xd8, 0xff, 0xe0], "image/jpeg"],
    ["webp", [..."RIFF----WEBP"].map((c) => c.charCodeAt(0)), "image/webp"],
    ["gif", [..."GIF89a"].map((c) => c.charCodeAt(0)), "image/gif"],
  ])("takes a %s by its first bytes", async (_, bytes, type) => {
    expect(sniff(new Uint8Array(bytes))).toBe(type);
    expect(await checkImage(file(bytes, type), 8_000_000)).toBe(type);
  });

  it("goes by the content when the name promises too much", async () => {
    const text = [..."<svg onload=alert(1)>"].map((c) => c.charCodeAt(0));
    expect(await checkImage(file(text, "image/png"), 8_000_000)).toEqual({ word: "error_type" });
  });

  it.each(["image/svg+xml", "application/pdf", "image/heic"])("refuses %s", async (type) => {
    expect(await checkImage(file(PNG, type), 8_000_000)).toEqual({ word: "error_type" });
  });

  it("refuses an empty file", async () => {
    expect(await checkImage(file([], "image/png"), 8_000_000)).toEqual({ word: "error_type" });
  });

  it("takes 8 MB and refuses one byte more, saying both sizes", async () => {
    const sized = (size: number) =>
      Object.defineProperty(file(PNG, "image/png"), "size", { value: size });
    expect(await checkImage(sized(8_000_000), 8_000_000)).toBe("image/png");
    expect(await checkImage(sized(8_000_001), 8_000_000)).toEqual({
      word: "error_size",
      values: { size: "8.1", limit: 8 },
    });
  });
});

describe("sending an image", () => {
  let stage: Stage;
  let tokens: boolean[];
  beforeEach(() => {
    FakeUpload.answer = [];
    FakeUpload.sent = [];
    tokens = [];
    vi.stubGlobal("XMLHttpRequest", FakeUpload);
    const token = (fresh = false) => {
      tokens.push(fresh);
      return Promise.resolve(fresh ? "fresh" : "token");
    };
    stage = new Stage({ identity: { key: "anonymous", token } });
  });
  afterEach(() => {
    stage.end();
    vi.unstubAllGlobals();
  });
  const uploaded = {
    status: 201,
    body: { upload: "abc123", mime: "image/png", size: 8, width: 1, height: 1 },
  };
  const outgoing = () => stage.chat.outgoing.items[0];

  it("uploads with the token and the true type, then sends it", async () => {
    await stage.begin();
    FakeUpload.answer = [uploaded];
    await stage.chat.showImage(file(PNG, "image/png"));
    expect(FakeUpload.sent).toEqual([
      {
        to: "POST https://chat.test/api/v1/uploads",
        "Content-Type": "image/png",
        Authorization: "Bearer token",
      },
    ]);
    expect(stage.line.of("send_image")).toMatchObject([{ upload: "abc123" }]);
    expect(outgoing()).toMatchObject({ state: "sending", progress: 0.5 });
  });

  it("gets a fresh token when the old one has expired meanwhile", async () => {
    await stage.begin();
    FakeUpload.answer = [{ status: 401, body: { code: "unauthorized", detail: "" } }, uploaded];
    await stage.chat.showImage(file(PNG, "image/png"));
    expect(FakeUpload.sent.at(-1)).toMatchObject({ Authorization: "Bearer fresh" });
    expect(stage.line.of("send_image")).toHaveLength(1);
  });

  it("says what the router has against it", async () => {
    await stage.begin();
    FakeUpload.answer = [{ status: 422, body: { code: "invalid_upload", detail: "图片损坏" } }];
    await stage.chat.showImage(file(PNG, "image/png"));
    expect(outgoing()).toMatchObject({ state: "failed", detail: "图片损坏" });
  });

  it("uploads again when the network was gone", async () => {
    await stage.begin();
    await stage.chat.showImage(file(PNG, "image/png"));
    expect(outgoing()).toMatchObject({ state: "failed" });
    FakeUpload.answer = [uploaded];
    await stage.chat.retry(outgoing()!.clientId);
    expect(stage.line.of("send_image")).toHaveLength(1);
  });

  it("does not even try a file that may not be sent", async () => {
    await stage.begin();
    await stage.chat.showImage(file(PNG, "application/pdf"));
    expect(stage.chat.state.notice).toContain("PNG");
    expect(stage.chat.outgoing.items).toHaveLength(0);
  });
});
