// The relay as it is shipped, over the app as it was built by `scripts/run --build-only`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/klassrum/target");

/**
 * Serves the app in `dist` at a free port. `stop` ends it: from then on there is no network for whoever used it.
 * `data` is the folder of its own files, `said` what it has logged.
 * `breakDown` ends it too, and gives what starts the same relay again, at the same port, with what it had.
 */
export async function startRelay(dist = join(ROOT, "dist"), port = 0, data = mkdtempSync(join(tmpdir(), "klassrum-"))) {
  const program = join(TARGET, "relay/klassrum");
  const relay = spawn(program, ["relay", "--dist", dist, "--data", data, "--listen", `127.0.0.1:${port}`], {
    env: { ...process.env, RUST_LOG: "info", NO_COLOR: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const gone = once(relay, "exit");
  gone.catch(() => {});
  const said = [];
  const url = await new Promise((resolve, reject) => {
    relay.once("error", (why) => reject(new Error(`${program} can't be started: ${why.message}`)));
    relay.once("exit", () => reject(new Error(`the relay stopped at once: ${said.join("\n")}`)));
    createInterface(relay.stderr).on("line", (line) => {
      said.push(line);
      const address = /served at (http:\/\/\S+?:\d+)/.exec(line);
      if (address) resolve(address[1]);
    });
  });
  const kill = async () => {
    if (relay.exitCode === null && relay.signalCode === null) {
      // Not asked politely: it would first answer those who keep a connection open.
      relay.kill("SIGKILL");
      await gone;
    }
  };
  const stop = async () => {
    await kill();
    rmSync(data, { recursive: true, force: true });
  };
  const breakDown = async () => {
    await kill();
    return () => startRelay(dist, Number(new URL(url).port), data);
  };
  return { url, stop, breakDown, data, said };
}
