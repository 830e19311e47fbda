import { defineStore } from "pinia";
import { computed, reactive, ref, shallowRef } from "vue";
import { newClientId } from "@shared/ids";
import { ResumingSocket, socketAddress, type Phase } from "@shared/socket";
import type {
  ConversationTakenOver,
  DeskCommand,
  DeskEvent,
  ErrorFrame,
  GrantChanged, ParticipantsChanged, PromiseChanged,
  PartingCancelled,
  Presence,
  QueueCard,
  Resolve,
  Transfer,
  TransferAnswered,
} from "@shared/wire";
import { arrivalOf, type Arrival } from "./arrivals";
import { contiguous, EMPTY, hasGap, reduce, type Board } from "./board";
import { keep, kept, newest, onKept } from "./keep";
import { atCapacity, firstUnread, invitedOf, loadOf, mineOf, queueOf, unreadOf } from "./lists";
import { again, discard, frameOf, type Pending } from "./pending";

/** The socket as the store uses it. */
export type Link = Pick<
  ResumingSocket<DeskCommand, DeskEvent>,
  "on" | "onPhase" | "start" | "stop" | "send" | "discard" | "stoppedBy"
>;

export type Move =
  | "accept"
  | "return_to_bot"
  | "transfer"
  | "resolve"
  | "undo"
  | "hold"
  | "take_up"
  | "take_over"
  | "decline_transfer"
  | "invite"
  | "set_presence"
  | "open";

/** What a reply shows besides its text. */
export type Shows = Pick<Pending, "upload" | "order">;

/** What a case came to, as the agent says it. */
export type Closing = Omit<Resolve, "type" | "conversation">;

/** Whom a transfer is for; nobody in particular is the queue. */
export type Aim = Pick<Transfer, "agent" | "supervisor" | "needs">;

/** What the agent is told besides the board: an ending undone, a transfer answered, a take-over. */
export type News =
  | PartingCancelled | TransferAnswered | ConversationTakenOver | ParticipantsChanged
  | GrantChanged | PromiseChanged;

const NEWS = new Set<DeskEvent["type"]>([
  "parting.cancelled", "transfer.answered", "conversation.seized", "participants.changed",
  "grant.changed", "promise.changed",
]);

/** Something the router refused, to be told once. */
export interface Notice {
  code: string;
  detail: string;
  move: Move | null;
}

const ALERTS: ReadonlySet<string> = new Set(["mood.alerted", "sla.warned", "sla.breached"]);
const MOVE_TIMEOUT_MS = 8_000;
const ASK_AGAIN_MS = 3_000;
const FLAG_ANSWER_MS = 5_000;
const TYPING_EVERY_MS = 3_000;

/** Makes the staff socket of this page. */
export function openLink(onExpired: () => Promise<boolean>): Link {
  return new ResumingSocket<DeskCommand, DeskEvent>({
    url: () => socketAddress(location.origin, "/ws/desk"),
    hello: () => ({ type: "hello" }),
    readyOn: "welcome",
    onExpired,
  });
}

/** The board, kept in step with the router, and every move the agent can make. */
export const useDesk = defineStore("desk", () => {
  const board = shallowRef<Board>({ ...EMPTY, pending: kept("pending", [], sessionStorage) });
  const phase = ref<Phase>("idle");
  const wasReady = ref(false);
  const selected = ref<string | null>(null);
  const read = ref<Record<string, number>>(kept("read", {}));
  const flagged = ref<Record<string, number[]>>(kept("flagged", {}));
  const underway = reactive<{ move: Move | null; conversation: string | null }>({
    move: null,
    conversation: null,
  });
  const notice = shallowRef<Notice | null>(null);
  const arrival = shallowRef<Arrival | null>(null);
  /** The last alert: of a mood, or of a clock. */
  const alert = shallowRef<DeskEvent | null>(null);
  const news = shallowRef<News | null>(null);
  /** The conversation that asking for the next one has just given me. */
  const dealt = shallowRef<{ conversation: string } | null>(null);
  let link: Link | null = null;
  let offs: (() => void)[] = [];
  let moveTimer: ReturnType<typeof setTimeout> | undefined;
  let asked = new Map<string, number>();
  let typedAt = 0;
  let lastFlag: { id: string; seq: number; at: number } | null = null;

  const me = computed(() => board.value.me);
  const queue = computed(() => queueOf(board.value));
  const mine = computed(() => mineOf(board.value));
  const invited = computed(() => invitedOf(board.value));
  const load = computed(() => loadOf(mine.value));
  const full = computed(() => atCapacity(load.value, me.value));
  const live = computed(() => phase.value === "ready");
  const unreadTotal = computed(() => mine.value.reduce((sum, card) => sum + unread(idOf(card)), 0));

  function connect(made: Link): void {
    disconnect();
    link = made;
    offs = [
      made.on("*", receive),
      made.onPhase((next) => (phase.value = next)),
      onKept<Record<string, number>>("read", (value) => (read.value = value ?? {})),
      onKept<Record<string, number[]>>("flagged", (value) => (flagged.value = value ?? {})),
    ];
    for (const pending of board.value.pending) {
      if (pending.state === "sending") made.send(frameOf(pending));
    }
    made.start();
  }

  function disconnect(): void {
    for (const off of offs) off();
    offs = [];
    link?.stop();
    link = null;
    phase.value = "idle";
  }

  /** Forgets everything of the agent who leaves. */
  function clear(): void {
    disconnect();
    board.value = EMPTY;
    wasReady.value = false;
    [read.value, flagged.value] = [{}, {}];
    for (const name of ["read", "flagged", "owner"]) keep(name, null);
    keep("pending", null, sessionStorage);
  }

  /** Makes sure that nobody sends or reads what another agent left in this browser. */
  function belongTo(staff: string): boolean {
    const owner = kept<string | null>("owner", null);
    const foreign = owner !== null && owner !== staff;
    if (foreign) clear();
    keep("owner", staff);
    return !foreign;
  }

  function receive(event: DeskEvent): void {
    const before = board.value;
    const accepting = underway.move === "accept" ? underway.conversation : null;
    board.value = reduce(before, event, Date.now());
    if (board.value.pending !== before.pending) keepPending();
    if (NEWS.has(event.type)) news.value = event as News;
    if (ALERTS.has(event.type)) alert.value = event;
    if (event.type === "welcome") resume();
    else {
      if (event.type === "error" && !event.client_id) refused(event);
      else settle(before);
      if (event.type === "conversation.assigned" && event.agent === me.value?.id && asksForNext()) {
        dealt.value = { conversation: idOf(event.card) };
        finish();
      }
      // What I am invited into may be a conversation this desk has never listed.
      if (event.type === "participants.changed" && !before.cards[event.conversation]) ask(event.conversation);
      const looking = { accepting, at: isLookedAt() ? selected.value : null };
      const arrived = arrivalOf(before, board.value, event, looking);
      if (arrived) arrival.value = arrived;
    }
    catchUp();
  }

  // After a (re)connect nothing is followed: whatever is on screen is opened from where it stands.
  function resume(): void {
    wasReady.value = true;
    asked = new Map();
    finish();
    for (const card of mine.value) if (idOf(card) !== selected.value) open(idOf(card));
    if (selected.value) open(selected.value);
  }

  function catchUp(): void {
    if (!live.value) return;
    for (const card of mine.value) if (!board.value.threads[idOf(card)]) ask(idOf(card));
    for (const [id, thread] of Object.entries(board.value.threads)) {
      if (hasGap(thread.messages)) ask(id);
    }
  }

  // The router follows the conversation that was opened last: the one on screen has to be it.
  function ask(id: string): void {
    if (Date.now() - (asked.get(id) ?? 0) < ASK_AGAIN_MS) return;
    open(id);
    if (selected.value && selected.value !== id) open(selected.value);
  }

  function open(id: string): void {
    asked.set(id, Date.now());
    const messages = board.value.threads[id]?.messages ?? [];
    link?.send({ type: "open", conversation: id, after: contiguous(messages) });
  }

  function select(id: string | null): void {
    selected.value = id;
    if (id && live.value) open(id);
  }

  // --- moves -------------------------------------------------------------------------------------

  function begin(move: Move, command: DeskCommand, conversation: string | null): void {
    if (!link?.send(command)) {
      notice.value = { code: "not_connected", detail: "", move };
      return;
    }
    underway.move = move;
    underway.conversation = conversation;
    clearTimeout(moveTimer);
    moveTimer = setTimeout(finish, MOVE_TIMEOUT_MS);
  }

  function finish(): void {
    clearTimeout(moveTimer);
    underway.move = null;
    underway.conversation = null;
  }

  const asksForNext = (): boolean => underway.move === "accept" && underway.conversation === null;

  function settle(before: Board): void {
    const { move, conversation } = underway;
    if (move === "set_presence" && before.me?.presence !== me.value?.presence) finish();
    if (!conversation) return;
    const [was, is] = [before.cards[conversation], board.value.cards[conversation]];
    const moved = was?.conversation.epoch !== is?.conversation.epoch;
    const paused = was?.conversation.status !== is?.conversation.status;
    if (move !== "accept" && (was?.parting !== is?.parting || was?.participants !== is?.participants || paused)) finish();
    // An accept is over when it is known who has the conversation.
    if (was?.agent !== is?.agent || (moved && move !== "accept")) finish();
  }

  function refused(event: ErrorFrame): void {
    notice.value = { code: event.code, detail: event.detail, move: underway.move };
    if (underway.move === null) unflag();
    finish();
  }

  // An error frame without a client id does not say what it refuses; a flag just set is it.
  function unflag(): void {
    if (!lastFlag || Date.now() - lastFlag.at > FLAG_ANSWER_MS) return;
    const { id, seq } = lastFlag;
    lastFlag = null;
    const left = (flagged.value[id] ?? []).filter((other) => other !== seq);
    flagged.value = { ...flagged.value, [id]: left };
    keep("flagged", flagged.value);
  }

  const setPresence = (presence: Presence): void =>
    begin("set_presence", { type: "set_presence", presence }, null);
  const accept = (id: string): void =>
    begin("accept", { type: "accept", conversation: id }, id);
  const acceptNext = (): void => begin("accept", { type: "accept_next" }, null);
  const pass = (id: string): void => void link?.send({ type: "decline", conversation: id });
  const active = (): void => {
    if (live.value) link?.send({ type: "active" });
  };
  const returnToBot = (id: string, summary = ""): void =>
    begin("return_to_bot", { type: "return_to_bot", conversation: id, summary }, id);
  const transfer = (id: string, reason: string, aim: Aim = {}): void =>
    begin("transfer", { type: "transfer", conversation: id, reason, ...aim }, id);
  const decline = (id: string): void =>
    begin("decline_transfer", { type: "decline_transfer", conversation: id }, id);
  const takeOver = (id: string): void =>
    begin("take_over", { type: "take_over", conversation: id }, id);
  const invite = (id: string, staff: string, maySpeak: boolean): void =>
    begin("invite", { type: "invite", conversation: id, staff, may_speak: maySpeak }, id);
  const uninvite = (id: string, staff: string): void =>
    begin("invite", { type: "uninvite", conversation: id, staff }, id);
  const resolve = (id: string, closing: Closing = {}): void =>
    begin("resolve", { type: "resolve", conversation: id, ...closing }, id);
  const undo = (id: string): void => begin("undo", { type: "undo", conversation: id }, id);
  const hold = (id: string, minutes: number, reason: string): void =>
    begin("hold", { type: "hold", conversation: id, minutes, reason }, id);
  const takeUp = (id: string): void => begin("take_up", { type: "take_up", conversation: id }, id);

  function correct(id: string, line: string, text: string): void {
    if (link?.send({ type: "correct_brief", conversation: id, line, text })) return;
    notice.value = { code: "not_connected", detail: "", move: null };
  }

  function flag(id: string, seq: number): void {
    if (!link?.send({ type: "flag", conversation: id, seq })) {
      notice.value = { code: "not_connected", detail: "", move: null };
      return;
    }
    lastFlag = { id, seq, at: Date.now() };
    flagged.value = newest({ ...flagged.value, [id]: [...(flagged.value[id] ?? []), seq] });
    keep("flagged", flagged.value);
  }

  function typing(id: string, now = Date.now()): void {
    if (now - typedAt < TYPING_EVERY_MS || !live.value) return;
    typedAt = now;
    link?.send({ type: "typing", conversation: id });
  }

  // --- messages ----------------------------------------------------------------------------------

  function say(id: string, kind: Pending["kind"], text: string, shows: Shows = {}): void {
    const pending: Pending = {
      client_id: newClientId(),
      conversation: id,
      kind,
      text,
      ...shows,
      epoch: board.value.cards[id]?.conversation.epoch ?? 0,
      at: new Date().toISOString(),
      state: "sending",
      seq: null,
      code: null,
      detail: "",
    };
    setPending([...board.value.pending, pending]);
    typedAt = 0;
    link?.send(frameOf(pending));
  }

  function retry(clientId: string): void {
    const failed = board.value.pending.find((p) => p.client_id === clientId);
    if (failed?.state !== "failed") return;
    const epoch = board.value.cards[failed.conversation]?.conversation.epoch ?? failed.epoch;
    setPending(again(board.value.pending, clientId, epoch));
    link?.send(frameOf({ ...failed, epoch }));
  }

  function giveUp(clientId: string): void {
    link?.discard(clientId);
    setPending(discard(board.value.pending, clientId));
  }

  function setPending(pending: readonly Pending[]): void {
    board.value = { ...board.value, pending };
    keepPending();
  }

  function keepPending(): void {
    const { pending } = board.value;
    keep("pending", pending.length ? pending : null, sessionStorage);
  }

  // --- reading -----------------------------------------------------------------------------------

  function unread(id: string): number {
    return unreadOf(board.value.threads[id], read.value[id] ?? 0, me.value?.id ?? "");
  }

  function firstUnreadOf(id: string): number | null {
    return firstUnread(board.value.threads[id], read.value[id] ?? 0, me.value?.id ?? "");
  }

  function markRead(id: string): void {
    const messages = board.value.threads[id]?.messages;
    const last = messages?.[messages.length - 1]?.seq ?? 0;
    if (last <= (read.value[id] ?? 0)) return;
    const { [id]: _before, ...others } = read.value;
    read.value = newest({ ...others, [id]: last });
    keep("read", read.value);
  }

  return {
    board, phase, wasReady, selected, flagged, underway, notice, arrival, alert, news, dealt,
    me, queue, mine, invited, load, full, live, unreadTotal,
    connect, disconnect, clear, belongTo, select, open,
    setPresence, accept, acceptNext, pass, active, returnToBot, transfer, resolve, undo, hold, takeUp, decline, takeOver, invite, uninvite, correct, flag, typing,
    say, retry, giveUp, unread, firstUnreadOf, markRead,
  };
});

function idOf(card: QueueCard): string {
  return card.conversation.id;
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
