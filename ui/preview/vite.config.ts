// Builds the window with a played desk instead of Rust, to look at every state without a database. It is no
// part of the app: dist/ never holds it.
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Wherever the window imports its bridge, it gets the played one. */
const playedBridge: Plugin = {
  name: "played-bridge",
  enforce: "pre",
  resolveId: (source) => (/^\.{1,2}\/(.*\/)?bridge$/u.test(source) ? here("./played-bridge.ts") : null),
};

export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [playedBridge, svelte({ configFile: here("../svelte.config.js") })],
  build: { outDir: here("./out"), emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
