/** What the left column shows: the queue in its order, my conversations, clocks. Pure. */

import type { QueueCard, StaffView } from "@shared/wire";
import type { Board, Thread } from "./board";
import { supervises } from "./roles";

export type Due = "calm" | "soon" | "breached";

/** Tells whether a conversation waits for an agent. */
export function waits(card: QueueCard): boolean {
  const { status, keeps_place } = card.conversation;
  return status === "queued" || (status === "bot" && keeps_place);
}

/** Gives the name of the agent who holds a conversation, as far as this desk knows it. */
export function holderName(board: Board, card: QueueCard): string | null {
  if (card.agent && card.agent === board.me?.id) return board.me.name;
  const colleague = card.agent ? board.colleagues[card.agent] : undefined;
  return colleague?.name ?? card.conversation.agent_name;
}

/** Gives the name of a member of staff as this desk knows it. */
export function nameOfStaff(board: Board, staff: string | null): string {
  if (staff === null) return "";
  return staff === board.me?.id ? board.me.name : (board.colleagues[staff]?.name ?? "");
}

/** Tells whether a member of staff holds the conversation. */
export function isHeldBy(card: QueueCard, staff: string | undefined): boolean {
  const { status } = card.conversation;
  return (status === "active" || status === "on_hold") && !!staff && card.agent === staff;
}

/** Tells whether a supervisor may take a conversation over: from a colleague, or from the bot. */
export function mayTakeOver(card: QueueCard, me: StaffView | null): boolean {
  if (!supervises(me) || isHeldBy(card, me?.id) || waits(card)) return false;
  return ["active", "on_hold", "bot"].includes(card.conversation.status);
}

/** Gives to whom a waiting conversation was sent; who is only asked first is not meant. */
export function sentTo(card: QueueCard): string | null {
  return (card.handoff?.wanted_until && card.handoff.wanted_agent) || null;
}

/** Tells whether a waiting conversation was sent to a member of staff, who has not answered. */
export function isSentTo(card: QueueCard, staff: string | undefined): boolean {
  return waits(card) && !!staff && sentTo(card) === staff;
}

/** Gives the conversation to accept next: one sent to me, else the first that is nobody's. */
export function nextOf(queue: readonly QueueCard[], me: string | undefined): QueueCard | undefined {
  const sent = queue.find((card) => isSentTo(card, me));
  return sent ?? queue.find((card) => !sentTo(card)) ?? queue[0];
}

/** Tells whether a colleague was invited into a conversation and may speak there. */
export function maySpeak(card: QueueCard, staff: string | undefined): boolean {
  return card.participants.some((one) => one.staff === staff && one.may_speak);
}

/** Gives the waiting conversations as the router orders them: by when they came, less a head start. */
export function queueOf(board: Board): QueueCard[] {
  return Object.values(board.cards).filter(waits).sort(inQueueOrder);
}

/** Gives the conversations I hold, in the order I took them, so that they keep their places. */
export function mineOf(board: Board): QueueCard[] {
  return Object.values(board.cards)
    .filter((card) => isHeldBy(card, board.me?.id))
    .sort((a, b) => acceptedAt(a) - acceptedAt(b) || byId(a, b));
}

/** Gives the conversations colleagues hold and have invited me into. */
export function invitedOf(board: Board): QueueCard[] {
  const me = board.me?.id;
  return Object.values(board.cards)
    .filter((card) => !isHeldBy(card, me) && card.participants.some((one) => one.staff === me))
    .sort(byId);
}

/** Gives how much of my capacity what I hold takes. */
export function loadOf(mine: readonly QueueCard[]): number {
  return mine.reduce((sum, card) => sum + (card.handoff?.weight ?? 1), 0);
}

/** Tells whether I hold as much as I may. */
export function atCapacity(load: number, me: StaffView | null): boolean {
  return me !== null && load >= me.capacity;
}

function inQueueOrder(a: QueueCard, b: QueueCard): number {
  return standsAt(a) - standsAt(b) || byHandoff(a, b);
}

function standsAt(card: QueueCard): number {
  return Date.parse(waitingSince(card)) - (card.handoff?.head_start ?? 0) * 1_000;
}

function byHandoff(a: QueueCard, b: QueueCard): number {
  return (a.handoff?.id ?? "") < (b.handoff?.id ?? "") ? -1 : 1;
}

function byId(a: QueueCard, b: QueueCard): number {
  return a.conversation.id < b.conversation.id ? -1 : 1;
}

function acceptedAt(card: QueueCard): number {
  return Date.parse(card.handoff?.accepted_at ?? "") || 0;
}

/** Gives the moment the waiting began. */
export function waitingSince(card: QueueCard): string {
  return card.handoff?.queued_at ?? card.updated_at;
}

/** Gives how near the first response is to its target: soon is the last 40 % of the time. */
export function dueLevel(card: QueueCard, now: number): Due {
  if (!card.handoff) return "calm";
  const start = Date.parse(card.handoff.queued_at);
  const end = Date.parse(card.handoff.due_at);
  if (now >= end) return "breached";
  return now >= end - (end - start) * 0.4 ? "soon" : "calm";
}

/** Gives a length of time as 0:07, 12:05 or 1:02:09, for clocks that tick. */
export function ticking(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes, seconds] = [
    Math.floor(total / 3_600),
    Math.floor((total % 3_600) / 60),
    total % 60,
  ];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** Counts the shopper's messages after the last one I read or wrote. */
export function unreadOf(thread: Thread | undefined, read: number, me: string): number {
  return unreadSeqs(thread, read, me).length;
}

/** Gives the seq of the first message I have not read, or null. */
export function firstUnread(thread: Thread | undefined, read: number, me: string): number | null {
  return unreadSeqs(thread, read, me)[0] ?? null;
}

function unreadSeqs(thread: Thread | undefined, read: number, me: string): number[] {
  const messages = thread?.messages ?? [];
  const spoke = messages.findLast((m) => m.sender === "agent" && m.sender_id === me)?.seq ?? 0;
  const from = Math.max(read, spoke);
  return messages.filter((m) => m.sender === "shopper" && m.seq > from).map((m) => m.seq);
}
