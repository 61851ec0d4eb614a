// The plain register file is an Automerge document: any Automerge program opens it, and what it changes comes back.

import * as Automerge from "@automerge/automerge";
import { expect, test } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { SystemPage, systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";

type Fields = Record<string, unknown>;
type Document = Record<string, Record<string, Fields>>;

test("Automerge in JavaScript opens the plain file, edits it, and the edits are merged in", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.write("Kommentar", "Mitt emellan.");
  await system.isSaved();
  const settings = await Settings.visit(page);
  const file = await settings.savePlain();

  const theirs = Automerge.load<Document>(new Uint8Array(file.buffer));
  const [kind, key] = placeOf(theirs, "Passersystem");
  expect(String(theirs[kind]![key]!["comment"])).toBe("Mitt emellan.");
  const edited = Automerge.change(theirs, (document) => {
    const fields = document[kind]![key]!;
    fields["unit"] = new Automerge.ImmutableString("Säkerhet");
    // As most JavaScript programs would: their strings are texts.
    fields["supplier"] = "Leverantör 17";
    Automerge.splice(document, [kind, key, "comment"], 0, 0, "Före. ");
  });
  // Meanwhile, here.
  const here = await (await Systems.visit(page)).open("Passersystem");
  await here.field("Kommentar").press("Control+End");
  await here.field("Kommentar").pressSequentially(" Efter.");
  await here.isSaved();

  await Settings.visit(page);
  await settings.open.choose({ ...file, buffer: Buffer.from(Automerge.save(edited)) });
  await settings.open.merge();
  await settings.isSaved();
  const merged = await (await Systems.visit(page)).open("Passersystem");
  await expect(merged.field("Enhet")).toHaveValue("Säkerhet");
  await expect(merged.field("Leverantör")).toHaveValue("Leverantör 17");
  await expect(merged.field("Kommentar")).toHaveValue("Före. Mitt emellan. Efter.");
  await page.reload();
  await expect(new SystemPage(page).field("Enhet")).toHaveValue("Säkerhet");
});

/** The collection and the key of the record with this name. */
function placeOf(document: Document, name: string): [string, string] {
  for (const [kind, records] of Object.entries(document)) {
    if (typeof records !== "object") continue;
    for (const [key, fields] of Object.entries(records)) {
      if (String(fields["name"]) === name) return [kind, key];
    }
  }
  throw new Error(`there is no ${name}`);
}
