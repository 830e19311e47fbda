/** The calls of what helps an agent write. */

import type {
  CannedList,
  CannedView,
  SaveCanned,
  Suggestions,
  Uploaded,
} from "@shared/wire";
import { call } from "./rest";

const at = (id: string): string => `/canned/${encodeURIComponent(id)}`;

/** Gives canned responses, or those that fit. */
export const findCanned = (query = ""): Promise<CannedList> =>
  call("GET", `/canned?${new URLSearchParams({ q: query })}`);

/** Keeps a text, a new one without an id. */
export const saveCanned = (id: string | null, text: SaveCanned): Promise<CannedView> =>
  id === null ? call("POST", "/canned", text) : call("PUT", at(id), text);

/** Removes a text as it was last seen. */
export const removeCanned = (id: string, revision: number): Promise<null> =>
  call("POST", `${at(id)}/removal?revision=${revision}`);

/** Gives what the knowledge base would answer to the shopper's last message. */
export const suggestionsFor = (conversation: string): Promise<Suggestions> =>
  call("GET", `/conversations/${encodeURIComponent(conversation)}/suggestions`);

/** Uploads an image of the agent's. */
export const uploadImage = (file: Blob): Promise<Uploaded> => call("POST", "/staff/uploads", file);
