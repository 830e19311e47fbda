import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const router = process.env.JIELI_ROUTER ?? "http://127.0.0.1:8000";

export default defineConfig({
  root: fileURLToPath(new URL("./shop", import.meta.url)),
  base: "/shop/",
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false" },
  build: {
    outDir: fileURLToPath(new URL("./dist/shop", import.meta.url)),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5174,
    proxy: {
      "/api": router,
      "/widget.js": router,
      "/ws": { target: router, ws: true },
    },
  },
});
