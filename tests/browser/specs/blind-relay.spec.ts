// The relay, and whoever listens on the way to it, learns no word of a register.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";
import { startRelay } from "../support/relay.mjs";
import { tapBefore } from "../support/tap.mjs";

const WORDS = ["Passersystem", "Skolfastigheter", "Nyckelskåpet i källaren", "Säkerhetssamordnaren", "Ängsbacken"];

test("no word of a register is in the relay's database, in its log or in the traffic", async ({ newDevice, complaints }) => {
  complaints.expect(/ERR_CONNECTION|WebSocket/);
  const relay = await startRelay();
  const tap = await tapBefore(relay.url);
  const ada = await newDevice({ baseURL: tap.url });
  const system = await systemIn(ada, "Passersystem");
  await system.write("Kommentar", "Nyckelskåpet i källaren");
  const settings = await Settings.visit(ada);
  await settings.sign("Säkerhetssamordnaren", "Ängsbacken");
  await ada.getByRole("button", { name: "Anslut till reläet" }).click();
  await expect(ada.getByRole("link", { name: /^Hos reläet/ })).toBeVisible();
  await ada.getByRole("button", { name: "Bjud in att redigera" }).click();
  const link = await ada.getByLabel("Inbjudan som länk").inputValue();

  const ben = await newDevice({ baseURL: tap.url });
  await ben.goto(link);
  await ben.getByRole("button", { name: "Gå med" }).first().click();
  const there = await (await Systems.visit(ben)).open("Passersystem");
  await expect(there.field("Kommentar")).toHaveValue("Nyckelskåpet i källaren");
  // The name and the role have come too, sealed.
  await Settings.visit(ben);
  await expect(ben.getByRole("rowheader", { name: "Säkerhetssamordnaren (Ängsbacken)" })).toBeVisible();

  const files = readdirSync(relay.data).map((name) => readFileSync(join(relay.data, name)));
  const traffic = tap.socketBytes();
  const secret = new URL(link).hash.slice(1);
  const places = { database: Buffer.concat(files), log: Buffer.from(relay.said.join("\n")), traffic: Buffer.concat(traffic) };
  // What is looked through is what is meant: the relay holds entries, and both devices have said hello through the tap.
  expect(places.database.length).toBeGreaterThan(10_000);
  expect(places.log.includes("Klassrum is served")).toBe(true);
  expect(traffic.filter((bytes) => bytes.includes("KLSR")).length).toBe(2);
  for (const [place, bytes] of Object.entries(places)) {
    for (const word of [...WORDS, secret]) {
      for (const encoding of ["utf8", "utf16le", "latin1"] as const) {
        expect(bytes.includes(Buffer.from(word, encoding)), `${word} as ${encoding} in the ${place}`).toBe(false);
      }
    }
  }
  await ada.close();
  await ben.close();
  await tap.close();
  await relay.stop();
});
