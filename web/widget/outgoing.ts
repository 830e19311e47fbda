import { reactive, shallowReactive } from "vue";
import type {
  Choose,
  LeaveMessage,
  RequestCallback,
  RequestHuman,
  Send,
  SendImage,
  ShopperCommand,
} from "../shared/wire";

/** A command that makes a message, known by its client id. */
export type MessageCommand = Send | Choose | SendImage | RequestHuman | LeaveMessage | RequestCallback;

/** A message of the shopper that the router has not sent back yet. */
export interface Outgoing {
  clientId: string;
  text: string;
  at: string;
  state: "uploading" | "sending" | "sent" | "failed";
  detail: string;
  /** Share of the image that has gone out, 0 to 1. */
  progress: number;
  /** The last seq of the thread when it was said; where it stays when it fails. */
  after: number;
}

/** What the shopper has said and the thread does not show yet, oldest first. */
export class OutgoingList {
  readonly items = reactive<Outgoing[]>([]);
  /** Pictures sent from this tab, by client id, so that they need not be fetched back. */
  readonly pictures = shallowReactive(new Map<string, string>());
  /** The picture files that may have to be uploaded again. */
  readonly files = new Map<string, File>();
  /** The last seq of the thread. */
  lastSeq: () => number = () => 0;
  private readonly frames = new Map<string, MessageCommand>();

  /** Shows a command as being sent. */
  add(frame: MessageCommand, at: Date): void {
    if (frame.type === "request_human" || frame.type === "request_callback") return;
    this.frames.set(frame.client_id, frame);
    const known = this.find(frame.client_id);
    if (known) {
      known.state = "sending";
      return;
    }
    const text = "text" in frame ? frame.text : frame.type === "choose" ? frame.title : "";
    this.items.push(this.fresh(frame.client_id, text, at));
  }

  /** Shows a picture as being uploaded. */
  addPicture(clientId: string, file: File, at: Date): void {
    this.files.set(clientId, file);
    this.pictures.set(clientId, URL.createObjectURL(file));
    this.items.push({ ...this.fresh(clientId, "", at), state: "uploading" });
  }

  find(clientId: string): Outgoing | undefined {
    return this.items.find((one) => one.clientId === clientId);
  }

  /** Gives the command behind a message, for sending it again. */
  frame(clientId: string): ShopperCommand | undefined {
    return this.frames.get(clientId);
  }

  /** Marks a message as not sent, saying why. */
  fail(clientId: string, detail: string): void {
    const one = this.find(clientId);
    if (one) Object.assign(one, { state: "failed", detail });
  }

  /** Forgets a message: it is in the thread now, or the shopper dropped it. */
  remove(clientId: string): void {
    this.frames.delete(clientId);
    this.files.delete(clientId);
    const at = this.items.findIndex((one) => one.clientId === clientId);
    if (at >= 0) this.items.splice(at, 1);
  }

  dispose(): void {
    for (const address of this.pictures.values()) URL.revokeObjectURL(address);
  }

  private fresh(clientId: string, text: string, at: Date): Outgoing {
    return {
      clientId,
      text,
      at: at.toISOString(),
      state: "sending",
      detail: "",
      progress: 0,
      after: this.lastSeq(),
    };
  }
}
