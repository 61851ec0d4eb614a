// The plain register file is an Automerge document: any Automerge program opens it, and what it changes comes back.

import * as Automerge from "@automerge/automerge";
import { expect, test } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { SystemPage, systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";
import { edited, load, placeOf } from "../support/document.ts";

test("Automerge in JavaScript opens the plain file, edits it, and the edits are merged in", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.write("Kommentar", "Mitt emellan.");
  await system.isSaved();
  const settings = await Settings.visit(page);
  const file = await settings.savePlain();

  const theirs = load(file);
  const [kind, key] = placeOf(theirs, "Passersystem");
  expect(String(theirs[kind]![key]!["comment"])).toBe("Mitt emellan.");
  const changed = edited(file, "Passersystem", (fields, document, path) => {
    fields["unit"] = new Automerge.ImmutableString("Säkerhet");
    // As most JavaScript programs would: their strings are texts.
    fields["supplier"] = "Leverantör 17";
    Automerge.splice(document, [...path, "comment"], 0, 0, "Före. ");
  });
  // Meanwhile, here.
  const here = await (await Systems.visit(page)).open("Passersystem");
  await here.field("Kommentar").press("Control+End");
  await here.field("Kommentar").pressSequentially(" Efter.");
  await here.isSaved();

  await Settings.visit(page);
  await settings.open.choose(changed);
  await settings.open.merge();
  await settings.isSaved();
  const merged = await (await Systems.visit(page)).open("Passersystem");
  await expect(merged.field("Enhet")).toHaveValue("Säkerhet");
  await expect(merged.field("Leverantör")).toHaveValue("Leverantör 17");
  await expect(merged.field("Kommentar")).toHaveValue("Före. Mitt emellan. Efter.");
  await page.reload();
  await expect(new SystemPage(page).field("Enhet")).toHaveValue("Säkerhet");
});
