import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// One file that a storefront embeds with one tag: no chunks, no style sheet beside it.
export default defineConfig({
  plugins: [vue()],
  define: {
    "process.env.NODE_ENV": JSON.stringify("production"),
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false,
    // Browsers from 2022 on; older ones would cost every browser the helpers they need.
    target: "es2022",
    // Worth half a kilobyte over the default on every page load.
    minify: "terser",
    terserOptions: {
      toplevel: true,
      compress: { passes: 3, ecma: 2020, unsafe_arrows: true, keep_fargs: false },
    },
    lib: {
      entry: "widget/main.ts",
      name: "jieliWidget",
      formats: ["iife"],
      fileName: () => "widget.js",
    },
  },
});
