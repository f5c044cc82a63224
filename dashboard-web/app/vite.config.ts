import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [solid({ ssr: false })],
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    // The browser tests build the rehearsal and the page of samples; the program's app has neither.
    rolldownOptions: mode === "development" ? { input: ["index.html", "samples.html"] } : {},
  },
  server: { host: "127.0.0.1", proxy: {} },
  test: { environment: "node", include: ["src/**/*.test.ts"], css: true },
}));
