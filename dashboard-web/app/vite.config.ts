import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  plugins: [solid({ ssr: false })],
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  server: { host: "127.0.0.1", proxy: {} },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
