// Generated from wire.schema.json by `npm run wire`; change router/wire.py instead.

/**
 * Where a conversation stands.
 */
export type Status = "active" | "bot" | "offline" | "on_hold" | "queued" | "resolved";
/**
 * Why a human is asked for.
 */
export type Reason =
  | "anger"
  | "bot_unavailable"
  | "explicit_request"
  | "going_in_circles"
  | "human_only"
  | "image"
  | "low_confidence"
  | "safety"
  | "transfer";
/**
 * How soon a handoff is due; higher is sooner.
 */
export type Priority = 0 | 1 | 2 | 3;
/**
 * Where a handoff stands.
 */
export type HandoffState = "assigned" | "ended" | "queued";
export type DeskCommand =
  | DeskHello
  | SetPresence
  | Accept
  | Open
  | AgentReply
  | Note
  | ReturnToBot
  | Transfer
  | Resolve
  | AgentTyping
  | Flag
  | DeskPing;
/**
 * Whether an agent can take conversations now.
 */
export type Presence = "away" | "busy" | "offline" | "online";
export type DeskEvent =
  | DeskWelcome
  | HandoffQueued
  | ConversationAssigned
  | ConversationLeft
  | ConversationChanged
  | MessageCreated
  | MessageAcknowledged
  | MessageVoted
  | ConversationRated
  | TypingShown
  | PresenceChanged
  | Opened
  | Pong
  | ErrorFrame;
/**
 * What a member of staff may do.
 */
export type Role = "admin" | "agent" | "editor" | "supervisor";
/**
 * Who speaks.
 */
export type Sender = "agent" | "bot" | "shopper" | "system";
/**
 * Who may read a message.
 */
export type Visibility = "everyone" | "staff";
export type ShopperCommand =
  | Hello
  | Send
  | SendImage
  | Choose
  | RequestHuman
  | GoOnWithBot
  | WaitAgain
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
 * The agent speaks to the shopper, under the epoch they saw.
 */
export interface AgentReply {
  type: "reply";
  conversation: string;
  client_id: string;
  text: string;
  epoch: number;
}
/**
 * The agent is typing.
 */
export interface AgentTyping {
  type: "typing";
  conversation: string;
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
 * What an agent needs to know before the first word.
 */
export interface Brief {
  asked: string;
  reason: string | null;
  detail: string;
  tried: TriedAnswer[];
  orders: OrderCard[];
  orders_note: string | null;
  mood: MoodPoint[];
  shopper: string;
  shopper_name: string | null;
  tier: string;
  anonymous: boolean;
  context: Context;
  images: Image[];
  earlier_cases: number;
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
  store: string | null;
  channel: string | null;
  locale: string;
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
 * The agent gives the conversation back to the bot.
 */
export interface ReturnToBot {
  type: "return_to_bot";
  conversation: string;
}
/**
 * The agent gives the conversation back to the queue, saying why.
 */
export interface Transfer {
  type: "transfer";
  conversation: string;
  reason?: string;
}
/**
 * The agent closes the case.
 */
export interface Resolve {
  type: "resolve";
  conversation: string;
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
  colleagues: StaffView[];
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
}
/**
 * A conversation waits for an agent (again, or with changed facts).
 */
export interface HandoffQueued {
  type: "handoff.queued";
  card: QueueCard;
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
 * Where a bot message comes from in the knowledge base.
 */
export interface Source {
  entry: string | null;
  revision: number | null;
  release: number | null;
  model: string | null;
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
 * Answers `open`: the thread after `after`, the brief, and from now on its live events.
 */
export interface Opened {
  type: "conversation.opened";
  card: QueueCard;
  messages: Message[];
  brief: Brief;
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
 * The shopper asks the bot on while keeping the place in the queue.
 */
export interface GoOnWithBot {
  type: "go_on_with_bot";
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
  store?: string | null;
  channel?: string | null;
  locale?: "en" | "zh-CN";
}
/**
 * A member of staff logs in.
 */
export interface Login {
  login: string;
  password: string;
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
 */
export interface Place {
  place: number;
  waiting: number;
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
 * The shopper's place in the queue changed; null when no longer waiting.
 */
export interface QueuePositionChanged {
  type: "queue.position_changed";
  conversation: string;
  place: Place | null;
}
/**
 * The shopper rates the resolved case, 1 to 5.
 */
export interface Rate {
  type: "rate";
  score: number;
  comment?: string;
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
 * An accepted image.
 */
export interface Uploaded {
  upload: string;
  mime: string;
  size: number;
  width: number;
  height: number;
}
