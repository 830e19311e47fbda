// Generated from wire.schema.json by `npm run wire`; change router/wire.py instead.

/**
 * What a member of staff may do.
 */
export type Role = "admin" | "agent" | "editor" | "supervisor";
/**
 * Whether an agent can take conversations now.
 */
export type Presence = "away" | "busy" | "offline" | "online";
/**
 * Why an agent gets no handoff, or not this one.
 */
export type WhyNot =
  | "angry_cap"
  | "declined"
  | "full"
  | "has_offer"
  | "lacks_skill"
  | "no_agent"
  | "not_in_turn"
  | "not_online"
  | "offered_to_another"
  | "wanted_by_another";
/**
 * How a colleague answered a conversation that was sent to them.
 */
export type Answer = "accepted" | "declined" | "timed_out";
/**
 * What is given.
 */
export type GrantKind = "amount" | "coupon" | "return";
/**
 * Where a grant stands; `granted` is committed and on its way to the shop's system.
 */
export type GrantState =
  "declined" | "delivered" | "delivering" | "failed" | "granted" | "requested" | "reversed";
/**
 * Which limit a grant is above.
 */
export type Limit = "agent_day" | "once" | "per_grant" | "per_order" | "return_days" | "shop_day";
/**
 * What a clock waits for.
 */
export type ClockKind = "first_response" | "next_response" | "resolution";
/**
 * The kinds of things agents ask for.
 */
export type FactKind =
  "address" | "item" | "name" | "order" | "phone" | "photo" | "reason" | "size";
/**
 * Where a task stands.
 */
export type TaskState = "done" | "open" | "taken";
/**
 * Where a promise stands; `late` is open still, and the shopper has been told.
 */
export type PromiseState = "cancelled" | "kept" | "late" | "open";
/**
 * Where a conversation stands.
 */
export type Status = "active" | "bot" | "offline" | "on_hold" | "queued" | "resolved";
/**
 * Why a human is asked for.
 */
export type Reason =
  | "agent_left"
  | "anger"
  | "bot_unavailable"
  | "explicit_request"
  | "going_in_circles"
  | "human_only"
  | "image"
  | "low_confidence"
  | "safety"
  | "take_over"
  | "transfer";
/**
 * How soon a handoff is due; higher is sooner.
 */
export type Priority = 0 | 1 | 2 | 3;
/**
 * Where a handoff stands.
 */
export type HandoffState = "assigned" | "ended" | "queued" | "ticket";
/**
 * How urgent a case is, or how much hangs on it.
 */
export type Degree = 0 | 1 | 2;
/**
 * The moves that end an agent's care of a conversation.
 */
export type Ending = "resolve" | "return_to_bot" | "transfer";
export type DeskCommand =
  | DeskHello
  | SetPresence
  | Accept
  | Open
  | AgentReply
  | Note
  | CorrectBrief
  | ReturnToBot
  | Transfer
  | Resolve
  | Undo
  | PutOnHold
  | TakeUp
  | DeclineTransfer
  | Whisper
  | TakeOver
  | Invite
  | Uninvite
  | AgentTyping
  | Flag
  | DeskPing
  | AcceptNext
  | Decline
  | Active;
export type DeskEvent =
  | DeskWelcome
  | HandoffQueued
  | MoodAlerted
  | SlaWarned
  | SlaBreached
  | ConversationAssigned
  | ConversationLeft
  | ConversationChanged
  | MessageCreated
  | MessageAcknowledged
  | MessageVoted
  | ConversationRated
  | TypingShown
  | PresenceChanged
  | BriefChanged
  | PartingAsked
  | PartingCancelled
  | HoldReminded
  | TransferAnswered
  | ConversationTakenOver
  | ParticipantsChanged
  | Opened
  | GrantChanged
  | PromiseChanged
  | TaskChanged
  | CallbackChanged
  | ClocksChanged
  | Pong
  | ErrorFrame
  | HandoffOffered
  | OfferEnded;
/**
 * Who speaks.
 */
export type Sender = "agent" | "bot" | "shopper" | "system";
/**
 * Who may read a message.
 */
export type Visibility = "everyone" | "staff" | "whisper";
export type MissCommand = AddWordings | DraftEntry | NeedsHuman | Dismiss | Assign | Reopen;
export type ShopperCommand =
  | Hello
  | Send
  | SendImage
  | Choose
  | RequestHuman
  | GoOnWithBot
  | WaitAgain
  | LeaveMessage
  | RequestCallback
  | Vote
  | Rate
  | Typing
  | Ping;
export type ShopperEvent =
  | Welcome
  | Resumed
  | MessageCreated
  | MessageAcknowledged
  | ConversationChanged
  | QueuePositionChanged
  | MessageVoted
  | ConversationRated
  | TypingShown
  | Pong
  | ErrorFrame;

/**
 * The agent takes a waiting conversation.
 */
export interface Accept {
  type: "accept";
  conversation: string;
}
/**
 * The agent takes what the order gives them next, their own offer first.
 */
export interface AcceptNext {
  type: "accept_next";
}
/**
 * What the shop knows of a shopper besides orders; what it does not tell now is None.
 *
 *     `spend` is of the calendar year, in yuan; `as_of` is set when some of it is only remembered.
 */
export interface Account {
  year: number;
  spend: string | null;
  coupons: CouponView[] | null;
  refunds: RefundView[] | null;
  as_of: string | null;
}
/**
 * A coupon the shopper may use now: `amount` off from `least` on, in yuan.
 */
export interface CouponView {
  title: string;
  amount: string;
  least: string;
  valid_until: string;
}
/**
 * Money on its way back to the shopper, in yuan.
 */
export interface RefundView {
  order: string;
  amount: string;
  state: string;
  asked_at: string;
  paid_at: string | null;
  expected_by: string | null;
}
/**
 * The agent is there: a key, the pointer, or the tab came to the front.
 */
export interface Active {
  type: "active";
}
/**
 * Staff note what was promised, and until when.
 */
export interface AddPromise {
  client_id: string;
  text: string;
  due_at: string;
}
/**
 * Add the texts of misses to an entry, as a draft of it.
 */
export interface AddWordings {
  type: "add_wordings";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  entry: string;
}
/**
 * How many conversations an agent holds, of how many they may.
 */
export interface AgentLoad {
  staff: StaffView;
  holding: number;
}
/**
 * A member of staff.
 */
export interface StaffView {
  id: string;
  login: string;
  name: string;
  roles: Role[];
  capacity: number;
  presence: Presence;
  skills: Skills;
}
/**
 * What an agent can do; an empty list is no limit.
 */
export interface Skills {
  languages: string[];
  categories: string[];
  product_lines: string[];
  regions: string[];
  stores: string[];
}
/**
 * The agent speaks to the shopper, under the epoch they saw.
 *
 *     With an uploaded image of theirs, or a card of an order of the shopper's, the text may be empty.
 */
export interface AgentReply {
  type: "reply";
  conversation: string;
  client_id: string;
  text: string;
  epoch: number;
  upload?: string | null;
  order?: string | null;
}
/**
 * How an agent stands in the queue; `load` is the weight of what they hold.
 *
 *     `idle` says why nothing at all is handed to them now; after `angry_cap` angry shoppers in a
 *     row (`angry_streak`) they get no further one for a while.
 */
export interface AgentStanding {
  staff: string;
  load: number;
  capacity: number;
  idle: WhyNot | null;
  angry_streak: number;
  angry_cap: number;
}
/**
 * The agent is typing.
 */
export interface AgentTyping {
  type: "typing";
  conversation: string;
}
/**
 * An answer and its condition.
 */
export interface AnswerBody {
  text: string;
  condition: ConditionBody;
  /**
   * @maxItems 20
   */
  buttons: ButtonBody[];
  card: string | null;
  flow: string | null;
}
/**
 * When an answer applies; an empty list is any value, both days are inclusive.
 */
export interface ConditionBody {
  store: string[];
  channel: string[];
  tier: string[];
  product_line: string[];
  order_state: string[];
  starts: string | null;
  until: string | null;
}
/**
 * A button; exactly one of say, entry, flow and url is set.
 */
export interface ButtonBody {
  title: string;
  say: string | null;
  entry: string | null;
  flow: string | null;
  url: string | null;
}
/**
 * What is said under one condition before and after; `condition` is for people.
 */
export interface AnswerChangeView {
  condition: string;
  before: AnswerBody | null;
  after: AnswerBody | null;
}
/**
 * What waits for a supervisor, with the facts to decide by.
 */
export interface Approval {
  line: GrantLine;
  shopper_name: string | null;
  order: OrderCard | null;
  given_before: number;
  own: boolean;
}
/**
 * A grant with the names of who asked and who decided.
 */
export interface GrantLine {
  grant: Grant;
  asked_by: string;
  decided_by: string | null;
}
/**
 * Something given to a shopper, or asked for and waiting for a supervisor.
 */
export interface Grant {
  id: string;
  client_id: string;
  conversation: string;
  case: number;
  shopper: string;
  tier: string;
  kind: GrantKind;
  cents: number;
  order: string | null;
  reason: string;
  asked_by: string;
  asked_at: string;
  state: GrantState;
  over: Limit | null;
  decided_by: string | null;
  decided_at: string | null;
  note: string;
  attempts: number;
  next_try_at: string | null;
  error: string;
  receipt: string | null;
}
/**
 * An order as it stood when the message was written.
 */
export interface OrderCard {
  number: string;
  state: string;
  placed_at: string;
  product_line: string;
  items: OrderItem[];
  total: string;
  store: string;
  carrier: string | null;
  tracking: string | null;
  last_event: TrackingEvent | null;
  promised_ship_at: string | null;
  delivered_at: string | null;
  returnable: boolean;
  not_returnable_reason: string | null;
  as_of: string | null;
}
/**
 * One line of an order.
 */
export interface OrderItem {
  title: string;
  spec: string;
  quantity: number;
  price: string;
}
/**
 * Where a parcel was, when.
 */
export interface TrackingEvent {
  at: string;
  text: string;
}
/**
 * A member of staff gives a shopper something; `amount` is yuan, none for a return.
 */
export interface AskGrant {
  client_id: string;
  kind: GrantKind;
  reason: string;
  amount: string | null;
  order: string | null;
}
/**
 * Give misses to a login, or to nobody.
 */
export interface Assign {
  type: "assign";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  owner: string | null;
}
/**
 * A grant as an audit lists it, with the names of whoever it concerns.
 */
export interface AuditLine {
  line: GrantLine;
  shopper_name: string | null;
}
/**
 * Why publishing is not possible yet, and the entry to go to, if it is about one.
 */
export interface Blocker {
  code: string;
  what: string;
  hint: string;
  entry: string | null;
  findings: FindingView[];
}
/**
 * One thing to know about an edit: errors refuse it, warnings are shown.
 *
 *     `field` is a path such as answers[1].buttons[0].entry or phrasings[3].
 */
export interface FindingView {
  level: "error" | "warning";
  field: string;
  what: string;
  hint: string;
  stray: StrayView | null;
}
/**
 * A phrasing nearer to another entry than to its own; similarities from 0 to 1.
 */
export interface StrayView {
  position: number;
  phrasing: string;
  own_similarity: number;
  own_wording: string;
  other: string;
  other_title: string;
  other_similarity: number;
  other_wording: string;
  margin: number;
}
/**
 * What a message says and shows; a tapped button is kept as what it named.
 */
export interface Body {
  text: string;
  buttons: Button[];
  card: OrderCard | null;
  image: Image | null;
  chosen_entry: string | null;
  chosen_flow: string | null;
  asks_human: boolean;
}
/**
 * A choice under a message; exactly one of the four targets is set.
 */
export interface Button {
  title: string;
  say: string | null;
  entry: string | null;
  flow: string | null;
  url: string | null;
}
/**
 * An uploaded picture; its bytes are fetched by id.
 */
export interface Image {
  id: string;
  mime: string;
  size: number;
  width: number;
  height: number;
}
/**
 * A clock that ran out, and who had the conversation then.
 */
export interface BreachView {
  conversation: string;
  case: number;
  kind: ClockKind;
  due_at: string;
  breached_at: string;
  agent: string | null;
}
/**
 * What an agent needs to know before the first word.
 *
 *     `orders_note` says why orders are missing, or that they are as the shop told at `orders_as_of`.
 */
export interface Brief {
  asked: string;
  reason: string | null;
  detail: string;
  tried: TriedAnswer[];
  orders: OrderCard[];
  orders_note: ("anonymous" | "no_shop" | "remembered" | "silent") | null;
  orders_as_of: string | null;
  account: Account | null;
  mood: MoodPoint[];
  shopper: string;
  shopper_name: string | null;
  tier: string;
  anonymous: boolean;
  context: Context;
  images: Image[];
  earlier_cases: number;
  lines: BriefLine[];
  known: KnownFact[];
  waited_seconds: number | null;
}
/**
 * A question of this case and what the bot answered.
 */
export interface TriedAnswer {
  seq: number;
  question: string;
  rule: string;
  entry: string | null;
  title: string | null;
  answer: string;
  confidence: number | null;
  helpful: boolean | null;
  release: number | null;
  model: string | null;
}
/**
 * How angry one message was.
 */
export interface MoodPoint {
  seq: number;
  anger: number;
  level: number;
}
/**
 * Where the shopper stands in the storefront; set by the widget, never trusted for money.
 */
export interface Context {
  page: string | null;
  order: string | null;
  product: string | null;
  product_line: string | null;
  region: string | null;
  store: string | null;
  channel: string | null;
  locale: string;
}
/**
 * One thing that is known; `seq`, `entry` and `order` name what it is known from.
 *
 *     `text` holds only what people wrote; the desk words the rest in its own language: the `release`
 *     a question was answered from, the `levels` the mood went through, the `count` of images.
 */
export interface BriefLine {
  key: string;
  kind: "earlier" | "images" | "mood" | "order" | "promise" | "summary" | "tried" | "wants";
  text: string;
  seq: number | null;
  entry: string | null;
  order: string | null;
  state: string | null;
  due_at: string | null;
  release: number | null;
  levels: number[];
  count: number | null;
  correction: CorrectionView | null;
}
/**
 * What an agent says instead, and who and when.
 */
export interface CorrectionView {
  text: string;
  author: string;
  at: string;
}
/**
 * Something nobody has to ask for again; of photos the text is how many.
 */
export interface KnownFact {
  kind: FactKind;
  text: string;
  seq: number | null;
  order: string | null;
}
/**
 * A colleague has put a line of the brief right.
 */
export interface BriefChanged {
  type: "brief.changed";
  conversation: string;
  lines: BriefLine[];
}
/**
 * What was given of a budget, and its limit, in cents; without `staff` it is the shop's.
 */
export interface Budget {
  spent: number;
  limit: number;
  staff: string | null;
}
/**
 * Staff have called a shopper back.
 */
export interface CallBack {
  outcome: string;
}
/**
 * A number to call back was left, or somebody has called.
 */
export interface CallbackChanged {
  type: "callback.changed";
  conversation: string;
}
/**
 * A number nobody has called yet; `ticket` while its case waits for the next shift.
 */
export interface CallbackLine {
  conversation: string;
  case: number;
  shopper: string;
  shopper_name: string | null;
  phone: string;
  note: string;
  asked_at: string;
  ticket: boolean;
  agent: string | null;
}
/**
 * The numbers to call back, who asked first before the others.
 */
export interface CallbackList {
  callbacks: CallbackLine[];
}
/**
 * A number to call back.
 */
export interface CallbackView {
  phone: string;
  note: string;
  asked_at: string;
}
/**
 * Canned responses, best match first, and the variables a text may use.
 */
export interface CannedList {
  canned: CannedView[];
  variables: string[];
  may_share: boolean;
}
/**
 * A canned response; `mine` tells whether only its owner sees it.
 */
export interface CannedView {
  id: string;
  title: string;
  text: string;
  author: string;
  at: string;
  revision: number;
  mine: boolean;
  editable: boolean;
  problem: string | null;
}
/**
 * The supervisors' side at one moment.
 */
export interface CareOverview {
  at: string;
  approvals: Approval[];
  budgets: Budget[];
  tasks: TaskLine[];
}
/**
 * A task with the names of who is in it, and its reasons as they read.
 */
export interface TaskLine {
  task: Task;
  shopper_name: string | null;
  agent: string | null;
  taken_by: string | null;
  reasons: string[];
}
/**
 * Something a supervisor makes good: a shopper rated a case low, and said why.
 */
export interface Task {
  id: string;
  conversation: string;
  case: number;
  shopper: string;
  agent: string | null;
  score: number;
  reasons: string[];
  comment: string;
  opened_at: string;
  state: TaskState;
  taken_by: string | null;
  taken_at: string | null;
  done_by: string | null;
  done_at: string | null;
  outcome: string;
}
/**
 * What stands beside a conversation: what was given, and what may be.
 */
export interface CareView {
  conversation: string;
  limits: GrantLimits;
  grants: GrantLine[];
  orders: OrderCard[];
  promises: Promise[];
}
/**
 * What an agent may give this shopper alone now, in cents: at once, and left of the day.
 */
export interface GrantLimits {
  at_once: number;
  left_today: number;
  most: number;
  return_value: number;
}
/**
 * A promise the shop has made to a shopper.
 */
export interface Promise {
  id: string;
  conversation: string;
  case: number;
  seq: number;
  text: string;
  made_by: string | null;
  made_at: string;
  due_at: string;
  nudge_at: string;
  state: PromiseState;
  nudged_at: string | null;
  closed_at: string | null;
  closed_by: string | null;
}
/**
 * Held-out accuracy of a category's entries.
 */
export interface CategoryAccuracy {
  category: string;
  texts: number;
  top1: number;
  top3: number;
}
/**
 * Staff say that a promise is kept or none, or until when it is made now.
 */
export interface ChangePromise {
  state: ("cancelled" | "kept") | null;
  due_at: string | null;
}
/**
 * POST /api/v1/kb/check: findings for an entry that is not saved.
 */
export interface CheckEntry {
  entry: EntryBody;
  removal: boolean;
}
/**
 * An entry as the editor shows and saves it; half-finished ones may be saved as drafts.
 */
export interface EntryBody {
  key: string;
  title: string;
  category: string;
  /**
   * @maxItems 2000
   */
  phrasings: string[];
  /**
   * @maxItems 2000
   */
  negative_phrasings: string[];
  /**
   * @maxItems 200
   */
  answers: AnswerBody[];
  owner: string | null;
  human_only: boolean;
  valid_from: string | null;
  valid_until: string | null;
  review_on: string | null;
}
/**
 * A cause or an outcome the desk offers.
 */
export interface Choice {
  key: string;
  title: string;
}
/**
 * The shopper taps a button that names an entry or a flow; `title` is what it read.
 */
export interface Choose {
  type: "choose";
  client_id: string;
  title: string;
  entry?: string | null;
  flow?: string | null;
}
/**
 * Both changed it differently; the merged entry holds `mine`.
 */
export interface ClashView {
  field: string;
  mine: string;
  theirs: string;
}
/**
 * A clock that has not stopped; on hold it shows no time left but `paused`.
 */
export interface ClockView {
  kind: ClockKind;
  warn_at: string;
  due_at: string;
  paused: boolean;
  breached: boolean;
}
/**
 * Somebody has spoken: what is due in a conversation now.
 */
export interface ClocksChanged {
  type: "clocks.changed";
  conversation: string;
  clocks: ClockView[];
}
/**
 * Misses that ask the same.
 */
export interface ClusterView {
  id: string;
  misses: string[];
  size: number;
  trend: TrendPoint[];
  examples: string[];
  nearest: NearestView[];
  cost: CostView;
  draft: string | null;
  reasons: {
    [k: string]: number;
  };
  owners: string[];
  intended: string[];
  oldest_at: string;
  newest_at: string;
}
/**
 * Missed turns of a day.
 */
export interface TrendPoint {
  day: string;
  turns: number;
}
/**
 * An entry near a cluster, from 0 to 1.
 */
export interface NearestView {
  key: string;
  title: string;
  similarity: number;
}
/**
 * What misses cost; each case counts once.
 */
export interface CostView {
  agent_minutes: number;
  handoffs: number;
  angry: number;
  low_ratings: number;
}
/**
 * How often held-out texts of one entry were read as another.
 */
export interface Confusion {
  expected: string;
  got: string;
  times: number;
}
/**
 * GET /api/v1/kb: everything the console's frame shows; polled while a run goes on.
 */
export interface ConsoleView {
  live: ReleaseRow | null;
  serving: ServingView;
  run: RunRow | null;
  unpublished: number;
  open_edits: number;
  in_review: number;
  open_misses: number;
  dated: number;
  vocabulary: {
    [k: string]: TermView[];
  };
  retrain_at: string;
  timezone: string;
}
/**
 * A release in the list; `models` were trained from it and may be served again.
 */
export interface ReleaseRow {
  number: number;
  author: string;
  note: string;
  published_at: string;
  follows: number | null;
  entries: number;
  added: number;
  changed: number;
  removed: number;
  live: boolean;
  models: string[];
}
/**
 * Which model answers and which stands beside it.
 */
export interface ServingView {
  live: string | null;
  live_since: string | null;
  wanted: string | null;
  candidate: string | null;
  former: string | null;
  former_warm: boolean;
  trouble: string;
  kept: boolean;
}
/**
 * A run of the retraining.
 */
export interface RunRow {
  id: string;
  trigger: "command" | "console" | "nightly" | "start";
  author: string;
  state: "abandoned" | "asked" | "failed" | "kept" | "promoted" | "running";
  phase: string | null;
  asked_at: string;
  started_at: string | null;
  ended_at: string | null;
  release: number | null;
  model: string | null;
  why: string;
  phases: PhaseView[];
  reported: boolean;
}
/**
 * A finished step of a run.
 */
export interface PhaseView {
  phase: string;
  seconds: number;
  peak_mib: number | null;
}
/**
 * A value and its title.
 */
export interface TermView {
  value: string;
  title: string;
}
/**
 * An agent has the conversation now.
 */
export interface ConversationAssigned {
  type: "conversation.assigned";
  card: QueueCard;
  agent: string;
}
/**
 * A waiting or held conversation as the desk lists it.
 */
export interface QueueCard {
  conversation: ConversationView;
  shopper: string;
  shopper_name: string | null;
  tier: string;
  handoff: Handoff | null;
  last_text: string;
  updated_at: string;
  agent: string | null;
  parting: PartingView | null;
  hold: HoldView | null;
  participants: ParticipantView[];
  clocks: ClockView[];
  callback: CallbackView | null;
}
/**
 * What both sides see of a conversation's state.
 */
export interface ConversationView {
  id: string;
  status: Status;
  epoch: number;
  last_seq: number;
  case: number;
  keeps_place: boolean;
  agent_name: string | null;
  rating_due: boolean;
}
/**
 * One request for a human; `due_at` is the target of the first response.
 *
 *     It stands in the queue as if it had come `head_start` seconds earlier. `wanted_agent` is who
 *     should have it, until `wanted_until`, then anybody who fits. An offer to `offered_to` stands
 *     until `offered_until`; `declined_by` are those who let theirs pass. `weight` is how much of
 *     an agent's capacity it takes. Who left a message or a number instead of waiting did so at
 *     `left_at`; outside the hours of the desk that is a ticket until the next shift.
 */
export interface Handoff {
  id: string;
  conversation: string;
  case: number;
  reason: Reason;
  priority: Priority;
  queued_at: string;
  due_at: string;
  asked: string;
  detail: string;
  tier: string;
  mood: number;
  state: HandoffState;
  agent: string | null;
  accepted_at: string | null;
  ended_at: string | null;
  urgency: Degree;
  impact: Degree;
  sla_class: string;
  needs: Needs;
  weight: number;
  head_start: number;
  wanted_agent: string | null;
  wanted_until: string | null;
  offered_to: string | null;
  offered_until: string | null;
  declined_by: string[];
  left_at: string | null;
}
/**
 * What a handoff asks of whoever takes it; None asks nothing.
 */
export interface Needs {
  language: string | null;
  category: string | null;
  product_line: string | null;
  region: string | null;
  store: string | null;
}
/**
 * An ending that takes effect at `due_at` unless it is taken back.
 */
export interface PartingView {
  ending: Ending;
  agent: string;
  asked_at: string;
  due_at: string;
  to_agent: string | null;
}
/**
 * Why a conversation is on hold, and when its agent is reminded.
 */
export interface HoldView {
  reason: string;
  since: string;
  until: string;
  reminded: boolean;
}
/**
 * A colleague who was invited: reads along, and speaks if the owner lets them.
 */
export interface ParticipantView {
  staff: string;
  name: string;
  may_speak: boolean;
}
/**
 * The state of a conversation changed.
 */
export interface ConversationChanged {
  type: "conversation.changed";
  conversation: ConversationView;
}
/**
 * The conversation left queue and agents: resolved, returned to the bot.
 */
export interface ConversationLeft {
  type: "conversation.left";
  conversation: ConversationView;
}
/**
 * The shopper rated the case.
 */
export interface ConversationRated {
  type: "conversation.rated";
  conversation: string;
  score: number;
}
/**
 * A supervisor has taken a conversation over from you.
 */
export interface ConversationTakenOver {
  type: "conversation.seized";
  conversation: string;
  by: string;
  by_name: string;
}
/**
 * An agent puts a line of the brief right.
 */
export interface CorrectBrief {
  type: "correct_brief";
  conversation: string;
  line: string;
  text: string;
}
/**
 * A supervisor approves or declines a request.
 */
export interface DecideGrant {
  approve: boolean;
  note: string;
}
/**
 * The agent lets an offer pass.
 */
export interface Decline {
  type: "decline";
  conversation: string;
}
/**
 * A colleague does not take what was sent to them.
 */
export interface DeclineTransfer {
  type: "decline_transfer";
  conversation: string;
}
/**
 * First frame of a staff socket; the session cookie says who.
 */
export interface DeskHello {
  type: "hello";
}
/**
 * The agent says whether they take conversations.
 */
export interface SetPresence {
  type: "set_presence";
  presence: Presence;
}
/**
 * The agent reads a conversation from `after` on and follows it live.
 */
export interface Open {
  type: "open";
  conversation: string;
  after?: number;
}
/**
 * The agent leaves a note that only staff read.
 */
export interface Note {
  type: "note";
  conversation: string;
  client_id: string;
  text: string;
}
/**
 * The agent gives the conversation back to the bot; the summary stands in the next brief.
 */
export interface ReturnToBot {
  type: "return_to_bot";
  conversation: string;
  summary?: string;
}
/**
 * The agent gives the conversation to a colleague, a supervisor, some skills, or the queue.
 */
export interface Transfer {
  type: "transfer";
  conversation: string;
  reason?: string;
  agent?: string | null;
  needs?: NeedsWanted | null;
  supervisor?: boolean;
}
/**
 * What the next agent has to be good at.
 */
export interface NeedsWanted {
  language?: string | null;
  category?: string | null;
  product_line?: string | null;
  region?: string | null;
  store?: string | null;
}
/**
 * The agent closes the case: why it arose, how it ended.
 */
export interface Resolve {
  type: "resolve";
  conversation: string;
  cause?: string | null;
  outcome?: string | null;
  summary?: string;
}
/**
 * The agent takes back a resolve, return or transfer that has not taken effect.
 */
export interface Undo {
  type: "undo";
  conversation: string;
}
/**
 * The agent puts the conversation aside and is reminded after some minutes.
 */
export interface PutOnHold {
  type: "hold";
  conversation: string;
  minutes: number;
  reason?: string;
}
/**
 * The agent takes a conversation up again from hold.
 */
export interface TakeUp {
  type: "take_up";
  conversation: string;
}
/**
 * A supervisor tells the agent something, or the agent answers; nobody else reads it.
 */
export interface Whisper {
  type: "whisper";
  conversation: string;
  client_id: string;
  text: string;
}
/**
 * A supervisor takes a conversation over from its agent.
 */
export interface TakeOver {
  type: "take_over";
  conversation: string;
}
/**
 * The agent lets a colleague read along, or also speak.
 */
export interface Invite {
  type: "invite";
  conversation: string;
  staff: string;
  may_speak?: boolean;
}
/**
 * A colleague leaves; the agent may remove anybody they invited.
 */
export interface Uninvite {
  type: "uninvite";
  conversation: string;
  staff: string;
}
/**
 * The agent marks a bot answer as wrong or missing, which makes it a miss.
 */
export interface Flag {
  type: "flag";
  conversation: string;
  seq: number;
}
/**
 * Asks for a pong.
 */
export interface DeskPing {
  type: "ping";
}
/**
 * Answers a desk's hello with everything on screen; changes follow as events.
 */
export interface DeskWelcome {
  type: "welcome";
  me: StaffView;
  queue: QueueCard[];
  mine: QueueCard[];
  invited: QueueCard[];
  colleagues: StaffView[];
  causes: Choice[];
  outcomes: Choice[];
  rules: QueueRules;
  offers: Offer[];
}
/**
 * How handoffs are handed out; `overtaken_minutes` bounds how long anybody is overtaken.
 */
export interface QueueRules {
  hand_out: "auto" | "none" | "offer";
  pick: boolean;
  overtaken_minutes: number;
  away_minutes: number;
}
/**
 * A conversation offered to this agent until a moment; `seconds` is how long that is.
 */
export interface Offer {
  conversation: string;
  until: string;
  seconds: number;
}
/**
 * A conversation waits for an agent (again, or with changed facts).
 */
export interface HandoffQueued {
  type: "handoff.queued";
  card: QueueCard;
}
/**
 * A shopper is angry or in danger and was handed over; `detail` names the danger.
 */
export interface MoodAlerted {
  type: "mood.alerted";
  card: QueueCard;
  reason: Reason;
  detail: string;
}
/**
 * Most of a clock's time has gone.
 */
export interface SlaWarned {
  type: "sla.warned";
  card: QueueCard;
  kind: ClockKind;
  due_at: string;
}
/**
 * A target was missed: supervisors are told, and who still waits moves up.
 */
export interface SlaBreached {
  type: "sla.breached";
  card: QueueCard;
  kind: ClockKind;
  due_at: string;
}
/**
 * A message as stored.
 */
export interface MessageCreated {
  type: "message.created";
  message: Message;
}
/**
 * A stored message, numbered by `seq` from 1 without gaps in its conversation.
 */
export interface Message {
  conversation: string;
  seq: number;
  epoch: number;
  at: string;
  sender: Sender;
  body: Body;
  sender_id: string | null;
  sender_name: string | null;
  client_id: string | null;
  visibility: Visibility;
  source: Source;
  votable: boolean;
  helpful: boolean | null;
}
/**
 * Where a bot message comes from: the knowledge base, or a plan of follow-ups.
 */
export interface Source {
  entry: string | null;
  revision: number | null;
  release: number | null;
  model: string | null;
  plan: string | null;
}
/**
 * The message with this client id is committed under this seq.
 */
export interface MessageAcknowledged {
  type: "message.acknowledged";
  client_id: string;
  seq: number;
  at: string;
}
/**
 * A bot answer was voted helpful or not.
 */
export interface MessageVoted {
  type: "message.voted";
  conversation: string;
  seq: number;
  helpful: boolean;
}
/**
 * Somebody is typing; show it for five seconds.
 */
export interface TypingShown {
  type: "conversation.typing";
  conversation: string;
  who: "agent" | "bot" | "shopper";
}
/**
 * A colleague's presence changed.
 */
export interface PresenceChanged {
  type: "presence.changed";
  staff: string;
  presence: Presence;
}
/**
 * An ending waits to take effect.
 */
export interface PartingAsked {
  type: "parting.asked";
  conversation: string;
  parting: PartingView;
}
/**
 * An ending will not take effect: undone, the shopper has more to say, or it was overtaken.
 */
export interface PartingCancelled {
  type: "parting.cancelled";
  conversation: string;
  why: "overtaken" | "shopper" | "undone";
}
/**
 * The moment a hold was to end has come.
 */
export interface HoldReminded {
  type: "hold.reminded";
  conversation: string;
  hold: HoldView;
}
/**
 * A colleague took what was sent, or did not; `back` tells whether you have it again.
 */
export interface TransferAnswered {
  type: "transfer.answered";
  conversation: string;
  answer: Answer;
  by: string;
  back: boolean;
}
/**
 * Who reads along in a conversation changed.
 */
export interface ParticipantsChanged {
  type: "participants.changed";
  conversation: string;
  participants: ParticipantView[];
}
/**
 * Answers `open`: the thread after `after`, the brief, and from now on its live events.
 */
export interface Opened {
  type: "conversation.opened";
  card: QueueCard;
  messages: Message[];
  brief: Brief;
}
/**
 * A grant was made, asked for, decided, delivered, or has failed.
 */
export interface GrantChanged {
  type: "grant.changed";
  grant: Grant;
}
/**
 * A promise was made, is due soon or late, was kept, or was changed.
 */
export interface PromiseChanged {
  type: "promise.changed";
  promise: Promise;
  what: "cancelled" | "changed" | "kept" | "late" | "made" | "nudged";
}
/**
 * A recovery task was opened, taken or done.
 */
export interface TaskChanged {
  type: "task.changed";
  task: Task;
}
/**
 * Answers a ping.
 */
export interface Pong {
  type: "pong";
}
/**
 * Something was refused: a stable code and what to do; `client_id` names the message.
 */
export interface ErrorFrame {
  type: "error";
  code: string;
  detail: string;
  client_id: string | null;
}
/**
 * A waiting conversation is offered to this agent.
 */
export interface HandoffOffered {
  type: "handoff.offered";
  offer: Offer;
}
/**
 * An offer to this agent is over without them taking it.
 */
export interface OfferEnded {
  type: "offer.ended";
  conversation: string;
  why: "declined" | "ran_out";
}
/**
 * What is added, changed and removed.
 */
export interface DiffView {
  added: EntryBody[];
  changed: EntryChangeView[];
  removed: EntryBody[];
}
/**
 * How one entry differs.
 */
export interface EntryChangeView {
  key: string;
  title: string;
  fields: FieldChangeView[];
  phrasings: LineChangeView;
  negative_phrasings: LineChangeView;
  answers: AnswerChangeView[];
}
/**
 * A simple field before and after.
 */
export interface FieldChangeView {
  name: string;
  before: string;
  after: string;
}
/**
 * Lines that came and went.
 */
export interface LineChangeView {
  added: string[];
  removed: string[];
}
/**
 * Not a question for the bot.
 */
export interface Dismiss {
  type: "dismiss";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  reason: string;
}
/**
 * Make a new entry from misses, as a draft.
 */
export interface DraftEntry {
  type: "draft_entry";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  entry: EntryBody;
}
/**
 * The draft is kept, with what is wrong or doubtful about it.
 */
export interface DraftSaved {
  revision: RevisionView;
  findings: FindingView[];
}
/**
 * One edit of an entry with its life so far.
 */
export interface RevisionView {
  number: number;
  author: string;
  at: string;
  reason: string;
  state: "approved" | "draft" | "in_review" | "rejected";
  removal: boolean;
  base: number | null;
  entry: EntryBody;
  moves: RevisionMoveView[];
  releases: number[];
  live: boolean;
}
/**
 * A step of a revision.
 */
export interface RevisionMoveView {
  state: string;
  author: string;
  at: string;
  reason: string;
}
/**
 * Somebody saved the entry since: their revision, both merged, and what must be decided.
 *
 *     Saving `merged` (or an entry made from it) with base `newer.number` goes through.
 */
export interface EditConflictBody {
  code: "edit_conflict";
  detail: string;
  newer: RevisionView;
  merged: EntryBody;
  clashes: ClashView[];
}
/**
 * GET /api/v1/kb/entries?query=&category=&only=(edited|dated|unpublished).
 */
export interface EntryList {
  entries: EntryRow[];
  total: number;
}
/**
 * An entry in the list.
 */
export interface EntryRow {
  key: string;
  title: string;
  category: string;
  phrasings: number;
  human_only: boolean;
  owner: string | null;
  state: "changed" | "live" | "new" | "removed";
  edit: ("draft" | "in_review") | null;
  edit_by: string | null;
  dated: ("ended" | "not_yet" | "review_due") | null;
  found: string | null;
}
/**
 * GET /api/v1/kb/entries/{key}: what the editor opens.
 *
 *     `current` is the revision an edit continues from: the open one, else the newest approved one;
 *     its number is the `base` of the next save. A new key answers 404.
 */
export interface EntryPage {
  key: string;
  current: RevisionView;
  approved: RevisionView | null;
  live: RevisionView | null;
  history: RevisionView[];
  findings: FindingView[];
  misses_open: number;
  misses_cured: number;
}
/**
 * What is wrong or doubtful.
 */
export interface Findings {
  findings: FindingView[];
}
/**
 * A supervisor says what came of a task.
 */
export interface FinishTask {
  outcome: string;
}
/**
 * One check: its figure and its threshold; `passed` is None where nothing could be measured.
 *
 *     `floor` true: the figure has to be at least the threshold; false: at most.
 */
export interface GateCheck {
  name: string;
  figure: number | null;
  threshold: number;
  floor: boolean;
  unit: "count" | "ms" | "ratio" | "share";
  passed: boolean | null;
  measured: number;
  live: number | null;
  note: string;
  failing: GateItem[];
}
/**
 * One failing text: what was expected and what came.
 */
export interface GateItem {
  text: string;
  expected: string;
  got: string;
  confidence: number | null;
  note: string;
}
/**
 * The shopper asks the bot on while keeping the place in the queue.
 */
export interface GoOnWithBot {
  type: "go_on_with_bot";
}
/**
 * The newest grants that were looked for; `more` tells that there are others.
 */
export interface GrantAudit {
  lines: AuditLine[];
  more: boolean;
}
/**
 * A grant's audit trail.
 */
export interface GrantTrail {
  grant: Grant;
  lines: TrailView[];
}
/**
 * One line of a grant's audit trail.
 */
export interface TrailView {
  at: string;
  event: string;
  by: string | null;
  why: string;
}
/**
 * First frame of a shopper's socket: who, and from which seq on; `after` 0 means all.
 */
export interface Hello {
  type: "hello";
  token: string;
  after?: number;
  context?: PageContext;
}
/**
 * Where the shopper stands in the storefront.
 */
export interface PageContext {
  page?: string | null;
  order?: string | null;
  product?: string | null;
  product_line?: string | null;
  region?: string | null;
  store?: string | null;
  channel?: string | null;
  locale?: "en" | "zh-CN";
}
/**
 * Whether the desk is open, when it opens or closes next, what waits for the next shift.
 */
export interface HoursView {
  open: boolean;
  opens_at: string | null;
  closes_at: string | null;
  tickets: number;
}
/**
 * POST /api/v1/kb/import (multipart: file, remove_missing, apply).
 *
 *     With apply false nothing is saved; with problems nothing can be.
 */
export interface ImportPreview {
  diff: DiffView;
  problems: ImportProblem[];
  applied: boolean;
}
/**
 * An error in a file, by sheet or document, row and column where there are any.
 */
export interface ImportProblem {
  where: string;
  what: string;
  hint: string;
}
/**
 * GET /api/v1/kb/inbox: open misses in clusters, the largest first.
 */
export interface InboxView {
  clusters: ClusterView[];
  open: number;
  cured: number;
  dismissed: number;
  week: WeekView;
}
/**
 * The figure of the last seven days.
 */
export interface WeekView {
  until: string;
  missed: number;
  cured: number;
  cured_within_24h: number;
  dismissed: number;
  open: number;
  agent_minutes_saved: number;
}
/**
 * The waiting shopper leaves a message and goes; the answer will stand in the thread.
 */
export interface LeaveMessage {
  type: "leave_message";
  client_id: string;
  text: string;
}
/**
 * A member of staff logs in.
 */
export interface Login {
  login: string;
  password: string;
}
/**
 * One step in the life of a miss.
 */
export interface MissChangeView {
  move: string;
  author: string;
  at: string;
  reason: string;
  entry: string | null;
  release: number | null;
}
/**
 * Let only a human answer an entry, and add the wordings to it.
 */
export interface NeedsHuman {
  type: "needs_human";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  entry: string;
}
/**
 * Open closed misses again.
 */
export interface Reopen {
  type: "reopen";
  /**
   * @minItems 1
   * @maxItems 5000
   */
  misses: string[];
  reason: string;
}
/**
 * GET /api/v1/kb/misses?state=&entry=&ids=a,b&limit=&offset=, newest first.
 */
export interface MissList {
  misses: MissView[];
  total: number;
}
/**
 * One miss; `proof` says what the last replay showed, `stolen_by` what took it.
 */
export interface MissView {
  id: string;
  conversation: string;
  seq: number;
  text: string;
  reason: string;
  at: string;
  state: "cured" | "dismissed" | "open";
  age_hours: number | null;
  owner: string | null;
  intended: string | null;
  intended_title: string | null;
  claimed_by_release: number | null;
  confidence: number | null;
  read_as: string | null;
  proof: string;
  stolen_by: string | null;
  changes: MissChangeView[];
}
/**
 * What became of the misses; `revision` of `entry` is the draft that was made, if any.
 */
export interface MissesMoved {
  misses: string[];
  entry: string | null;
  revision: number | null;
  added: string[];
  left_out: string[];
}
/**
 * POST /api/v1/kb/model: serve this model, or (None) the one that served before.
 */
export interface ModelWanted {
  model: string | null;
}
/**
 * POST /api/v1/kb/entries/{key}/revisions/{number}/(submit|approve|reject).
 *
 *     Rejecting needs a reason. Answers RevisionView. `ready` below does submit and approve at once.
 */
export interface MoveRevision {
  reason: string;
}
/**
 * A release went live; `run` is the training that was asked for, if any.
 */
export interface Moved {
  release: number;
  run: string | null;
  model: string | null;
  detail: string;
}
/**
 * Asks for a shopper token: anonymous (keeping a former token's id), or signed.
 */
export interface OpenShopperSession {
  token?: string | null;
  shopper?: SignedShopper | null;
}
/**
 * A shopper the storefront vouches for.
 *
 *     `signature` is hex HMAC-SHA256 of "{id}\n{name}\n{tier}\n{expires}" with the storefront's
 *     secret; `expires` is Unix seconds.
 */
export interface SignedShopper {
  id: string;
  expires: number;
  signature: string;
  name?: string;
  tier?: string;
}
/**
 * Asks for a pong; the client's heartbeat.
 */
export interface Ping {
  type: "ping";
}
/**
 * A place in the queue: 1 is next; `waiting` counts everybody.
 *
 *     `p50` and `p90` are the seconds half and nine in ten of such waits take at most; null while
 *     nobody can tell, as when no agent is there.
 */
export interface Place {
  place: number;
  waiting: number;
  p50: number | null;
  p90: number | null;
}
/**
 * A suggested question the bubble opens with.
 */
export interface Preset {
  title: string;
  entry: string | null;
  flow: string | null;
  say: string | null;
}
/**
 * Every REST error: a stable code and what to do.
 */
export interface Problem {
  code: string;
  detail: string;
}
/**
 * POST /api/v1/kb/publish: `live` is the live release the editor looked at (409 if moved).
 */
export interface Publish {
  note: string;
  live: number | null;
  retrain: boolean;
}
/**
 * GET /api/v1/kb/publish: what publishing now would change, and what stands against it.
 *
 *     `ready` when there is something to publish and no blocker. Warnings do not block; `waiting`
 *     are edits that would not be in it because nobody approved them.
 */
export interface PublishPlan {
  live: number | null;
  ready: boolean;
  blockers: Blocker[];
  warnings: Blocker[];
  waiting: EntryRow[];
  diff: DiffView;
}
/**
 * The shopper's place in the queue changed; null when no longer waiting.
 */
export interface QueuePositionChanged {
  type: "queue.position_changed";
  conversation: string;
  place: Place | null;
}
/**
 * A candidate entry of a reading.
 */
export interface RankedView {
  key: string;
  title: string;
  confidence: number;
  served: boolean;
}
/**
 * The shopper rates the resolved case, 1 to 5.
 */
export interface Rate {
  type: "rate";
  score: number;
  comment?: string;
  /**
   * @maxItems 10
   */
  reasons?: string[];
}
/**
 * A reason of a rating: what is sent, and what it reads.
 */
export interface RatingChoice {
  key: string;
  text: string;
}
/**
 * GET /api/v1/kb/releases. GET /api/v1/kb/releases/{n}/diff[?against=m] gives a DiffView.
 */
export interface ReleaseList {
  releases: ReleaseRow[];
}
/**
 * Coverage and precision at the router's threshold, by release.
 */
export interface ReleasePoint {
  release: number;
  model: string;
  at: string;
  coverage: number;
  precision: number;
}
/**
 * Held-out texts by confidence: the mean of it and the share of right ones.
 */
export interface ReliabilityBin {
  confidence: number;
  right: number;
  texts: number;
}
/**
 * The waiting shopper leaves a number to be called back.
 */
export interface RequestCallback {
  type: "request_callback";
  client_id: string;
  phone: string;
  note?: string;
}
/**
 * The shopper taps 转人工.
 */
export interface RequestHuman {
  type: "request_human";
  client_id: string;
}
/**
 * Up to `last_seq` the client lacks nothing it may see; what follows is live.
 *
 *     Ends a replay, and comes again when a note for staff only has taken a seq.
 */
export interface Resumed {
  type: "resumed";
  last_seq: number;
}
/**
 * A supervisor takes back what has not reached the shopper.
 */
export interface ReverseGrant {
  why: string;
}
/**
 * Answering from this confidence on: the share answered and how much of it is right.
 */
export interface RiskPoint {
  confidence: number;
  coverage: number;
  precision: number;
}
/**
 * POST /api/v1/kb/roll_back: answers at once; understanding too where a model is kept.
 *
 *     `release` None is the one the live one followed.
 */
export interface RollBack {
  release: number | null;
  understanding: boolean;
}
/**
 * GET /api/v1/kb/runs. POST /api/v1/kb/runs starts one (202 RunRow, 409 run_goes_on).
 */
export interface RunList {
  runs: RunRow[];
}
/**
 * GET /api/v1/kb/runs/{id}/report; also written as JSON by `jieli retrain --out`.
 */
export interface RunReport {
  run: RunRow;
  passed: boolean;
  checks: GateCheck[];
  by_category: CategoryAccuracy[];
  confusions: Confusion[];
  reliability: ReliabilityBin[];
  risk: RiskPoint[];
  over_releases: ReleasePoint[];
  cured: GateItem[];
  not_cured: GateItem[];
}
/**
 * A text to keep; `revision` is the one it was changed from, 0 for a new one.
 */
export interface SaveCanned {
  title: string;
  text: string;
  shared: boolean;
  revision: number;
}
/**
 * PUT /api/v1/kb/entries/{key}/draft: autosave; `base` None makes a new entry.
 *
 *     An author's own newest draft is continued by a revision after it. Answers DraftSaved, or 409
 *     EditConflictBody.
 */
export interface SaveDraft {
  entry: EntryBody;
  base: number | null;
  reason: string;
  removal: boolean;
}
/**
 * The shopper says something.
 */
export interface Send {
  type: "send";
  client_id: string;
  text: string;
}
/**
 * The shopper shows an uploaded image.
 */
export interface SendImage {
  type: "send_image";
  client_id: string;
  upload: string;
}
/**
 * The shopper goes back to just waiting, at the place that was kept.
 */
export interface WaitAgain {
  type: "wait_again";
}
/**
 * The shopper says whether a bot answer helped.
 */
export interface Vote {
  type: "vote";
  seq: number;
  helpful: boolean;
}
/**
 * The shopper is typing.
 */
export interface Typing {
  type: "typing";
}
/**
 * Answers a shopper's hello; what is missing after `after` follows as message.created.
 */
export interface Welcome {
  type: "welcome";
  conversation: ConversationView;
  shopper_name: string | null;
  presets: Preset[];
  place: Place | null;
  greeting: string;
  rating_reasons: RatingChoice[][];
  max_text: number;
  max_image_bytes: number;
}
/**
 * The token for the socket and uploads, and until when it holds.
 */
export interface ShopperSession {
  token: string;
  shopper: string;
  anonymous: boolean;
  expires_at: string;
}
/**
 * How every agent stands; an angry shopper waits so long for an agent below the cap.
 */
export interface Standings {
  agents: AgentStanding[];
  angry_patience_seconds: number;
}
/**
 * An answer of the knowledge base to what the shopper said last, and how sure it is.
 */
export interface Suggestion {
  entry: string;
  title: string;
  text: string;
  score: number;
  release: number;
}
/**
 * Suggested answers, surest first; `why_none` says why there are none.
 */
export interface Suggestions {
  seq: number;
  suggestions: Suggestion[];
  why_none: string | null;
}
/**
 * The desk at one moment: who waits, in the order of the queue, and who holds how much.
 *
 *     `with_bot` is what the bot answers now, newest first.
 *     `bound_minutes` is the longest head start: nobody who comes later than that overtakes.
 */
export interface SupervisorView {
  at: string;
  queue: QueueCard[];
  held: QueueCard[];
  with_bot: QueueCard[];
  agents: AgentLoad[];
  breaches: BreachView[];
  waits: WaitsReport;
  hours: HoursView;
  bound_minutes: number;
}
/**
 * How well waits were told: which share kept to their P50 and P90, and the newest of them.
 */
export interface WaitsReport {
  told: number;
  within_p50: number | null;
  within_p90: number | null;
  newest: ToldWait[];
}
/**
 * A wait as it was told and as it was, in seconds.
 */
export interface ToldWait {
  at: string;
  place: number;
  p50: number;
  p90: number;
  waited: number;
}
/**
 * Live beside candidate; without a candidate model its half reads with the live one and
 *     answers from the approved entries.
 */
export interface Tried {
  live: TriedHalf;
  candidate: TriedHalf;
  human_request: number;
  anger: number;
  level: number;
}
/**
 * What one model and the answers beside it make of the text.
 */
export interface TriedHalf {
  model: string | null;
  release: number | null;
  available: boolean;
  why: string;
  decision: ("clarify" | "hand_off" | "reply") | null;
  rule: string;
  entry: string | null;
  confidence: number | null;
  threshold: number | null;
  ranking: RankedView[];
  answer: AnswerBody | null;
  condition: string;
}
/**
 * POST /api/v1/kb/try: how a text is read and answered under a chosen shopper.
 *
 *     `draft` is answered from instead of the live entry of its key in the candidate's half.
 */
export interface TryIt {
  text: string;
  store: string | null;
  channel: string | null;
  tier: string | null;
  product_line: string | null;
  order_state: string | null;
  on: string | null;
  draft: EntryBody | null;
}
/**
 * An accepted image.
 */
export interface Uploaded {
  upload: string;
  mime: string;
  size: number;
  width: number;
  height: number;
}
