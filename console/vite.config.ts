import { defineConfig } from "vite";

// `SIGNET=https://localhost:8443 npm run dev` serves the sources beside a manager that runs.
const manager = process.env.SIGNET;

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the page takes nothing that is inline
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: manager ? { proxy: { "/v3": { target: manager, secure: false, changeOrigin: true } } } : {},
});
