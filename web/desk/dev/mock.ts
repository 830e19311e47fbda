/** Answers REST and the staff socket inside vite from a make-believe stage. A dev tool. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { WebSocketServer, type WebSocket } from "ws";
import type { DeskCommand, Login } from "@shared/wire";
import { audit, careOf, careOverview, trailOf } from "./care.ts";
import { KnowledgeStage } from "./knowledge.ts";
import { STAFF } from "./scenes.ts";
import { Stage } from "./stage.ts";

const CSP =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self' ws: wss:; script-src 'self'";
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320"><rect width="480" height="320" fill="#e9dcc3"/><rect x="90" y="70" width="300" height="180" rx="10" fill="#c39a5c"/><path d="M90 110h300M240 70v180" stroke="#8a6430" stroke-width="10"/></svg>`;

/** Logs in lina (agent), zhaomin (editor), chenjing (supervisor), each with the login as password; POST /api/dev/{say,queue,drop,empty,full,refuse,expire} moves the stage. */
export function mockRouter(): Plugin {
  let stage = new Stage();
  let knowledge = new KnowledgeStage();
  let loggedIn = false;
  let tries = 0;
  const sockets = new WebSocketServer({ noServer: true });
  const open = new Set<WebSocket>();

  function join(socket: WebSocket): void {
    if (!loggedIn) return socket.close(4401, "unauthorized");
    const push = (event: unknown): void => socket.send(JSON.stringify(event));
    const leave = stage.join(push);
    open.add(socket);
    socket.on("close", () => (leave(), open.delete(socket)));
    socket.on("message", (raw) => stage.take(JSON.parse(String(raw)) as DeskCommand, push));
  }

  function dev(what: string, body: Record<string, string>): void {
    if (what === "say") stage.say(body["conversation"] ?? "", body["text"] ?? "");
    if (what === "typing") {
      stage.tell({ type: "conversation.typing", conversation: body["conversation"] ?? "", who: "shopper" });
    }
    if (what === "queue") stage.enqueue();
    if (what === "offer") stage.offer();
    if (what === "refuse") stage.refuseNext = body["code"] ?? "epoch_moved";
    if (what === "full") stage.me.capacity = 2;
    if (what === "expire") loggedIn = false;
    if (what === "empty" || what === "reset") {
      stage = new Stage(what === "empty");
      knowledge = new KnowledgeStage(what === "empty");
    }
    if (what === "gate") knowledge.gateRefuses = !knowledge.gateRefuses;
    if (what === "colleague") {
      knowledge.colleague(body["key"] ?? "", (entry) => {
        entry.title = `${entry.title}？`;
        entry.phrasings.push("同事加的说法");
      });
    }
    if (["drop", "empty", "reset", "full"].includes(what)) for (const socket of open) socket.close(1012);
    if (what === "expire") for (const socket of open) socket.close(4401);
  }

  function login(body: Partial<Login>, response: ServerResponse): void {
    const member = STAFF.find((one) => one.login === body.login && one.login === body.password);
    if (member) {
      [loggedIn, tries] = [true, 0];
      Object.assign(stage.me, member);
      return json(response, 200, stage.me);
    }
    tries += 1;
    if (tries < 5) return json(response, 401, { code: "unauthorized", detail: "账号或密码不对" });
    response.setHeader("Retry-After", "300");
    json(response, 429, { code: "too_many_attempts", detail: "试的次数太多" });
  }

  async function answer(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path === "/desk") {
      response.writeHead(302, { Location: "/desk/" }).end();
      return;
    }
    if (!path.startsWith("/api/")) return next();
    const raw = await read(request);
    const isForm = request.headers["content-type"]?.startsWith("multipart/") ?? false;
    const body = (isForm ? {} : JSON.parse(raw || "{}")) as Record<string, string>;
    if (path === "/api/v1/kb" || path.startsWith("/api/v1/kb/")) {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      const { status, body: found } = knowledge.answer(
        request.method ?? "GET", pathname.slice("/api/v1/kb".length), searchParams, body,
      );
      return json(response, status, found);
    }
    if (path.startsWith("/api/dev/")) {
      dev(path.slice("/api/dev/".length), body);
      return json(response, 200, {});
    }
    switch (path) {
      case "/api/v1/staff/login":
        return login(body, response);
      case "/api/v1/staff/logout":
        loggedIn = false;
        return json(response, 200, null);
      case "/api/v1/staff/me":
        if (loggedIn) return json(response, 200, stage.me);
        return json(response, 401, { code: "unauthorized", detail: "没有登录" });
      case "/api/v1/grants":
        return json(response, 200, audit());
      case "/api/v1/callbacks":
        return json(response, 200, { callbacks: stage.callbacks });
      case "/api/v1/agents":
        return json(response, 200, stage.standings());
      case "/api/v1/supervisor/care":
        return json(response, 200, careOverview());
      case "/api/v1/supervisor":
        return json(response, 200, stage.overview());
      case "/api/v1/conversations": {
        const before = new URL(request.url ?? "", "http://x").searchParams.get("before");
        const cards = [...stage.kept.values()].map((kept) => kept.card);
        const conversations = cards.filter(
          (c) => c.conversation.status === "resolved" && (!before || c.updated_at < before),
        );
        return json(response, 200, { conversations });
      }
    }
    const trail = /^\/api\/v1\/grants\/([^/]+)\/trail$/.exec(path);
    if (trail) return json(response, 200, trailOf(trail[1]!));
    const called = /^\/api\/v1\/callbacks\/([^/]+)\/\d+\/done$/.exec(path);
    if (called) {
      stage.calledBack(called[1]!);
      return json(response, 200, null);
    }
    const noted = /^\/api\/v1\/conversations\/([^/]+)\/promises$/.exec(path);
    if (noted) return json(response, 201, stage.promise(noted[1]!, body["text"] ?? "", body["due_at"] ?? ""));
    const beside = /^\/api\/v1\/conversations\/([^/]+)\/care$/.exec(path);
    if (beside) return json(response, 200, careOf(beside[1]!, stage.promises));
    if (path.startsWith("/api/v1/uploads/")) {
      response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(PICTURE);
      return;
    }
    json(response, 404, { code: "not_found", detail: path });
  }

  function serve(server: ViteDevServer | PreviewServer): void {
    server.middlewares.use((request, response, next) => void answer(request, response, next));
    server.httpServer?.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url !== "/ws/desk") return;
      sockets.handleUpgrade(request, socket, head, join);
    });
  }

  return {
    name: "jieli-mock-router",
    configureServer: serve,
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        response.setHeader("Content-Security-Policy", CSP);
        next();
      });
      serve(server);
    },
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
