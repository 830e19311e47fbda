import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig, type Plugin, type ProxyOptions } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** JIELI_MOCK=1 answers REST and the staff socket inside vite, for work on the pages alone. */
async function mock(): Promise<Plugin | null> {
  if (!process.env["JIELI_MOCK"]) return null;
  return (await import("./desk/dev/mock.ts")).mockRouter();
}

const router = process.env["JIELI_ROUTER"] ?? "http://127.0.0.1:8000";
const proxy: Record<string, ProxyOptions> = process.env["JIELI_MOCK"]
  ? {}
  : { "/api": { target: router }, "/ws": { target: router, ws: true } };

export default defineConfig({
  root: here("./desk"),
  base: "/desk/",
  resolve: { alias: { "@shared": here("./shared") } },
  plugins: [
    vue(),
    Components({
      dirs: [],
      resolvers: [ElementPlusResolver({ importStyle: "css" })],
      dts: here("./desk/components.d.ts"),
    }),
    mock(),
  ],
  server: { host: "127.0.0.1", port: 5173, proxy },
  preview: { host: "127.0.0.1", port: 4173, proxy },
  build: {
    outDir: here("./dist/desk"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
