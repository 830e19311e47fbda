import type { Problem, Uploaded } from "../shared/wire";
import type { Identity } from "./identity";
import type { Word } from "./locales";

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** What is wrong with a file, in the shopper's words. */
export interface Fault {
  word: Word;
  values?: Record<string, string | number>;
}

/** Gives the type of an image by its first bytes, or null when it is none that may be sent. */
export function sniff(head: Uint8Array): string | null {
  const at = (from: number, text: string) =>
    [...text].every((char, i) => head[from + i] === char.charCodeAt(0));
  if (head[0] === 0x89 && at(1, "PNG")) return "image/png";
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (at(0, "RIFF") && at(8, "WEBP")) return "image/webp";
  if (at(0, "GIF8")) return "image/gif";
  return null;
}

/** Gives the type of a file that may be sent, or what is wrong with it. */
export async function checkImage(file: Blob, limit: number): Promise<string | Fault> {
  if (file.type && !IMAGE_TYPES.includes(file.type)) return { word: "error_type" };
  if (file.size > limit) {
    const size = (Math.ceil(file.size / 100_000) / 10).toFixed(1);
    return { word: "error_size", values: { size, limit: Math.floor(limit / 1_000_000) } };
  }
  const type = sniff(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  return type ?? { word: "error_type" };
}

/** An upload was refused, or did not get through when `status` is 0. */
export class UploadFailed extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** Uploads an image as a shopper, with a fresh token when the router wants one. */
export async function uploadAs(
  identity: Identity,
  origin: string,
  file: Blob,
  type: string,
  progress: (share: number) => void,
): Promise<Uploaded> {
  const address = `${origin}/api/v1/uploads`;
  const token = await identity.token();
  return upload(address, token, file, type, progress).catch(async (error: unknown) => {
    if (!(error instanceof UploadFailed) || error.status !== 401) throw error;
    return upload(address, await identity.token(true), file, type, progress);
  });
}

function upload(
  address: string,
  token: string,
  file: Blob,
  type: string,
  progress: (share: number) => void,
): Promise<Uploaded> {
  // fetch cannot tell how much of a body has gone out.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", address);
    request.setRequestHeader("Content-Type", type);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.timeout = 120_000;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300 && body && "upload" in body) resolve(body);
      else reject(new UploadFailed(request.status, (body as Problem | null)?.detail ?? ""));
    };
    request.onerror = request.ontimeout = () => reject(new UploadFailed(0, ""));
    request.send(file);
  });
}

function parsed(text: string): Uploaded | Problem | null {
  try {
    return JSON.parse(text) as Uploaded | Problem;
  } catch {
    return null;
  }
}
