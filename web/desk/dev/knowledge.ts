/** Answers /api/v1/kb from memory, for work on the console alone and for its tests. A dev tool. */

import type {
  ConsoleView, DiffView, EntryBody, EntryPage, EntryRow, FindingView, MissCommand, MissView,
  PublishPlan, ReleaseRow, RevisionView, RunRow, SaveDraft, TryIt,
} from "@shared/wire";
import { copy, repeated, same, usableWordings } from "../knowledge/state/entry.ts";
import { ago, clustersOf, entries, misses, report, tried, VOCABULARY } from "./knowledge-scenes.ts";

const PHASES = ["snapshot", "export", "train", "load", "gate", "promote", "prove"];

export interface Answer {
  status: number;
  body: unknown;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const problem = (status: number, code: string, detail = code): Answer => ({ status, body: { code, detail } });

/** One knowledge base; `who` is the login that acts. */
export class KnowledgeStage {
  who = "zhaomin";
  /** How long a phase of a run takes, in milliseconds. */
  phaseMs = 1_500;
  /** Whether the gate refuses the next candidate. */
  gateRefuses = false;
  /** Every PUT that came, for tests. */
  readonly puts: SaveDraft[] = [];
  private readonly revisions = new Map<string, RevisionView[]>();
  private readonly releases: { row: ReleaseRow; held: Map<string, EntryBody> }[] = [];
  private misses: MissView[];
  private runs: RunRow[] = [];
  private number = 0;
  private live = 0;
  private model = "m-20261121-0330";
  private former: string | null = "m-20261120-0330";

  constructor(empty = false) {
    this.misses = empty ? [] : misses();
    if (empty) return;
    for (const entry of entries()) this.approve(this.add(entry, null));
    this.release("导入演示知识库");
    this.releases[0]!.row.models = ["m-20261120-0330", this.model];
    this.runs.push(this.ended(this.newRun("nightly", "nightly"), "promoted"));
  }

  answer(method: string, path: string, query: URLSearchParams, body: unknown): Answer {
    const [, what = "", key = "", more = "", number = "", step = ""] = path.split("/").map(decodeURIComponent);
    const route = `${method} ${what}`;
    if (what === "entries" && key) {
      if (method === "GET") return this.page(key);
      if (more === "draft") return this.save(key, body as SaveDraft);
      return this.move(key, Number(number), step, (body as { reason: string }).reason);
    }
    if (what === "releases" && key) return this.between(Number(key), query.get("against"));
    if (what === "runs" && more === "report") return this.report(key);
    switch (route) {
      case "GET ": return ok(this.console());
      case "GET entries": return ok(this.list(query));
      case "GET publish": return ok(this.plan());
      case "POST publish": return this.publish(body as { note: string; live: number | null; retrain: boolean });
      case "POST roll_back": return this.rollBack(body as { release: number | null });
      case "GET releases": return ok({ releases: this.releases.map((one) => this.row(one.row)).reverse() });
      case "GET inbox": return ok(this.inbox());
      case "GET misses": return ok(this.missList(query));
      case "POST misses": return this.act(body as MissCommand);
      case "GET runs": this.advance(); return ok({ runs: [...this.runs].reverse() });
      case "POST runs": return this.start("console");
      case "POST model": return this.serve();
      case "POST try": return this.try(body as TryIt);
      case "POST import": return ok({ diff: { added: [], changed: [], removed: [] }, problems: [{ where: "kb.xlsx:phrasings!B3", what: "这个说法属于另一个条目 return_policy", hint: "删掉其中一处。" }], applied: false });
    }
    return problem(404, "not_found", path);
  }

  /** Lets a colleague change an entry, for conflicts. */
  colleague(key: string, change: (entry: EntryBody) => void): void {
    const newest = this.newest(key)!;
    const entry = copy(newest.entry);
    change(entry);
    this.add(entry, newest.number, "wangqiang");
  }

  missesOf(entry: string): MissView[] {
    return this.misses.filter((miss) => miss.intended === entry);
  }

  private add(entry: EntryBody, base: number | null, author = this.who, removal = false): RevisionView {
    const revision: RevisionView = {
      number: ++this.number, author, at: new Date().toISOString(), reason: "", state: "draft", removal, base,
      entry: copy(entry), moves: [], releases: [], live: false,
    };
    this.revisions.set(entry.key, [revision, ...(this.revisions.get(entry.key) ?? [])]);
    return revision;
  }

  private approve(revision: RevisionView): void {
    revision.state = "approved";
  }

  private newest(key: string): RevisionView | undefined {
    return this.revisions.get(key)?.find((one) => one.state !== "rejected");
  }

  private approved(key: string): RevisionView | undefined {
    return this.revisions.get(key)?.find((one) => one.state === "approved");
  }

  private head(): Map<string, EntryBody> {
    const found = [...this.revisions.keys()].flatMap((key) => {
      const revision = this.approved(key);
      return revision && !revision.removal ? [[key, revision.entry] as const] : [];
    });
    return new Map(found);
  }

  private served(): Map<string, EntryBody> {
    return this.releases.find((one) => one.row.number === this.live)?.held ?? new Map();
  }

  private page(key: string): Answer {
    const current = this.newest(key);
    if (!current) return problem(404, "unknown_entry", `没有条目 ${key}`);
    const mine = this.missesOf(key);
    const page: EntryPage = {
      key, current, approved: this.approved(key) ?? null, live: this.revisions.get(key)?.find((one) => one.live) ?? null,
      history: this.revisions.get(key) ?? [], findings: this.findings(current.entry),
      misses_open: mine.filter((one) => one.state === "open").length, misses_cured: mine.filter((one) => one.state === "cured").length,
    };
    return ok(page);
  }

  private save(key: string, wanted: SaveDraft): Answer {
    this.puts.push(copy(wanted));
    const newest = this.newest(key);
    if (newest && newest.number !== wanted.base && newest.author !== this.who) {
      const clashes = newest.entry.title !== wanted.entry.title ? [{ field: "title", mine: wanted.entry.title, theirs: newest.entry.title }] : [];
      const phrasings = [...new Set([...wanted.entry.phrasings, ...newest.entry.phrasings])];
      return { status: 409, body: { code: "edit_conflict", detail: "有人先保存了", newer: newest, merged: { ...wanted.entry, phrasings }, clashes } };
    }
    const revision = this.add(wanted.entry, wanted.base, this.who, wanted.removal);
    return ok({ revision, findings: this.findings(wanted.entry) });
  }

  private findings(entry: EntryBody): FindingView[] {
    const found: FindingView[] = [];
    const error = (field: string, what: string, hint: string): void => void found.push({ level: "error", field, what, hint, stray: null });
    for (const index of repeated(entry.phrasings)) error(`phrasings[${index}]`, "写了两次", "删掉一处。");
    entry.phrasings.forEach((phrasing, position) => {
      if ([...phrasing].length < 2) error(`phrasings[${position}]`, "太短", "至少两个字。");
      if (/退款/.test(phrasing) && entry.key !== "refund_arrival") {
        found.push({
          level: "warning", field: `phrasings[${position}]`, what: "离另一个条目更近", hint: "移过去，或写得更明确。",
          stray: { position, phrasing, own_similarity: 0.31, own_wording: entry.phrasings[0] ?? "", other: "refund_arrival", other_title: "退款多久到账", other_similarity: 0.58, other_wording: "退款几天到", margin: 0.27 },
        });
      }
    });
    if (entry.phrasings.length === 0) error("phrasings", "没有说法", "至少写一个顾客会怎么问。");
    if (!entry.answers.some((answer) => answer.text.trim())) error("answers[0].text", "答案是空的", "写上答案。");
    return found;
  }

  private move(key: string, number: number, step: string, reason: string): Answer {
    const revision = this.revisions.get(key)?.find((one) => one.number === number);
    if (!revision) return problem(404, "not_found");
    const errors = this.findings(revision.entry).filter((one) => one.level === "error");
    if (step !== "reject" && errors.length > 0 && !revision.removal) return problem(422, "invalid_entry", `${errors[0]!.field}: ${errors[0]!.what}`);
    revision.state = step === "submit" ? "in_review" : step === "approve" || step === "ready" ? "approved" : "rejected";
    revision.moves.push({ state: revision.state, author: this.who, at: new Date().toISOString(), reason });
    return ok(revision);
  }

  private list(query: URLSearchParams): { entries: EntryRow[]; total: number } {
    const live = this.served();
    const wanted = (query.get("query") ?? "").toLowerCase();
    const rows = [...this.revisions.keys()].flatMap((key): EntryRow[] => {
      const { entry, author, state, removal } = this.newest(key) ?? this.revisions.get(key)![0]!;
      const found = [entry.title, entry.key, ...entry.phrasings].find((line) => line.toLowerCase().includes(wanted));
      const head = this.approved(key);
      const before = live.get(key);
      const ended = entry.valid_until !== null && entry.valid_until < ago(0).slice(0, 10);
      const due = entry.review_on !== null && entry.review_on < ago(0).slice(0, 10);
      const row: EntryRow = {
        key, title: entry.title, category: entry.category, phrasings: entry.phrasings.length, human_only: entry.human_only, owner: entry.owner,
        state: head?.removal ? "removed" : !before ? "new" : same(before, head?.entry) ? "live" : "changed",
        edit: state === "draft" || state === "in_review" ? state : null, edit_by: state === "draft" || state === "in_review" ? author : null,
        dated: ended ? "ended" : due ? "review_due" : null, found: wanted ? (found ?? null) : null,
      };
      if (wanted && !found) return [];
      if (query.get("category") && entry.category !== query.get("category")) return [];
      const only = query.get("only");
      if (only === "edited" && !removal && !row.edit) return [];
      if (only === "dated" && !row.dated) return [];
      return only === "unpublished" && row.state === "live" ? [] : [row];
    });
    return { entries: rows, total: rows.length };
  }

  private diff(before: Map<string, EntryBody>, after: Map<string, EntryBody>): DiffView {
    const both = [...after.keys()].filter((key) => before.has(key) && !same(before.get(key), after.get(key)));
    const lines = (was: string[], is: string[]) => ({ added: is.filter((one) => !was.includes(one)), removed: was.filter((one) => !is.includes(one)) });
    return {
      added: [...after.values()].filter((entry) => !before.has(entry.key)),
      removed: [...before.values()].filter((entry) => !after.has(entry.key)),
      changed: both.map((key) => {
        const [was, is] = [before.get(key)!, after.get(key)!];
        const conditions = [...new Set([...was.answers, ...is.answers].map((one) => JSON.stringify(one.condition)))];
        return {
          key, title: is.title,
          fields: was.title === is.title ? [] : [{ name: "title", before: was.title, after: is.title }],
          phrasings: lines(was.phrasings, is.phrasings), negative_phrasings: lines(was.negative_phrasings, is.negative_phrasings),
          answers: conditions.flatMap((condition) => {
            const of = (entry: EntryBody) => entry.answers.find((one) => JSON.stringify(one.condition) === condition) ?? null;
            return same(of(was), of(is)) ? [] : [{ condition: condition.includes('["') ? "会员：金卡" : "", before: of(was), after: of(is) }];
          }),
        };
      }),
    };
  }

  private plan(): PublishPlan {
    const diff = this.diff(this.served(), this.head());
    const changed = diff.added.length + diff.changed.length + diff.removed.length;
    const none = { code: "nothing_to_publish", what: "没有可以发布的改动", hint: "先批准一个修改。", entry: null, findings: [] };
    return {
      live: this.live || null, ready: changed > 0, blockers: changed ? [] : [none], warnings: [],
      waiting: this.list(new URLSearchParams({ only: "edited" })).entries, diff,
    };
  }

  private release(note: string): void {
    const before = this.served();
    const held = this.head();
    const diff = this.diff(before, held);
    const row: ReleaseRow = {
      number: this.releases.length + 1, author: this.who, note, published_at: new Date().toISOString(), follows: this.live || null,
      entries: held.size, added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length, live: true, models: [],
    };
    this.releases.push({ row, held: copy2(held) });
    this.goLive(row.number);
  }

  private goLive(number: number): void {
    this.live = number;
    const held = this.served();
    for (const [key, revisions] of this.revisions) {
      for (const one of revisions) one.live = false;
      const one = revisions.find((revision) => revision.state === "approved" && same(revision.entry, held.get(key)));
      if (one) (one.live = true), (one.releases = [...new Set([...one.releases, number])]);
    }
  }

  private row(row: ReleaseRow): ReleaseRow {
    return { ...row, live: row.number === this.live };
  }

  private publish(wanted: { note: string; live: number | null; retrain: boolean }): Answer {
    if (wanted.live !== (this.live || null)) return problem(409, "publish_conflict", "别人刚发布了");
    if (!this.plan().ready) return problem(409, "nothing_to_publish");
    this.release(wanted.note);
    if (!wanted.retrain) return ok({ release: this.live, run: null, model: null, detail: "" });
    const run = this.start("console").body as RunRow;
    return ok({ release: this.live, run: run.id, model: null, detail: "" });
  }

  private rollBack(wanted: { release: number | null }): Answer {
    const to = wanted.release ?? this.releases.find((one) => one.row.number === this.live)?.row.follows;
    if (!to) return problem(409, "nothing_to_roll_back", "没有更早的版本");
    this.goLive(to);
    [this.model, this.former] = [this.former ?? this.model, this.model];
    for (const miss of this.misses) if (miss.state === "cured") miss.state = "open";
    return ok({ release: to, run: null, model: this.model, detail: "" });
  }

  private between(number: number, against: string | null): Answer {
    const of = (wanted: number) => this.releases.find((one) => one.row.number === wanted);
    const after = of(number);
    if (!after) return problem(404, "unknown_release");
    const before = against ? of(Number(against)) : of(after.row.follows ?? 0);
    return ok(this.diff(before?.held ?? new Map(), after.held));
  }

  private console(): ConsoleView {
    this.advance();
    const list = this.list(new URLSearchParams()).entries;
    const live = this.releases.find((one) => one.row.number === this.live);
    return {
      live: live ? this.row(live.row) : null,
      serving: { live: this.model, live_since: ago(9), wanted: this.model, candidate: null, former: this.former, former_warm: this.former !== null, trouble: "", kept: true },
      run: this.runs[this.runs.length - 1] ?? null, unpublished: list.filter((row) => row.state !== "live").length,
      open_edits: list.filter((row) => row.edit).length, in_review: list.filter((row) => row.edit === "in_review").length,
      open_misses: this.misses.filter((miss) => miss.state === "open").length, dated: list.filter((row) => row.dated).length,
      vocabulary: VOCABULARY, retrain_at: "03:30", timezone: "Asia/Shanghai",
    };
  }

  private inbox(): unknown {
    const count = (state: string): number => this.misses.filter((miss) => miss.state === state).length;
    return {
      clusters: clustersOf(this.misses.filter((miss) => miss.state === "open")), open: count("open"), cured: count("cured"), dismissed: count("dismissed"),
      week: { until: ago(0), missed: 61 + count("open"), cured: 41 + count("cured"), cured_within_24h: 34 + count("cured"), dismissed: 6, open: count("open"), agent_minutes_saved: 127.5 },
    };
  }

  private missList(query: URLSearchParams): { misses: MissView[]; total: number } {
    const ids = query.get("ids")?.split(",");
    const found = this.misses.filter(
      (miss) => (!ids || ids.includes(miss.id)) && (!query.get("entry") || miss.intended === query.get("entry")) && (!query.get("state") || miss.state === query.get("state")),
    );
    return { misses: found, total: found.length };
  }

  private act(command: MissCommand): Answer {
    const chosen = this.misses.filter((miss) => command.misses.includes(miss.id));
    const texts = usableWordings(chosen.map((miss) => miss.text));
    const step = (miss: MissView, reason = "", entry: string | null = null): void =>
      void miss.changes.push({ move: command.type, author: this.who, at: new Date().toISOString(), reason, entry, release: null });
    const mean = (entry: EntryBody): void => {
      for (const miss of chosen) [miss.intended, miss.intended_title, miss.owner] = [entry.key, entry.title, this.who];
      for (const miss of chosen) step(miss, "", entry.key);
    };
    switch (command.type) {
      case "dismiss":
        for (const miss of chosen) (miss.state = "dismissed"), step(miss, command.reason);
        break;
      case "reopen":
        for (const miss of chosen) (miss.state = "open"), step(miss, command.reason);
        break;
      case "assign":
        for (const miss of chosen) miss.owner = command.owner;
        break;
      case "draft_entry": {
        if (this.revisions.has(command.entry.key)) return problem(409, "key_taken", `已有条目 ${command.entry.key}`);
        const phrasings = [...new Set([...command.entry.phrasings, ...texts])];
        const made = this.add({ ...command.entry, phrasings }, null);
        mean(made.entry);
        return ok({ misses: command.misses, entry: made.entry.key, revision: made.number, added: phrasings, left_out: [] });
      }
      default: {
        const newest = this.newest(command.entry);
        if (!newest) return problem(404, "unknown_entry");
        const added = texts.filter((text) => !newest.entry.phrasings.includes(text));
        const made = this.add({ ...newest.entry, phrasings: [...newest.entry.phrasings, ...added], human_only: command.type === "needs_human" || newest.entry.human_only }, newest.number);
        mean(made.entry);
        return ok({ misses: command.misses, entry: command.entry, revision: made.number, added, left_out: [] });
      }
    }
    return ok({ misses: command.misses, entry: null, revision: null, added: [], left_out: [] });
  }

  private newRun(trigger: RunRow["trigger"], author: string): RunRow {
    return {
      id: `run-${this.runs.length + 1}`, trigger, author, state: "asked", phase: null, asked_at: new Date().toISOString(), started_at: null, ended_at: null,
      release: this.live, model: null, why: "", phases: [], reported: false,
    };
  }

  private start(trigger: RunRow["trigger"]): Answer {
    const last = this.runs[this.runs.length - 1];
    if (last && (last.state === "asked" || last.state === "running")) return problem(409, "run_goes_on", "已有训练在进行");
    const run = this.newRun(trigger, this.who);
    this.runs.push(run);
    return ok(run, 202);
  }

  private ended(run: RunRow, state: "promoted" | "kept"): RunRow {
    const seconds = [0.1, 0.6, 14.2, 9.8, 6.1, 1.3, 2.2];
    return Object.assign(run, {
      state, phase: null, started_at: run.asked_at, ended_at: new Date().toISOString(), model: `m-${run.id}`, reported: true,
      phases: PHASES.map((phase, index) => ({ phase, seconds: seconds[index]!, peak_mib: index === 2 ? 812 : null })),
      why: state === "kept" ? "held_out 0.871 < 0.900" : "",
    });
  }

  private advance(): void {
    const run = this.runs[this.runs.length - 1];
    if (!run || (run.state !== "asked" && run.state !== "running")) return;
    const done = Math.floor((Date.now() - Date.parse(run.asked_at)) / this.phaseMs);
    if (done < 1) return;
    run.state = "running";
    run.started_at ??= new Date().toISOString();
    run.phase = PHASES[Math.min(done - 1, PHASES.length - 1)]!;
    run.phases = PHASES.slice(0, done - 1).map((phase) => ({ phase, seconds: this.phaseMs / 1_000, peak_mib: phase === "train" ? 812 : null }));
    if (done > PHASES.length) this.finish(run);
  }

  private finish(run: RunRow): void {
    this.ended(run, this.gateRefuses ? "kept" : "promoted");
    if (this.gateRefuses) return;
    [this.former, this.model] = [this.model, run.model!];
    this.releases.find((one) => one.row.number === run.release)?.row.models.push(run.model!);
    for (const miss of this.misses) {
      if (miss.intended && miss.state === "open" && this.served().has(miss.intended)) [miss.state, miss.proof] = ["cured", "cured"];
    }
  }

  private report(id: string): Answer {
    const run = this.runs.find((one) => one.id === id);
    return run?.reported ? ok(report(run)) : problem(404, "unknown_run");
  }

  private serve(): Answer {
    [this.model, this.former] = [this.former ?? this.model, this.model];
    return ok(this.console().serving);
  }

  private try(wanted: TryIt): Answer {
    const head = this.head();
    if (wanted.draft) head.set(wanted.draft.key, wanted.draft);
    return ok({
      live: tried(wanted.text, [...this.served().values()], this.model, this.live),
      candidate: tried(wanted.text, [...head.values()], null, null), human_request: 0.02, anger: 0.08, level: 0,
    });
  }
}

function copy2(held: Map<string, EntryBody>): Map<string, EntryBody> {
  return new Map([...held].map(([key, entry]) => [key, copy(entry)]));
}
