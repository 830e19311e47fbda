// A stand-in for the router while working on the pages: `node shared/mock-router.mjs [port]`.
// It serves dist/ and one thread a shopper, kept in memory. What a shopper may say: 转人工 queues
// and brings an agent, 订单 shows a card, 结束 resolves, 断线 cuts the line, 超长 refuses.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const CSP =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; script-src 'self'";
const threads = new Map();
const uploads = new Map();
const now = () => new Date().toISOString();
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();

const product = (id, title, line, price, image, pricing = "fixed", presale = false) => ({
  id, title, product_line: line, price, pricing, image, specs: ["均码"], presale,
});
const SHOP = {
  name: "锦年",
  products: [
    product("ring-classic-3g", "足金经典素圈戒指 3.2g", "jewellery", "2368.00", "ring", "by_weight"),
    product("bangle-gufa-28g", "足金古法光面手镯 28.6g", "jewellery", "21164.00", "bangle", "by_weight"),
    product("bar-invest-10g", "足金投资金条 10g", "jewellery", "7280.00", "bar", "by_weight"),
    product("necklace-daisy", "足金小雏菊项链 一口价", "jewellery", "1680.00", "necklace"),
    product("earring-moon", "足金月牙耳钉 一口价", "jewellery", "899.00", "earring"),
    product("bracelet-luck", "足金转运珠手绳 一口价", "jewellery", "568.00", "bracelet"),
    product("pendant-safe", "足金平安扣吊坠 一口价", "jewellery", "1299.00", "pendant"),
    product("coat-wool-01", "双面羊毛大衣", "apparel", "899.00", "coat"),
    product("down-long-01", "长款鹅绒羽绒服", "apparel", "1599.00", "down", "fixed", true),
    product("sweater-cable-01", "麻花羊绒混纺毛衣", "apparel", "459.00", "sweater"),
    product("dress-knit-01", "收腰针织连衣裙", "apparel", "369.00", "dress"),
    product("shirt-silk-01", "桑蚕丝衬衫", "apparel", "529.00", "shirt"),
    product("scarf-wool-01", "格纹羊毛围巾", "apparel", "159.00", "scarf"),
  ],
  shoppers: [
    { id: "xiaoman", name: "小满", tier: "ordinary" },
    { id: "linan", name: "李楠", tier: "gold" },
    { id: "zhouyi", name: "周懿", tier: "diamond" },
  ],
};

const order = (number, state, items, total, rest = {}) => ({
  number, state, placed_at: ago(50), product_line: "apparel", items, total, store: "online",
  carrier: null, tracking: null, last_event: null, promised_ship_at: null, delivered_at: null,
  returnable: false, not_returnable_reason: null, ...rest,
});
const item = (title, spec, price, quantity = 1) => ({ title, spec, quantity, price });
const ORDERS = [
  order("JN2611210009", "shipped", [item("麻花羊绒混纺毛衣", "M 酒红", "459.00"), item("收腰针织连衣裙", "M 藏青", "369.00")], "828.00", {
    carrier: "圆通速递", tracking: "YT0000012345609", last_event: { at: ago(4), text: "已离开杭州转运中心，发往武汉" }, promised_ship_at: ago(16),
  }),
  order("JN2611170011", "delivered", [item("足金经典素圈戒指 3.2g", "13号", "2368.00")], "2368.00", {
    carrier: "顺丰速运", tracking: "SF0000012345611", delivered_at: ago(96), not_returnable_reason: "按克重计价的黄金不支持无理由退货",
    last_event: { at: ago(96), text: "已签收，签收人：本人" },
  }),
  order("JN2611230002", "unpaid", [item("格纹羊毛围巾", "驼格", "159.00")], "169.00"),
];

class MockThread {
  constructor(id) {
    this.sockets = new Set();
    this.messages = [];
    this.place = null;
    this.view = { id, status: "bot", epoch: 0, last_seq: 0, case: 1, keeps_place: false, agent_name: null, rating_due: false };
  }
  tell(event) {
    for (const socket of this.sockets) socket.send(JSON.stringify(event));
  }
  add(sender, body, more = {}) {
    const message = {
      conversation: this.view.id, seq: ++this.view.last_seq, epoch: this.view.epoch, at: now(), sender,
      body: { text: "", buttons: [], card: null, image: null, ...body },
      sender_id: null, sender_name: null, client_id: null, visibility: "everyone",
      source: { entry: null, revision: null, release: null, model: null }, votable: false, helpful: null, ...more,
    };
    this.messages.push(message);
    this.tell({ type: "message.created", message });
    return message;
  }
  become(status, more = {}) {
    Object.assign(this.view, { status, epoch: this.view.epoch + 1, ...more });
    this.tell({ type: "conversation.changed", conversation: this.view });
  }
  queue() {
    this.place = { place: 3, waiting: 3 };
    this.become("queued");
    this.add("system", { text: "已为你转接人工，前面还有 2 位" });
    this.tell({ type: "queue.position_changed", conversation: this.view.id, place: this.place });
    setTimeout(() => this.view.status === "queued" && this.assign(), 6_000);
  }
  assign() {
    this.place = null;
    this.become("active", { agent_name: "林晓" });
    this.tell({ type: "conversation.typing", conversation: this.view.id, who: "agent" });
    setTimeout(() => this.add("agent", { text: "你好，我是林晓，已经看过你和机器人的对话了，这就帮你核实。" }, { sender_name: "林晓", sender_id: "a1" }), 1_200);
  }
  answer(text) {
    if (this.view.status === "active") {
      if (text.includes("结束")) return this.become("resolved", { agent_name: null, rating_due: true });
      return void setTimeout(() => this.add("agent", { text: "收到。" }, { sender_name: "林晓", sender_id: "a1" }), 600);
    }
    if (this.view.status === "queued") return;
    if (text.includes("转人工")) return this.queue();
    this.tell({ type: "conversation.typing", conversation: this.view.id, who: "bot" });
    setTimeout(() => this.botSays(text), 500);
  }
  botSays(text) {
    if (text.includes("订单") || text.includes("物流")) {
      return this.add("bot", { text: "你的包裹正在路上，最新进度如下：", card: ORDERS[0], buttons: [{ title: "催一下物流", say: "帮我催一下物流", entry: null, flow: null, url: null }, { title: "看退货说明", say: null, entry: null, flow: null, url: "https://example.com/returns" }] }, { votable: true });
    }
    this.add("bot", { text: `关于“${text.slice(0, 40)}”：服饰签收后 7 天内可以无理由退货，吊牌在、未洗未穿就行。详细说明见 https://example.com/help?id=7 。`, buttons: [{ title: "怎么申请退货", say: "怎么申请退货", entry: null, flow: null, url: null }, { title: "转人工", say: "转人工", entry: null, flow: null, url: null }] }, { votable: true });
  }
}

function threadOf(token) {
  if (!threads.has(token)) threads.set(token, new MockThread(`c-${token}`.padEnd(8, "0")));
  return threads.get(token);
}

const HANDLE = {
  send: (thread, { text, client_id }) => {
    thread.add("shopper", { text }, { client_id });
    thread.answer(text);
  },
  choose: (thread, { title, client_id }) => {
    thread.add("shopper", { text: title }, { client_id });
    thread.answer(title);
  },
  send_image: (thread, { upload, client_id }) => {
    const { mime, size } = uploads.get(upload);
    thread.add("shopper", { image: { id: upload, mime, size, width: 320, height: 240 } }, { client_id });
  },
  request_human: (thread) => thread.queue(),
  go_on_with_bot: (thread) => thread.become("bot", { keeps_place: true }),
  wait_again: (thread) => {
    thread.become("queued", { keeps_place: false });
    setTimeout(() => thread.assign(), 3_000);
  },
  vote: (thread, { seq, helpful }) => {
    thread.messages.find((one) => one.seq === seq).helpful = helpful;
    thread.tell({ type: "message.voted", conversation: thread.view.id, seq, helpful });
  },
  rate: (thread, { score }) => {
    thread.view.rating_due = false;
    thread.tell({ type: "conversation.rated", conversation: thread.view.id, score });
  },
  typing: () => {},
};

function greet(socket, thread, { after, context }) {
  const send = (event) => socket.send(JSON.stringify(event));
  const about = context.page === "product" ? ["这款有货吗", "圈口怎么选"] : ["查物流", "怎么退货", "营业时间"];
  send({
    type: "welcome", conversation: thread.view, shopper_name: null, place: thread.place,
    greeting: "你好，我是锦年的智能客服，订单、物流、退换都可以问我。", max_text: 4000, max_image_bytes: 8000000,
    presets: about.map((title) => ({ title, say: title, entry: null, flow: null })),
  });
  for (const message of thread.messages) if (message.seq > after) send({ type: "message.created", message });
  send({ type: "resumed", last_seq: thread.view.last_seq });
}

function serveSocket(socket) {
  let thread = null;
  socket.on("message", (raw) => {
    const frame = JSON.parse(raw);
    if (frame.type === "ping") return socket.send('{"type":"pong"}');
    if (frame.type === "hello") {
      thread = threadOf(frame.token);
      greet(socket, thread, frame);
      return thread.sockets.add(socket);
    }
    if (frame.text?.includes("断线")) return socket.close(1013);
    if (frame.text?.includes("超长")) {
      return socket.send(JSON.stringify({ type: "error", code: "invalid_text", detail: "消息太长，请分几条发送。", client_id: frame.client_id }));
    }
    const known = frame.client_id && thread.messages.find((one) => one.client_id === frame.client_id);
    if (!known) HANDLE[frame.type](thread, frame);
    if (frame.client_id) {
      socket.send(JSON.stringify({ type: "message.acknowledged", client_id: frame.client_id, seq: known?.seq ?? thread.view.last_seq, at: now() }));
    }
  });
  socket.on("close", () => thread?.sockets.delete(socket));
}

const REST = {
  "POST /api/v1/shopper/session": (body) => {
    const { token, shopper } = JSON.parse(body);
    const id = shopper?.id ?? token ?? `anon${Math.random().toString(36).slice(2, 10)}`;
    return { token: id, shopper: id, anonymous: !shopper, expires_at: ago(-24) };
  },
  "POST /api/v1/uploads": (body, request) => {
    const id = Math.random().toString(36).slice(2, 12);
    uploads.set(id, { mime: request.headers["content-type"], size: body.length, body });
    return { upload: id, mime: request.headers["content-type"], size: body.length, width: 320, height: 240 };
  },
  "GET /api/v1/demo/shop": () => SHOP,
  "POST /api/v1/demo/login": (body) => {
    const { name, tier, id } = SHOP.shoppers.find((one) => one.id === JSON.parse(body).shopper);
    return { shopper: { id, name, tier, expires: Math.floor(Date.now() / 1000) + 3600, signature: "00" }, orders: ORDERS };
  },
};

async function serve(request, response) {
  const path = new URL(request.url, "http://mock").pathname;
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = REST[`${request.method} ${path}`];
  if (answer) {
    response.writeHead(200, { "Content-Type": "application/json" });
    return response.end(JSON.stringify(answer(Buffer.concat(chunks), request)));
  }
  const image = path.startsWith("/api/v1/uploads/") && uploads.get(path.split("/").pop());
  if (image) {
    response.writeHead(200, { "Content-Type": image.mime });
    return response.end(image.body);
  }
  const file = path === "/" ? "shop/index.html" : normalize(path).slice(1);
  const content = await readFile(join(DIST, file)).catch(() => null);
  response.writeHead(content ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "text/plain", "Content-Security-Policy": CSP });
  response.end(content ?? "not found");
}

const server = createServer((request, response) => void serve(request, response));
const sockets = new WebSocketServer({ server, path: "/ws/shopper" });
sockets.on("connection", serveSocket);
server.listen(Number(process.argv[2] ?? 8000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
