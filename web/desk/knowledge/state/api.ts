/** The REST calls of the knowledge console; failures are `Refused`, as everywhere in the desk. */

import type {
  ConsoleView,
  DiffView,
  DraftSaved,
  EntryList,
  EntryPage,
  ImportPreview,
  InboxView,
  MissCommand,
  MissesMoved,
  MissList,
  Moved,
  Publish,
  PublishPlan,
  ReleaseList,
  RevisionView,
  RollBack,
  RunList,
  RunReport,
  RunRow,
  SaveDraft,
  ServingView,
  Tried,
  TryIt,
} from "@shared/wire";
import { call } from "../../state/rest";

const at = encodeURIComponent;

export type Only = "" | "edited" | "dated" | "unpublished";
/** `ready` submits and approves at once. */
export type RevisionStep = "submit" | "approve" | "reject" | "ready";

/** What the list of entries is narrowed to. */
export interface EntryFilter {
  query: string;
  category: string;
  only: Only;
}

/** What the list of misses is narrowed to. */
export interface MissFilter {
  state?: "open" | "cured" | "dismissed";
  entry?: string;
  ids?: readonly string[];
  limit?: number;
  offset?: number;
}

function query(values: Record<string, string | number | undefined>): string {
  const filled = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}

export const readConsole = (): Promise<ConsoleView> => call("GET", "/kb");

export const listEntries = (filter: EntryFilter): Promise<EntryList> =>
  call("GET", `/kb/entries${query({ ...filter })}`);

export const readEntry = (key: string): Promise<EntryPage> => call("GET", `/kb/entries/${at(key)}`);

export const saveDraft = (key: string, draft: SaveDraft): Promise<DraftSaved> =>
  call("PUT", `/kb/entries/${at(key)}/draft`, draft);

export const moveRevision = (
  key: string,
  number: number,
  step: RevisionStep,
  reason = "",
): Promise<RevisionView> =>
  call("POST", `/kb/entries/${at(key)}/revisions/${number}/${step}`, { reason });

export const readPlan = (): Promise<PublishPlan> => call("GET", "/kb/publish");
export const publish = (wanted: Publish): Promise<Moved> => call("POST", "/kb/publish", wanted);
export const rollBack = (wanted: RollBack): Promise<Moved> => call("POST", "/kb/roll_back", wanted);

export const listReleases = (): Promise<ReleaseList> => call("GET", "/kb/releases");

export const readDiff = (release: number, against: number | null): Promise<DiffView> =>
  call("GET", `/kb/releases/${release}/diff${query({ against: against ?? undefined })}`);

export const readInbox = (): Promise<InboxView> => call("GET", "/kb/inbox");

export const listMisses = ({ ids, ...rest }: MissFilter): Promise<MissList> =>
  call("GET", `/kb/misses${query({ ...rest, ids: ids?.join(",") })}`);

export const moveMisses = (command: MissCommand): Promise<MissesMoved> =>
  call("POST", "/kb/misses", command);

export const listRuns = (): Promise<RunList> => call("GET", "/kb/runs");
export const startRun = (): Promise<RunRow> => call("POST", "/kb/runs", {});
export const readReport = (run: string): Promise<RunReport> => call("GET", `/kb/runs/${at(run)}/report`);

export const wantModel = (model: string | null): Promise<ServingView> =>
  call("POST", "/kb/model", { model });

export const tryIt = (wanted: TryIt): Promise<Tried> => call("POST", "/kb/try", wanted);

/** Previews a file, or saves what it holds; whatever the file lacks stays unless `removeMissing`. */
export function importFile(file: File, removeMissing: boolean, apply: boolean): Promise<ImportPreview> {
  const form = new FormData();
  form.set("file", file);
  form.set("remove_missing", String(removeMissing));
  form.set("apply", String(apply));
  return call("POST", "/kb/import", form);
}

/** Gives the address of a download of all approved entries. */
export const exportAddress = (ending: "xlsx" | "yaml"): string => `/api/v1/kb/export.${ending}`;
