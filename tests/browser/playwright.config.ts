import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const port = process.env.KLASSRUM_TEST_PORT ?? "8441";
const cache = process.env.KLASSRUM_CACHE ?? join(homedir(), ".cache/klassrum");
const target = process.env.CARGO_TARGET_DIR ?? join(cache, "target");
const relay = process.env.KLASSRUM_RELAY ?? join(target, "relay/klassrum");
const dist = process.env.KLASSRUM_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const origin = `http://127.0.0.1:${port}`;

// The tests count days as the pages do, also when it is late.
process.env.TZ = "Europe/Stockholm";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  fullyParallel: true,
  // A test that passes only the second time has found something.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI ? "line" : "list",
  use: {
    baseURL: origin,
    locale: "sv-SE",
    timezoneId: process.env.TZ,
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `"${relay}" relay --dist "${dist}" --data "$(mktemp -d)" --listen 127.0.0.1:${port}`,
    url: origin,
    // A server that is already there may serve another build.
    reuseExistingServer: false,
  },
});
