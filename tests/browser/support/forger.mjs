// Somebody who has a workshop's code and tools of their own, as `cargo build --example forger` made them.

import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const TARGET = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/klassrum/target");

/** Starts the forger, who writes at once. `said` waits until they say that they have done so, `goOn` lets them go on. */
export function startForger(relay, code) {
  const path = join(TARGET, "debug/examples/forger");
  const program = spawn(path, [relay, code], { stdio: ["pipe", "pipe", "inherit"] });
  const missing = new Promise((_, reject) => {
    program.once("error", (why) => reject(new Error(`${path} can't be started: ${why.message}`)));
  });
  missing.catch(() => {});
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
  return {
    said: async (word) => {
      const { value } = await Promise.race([lines.next(), missing]);
      if (value !== word) throw new Error(`the forger said ${value} and not ${word}`);
    },
    goOn: () => program.stdin.write("\n"),
    stop: () => program.kill(),
  };
}
