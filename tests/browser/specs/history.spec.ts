import { expect, test } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { Systems } from "../pages/systems.ts";

test("a field's history says who, before and after, the latest first", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  await (await Settings.visit(page)).sign("Informationssäkerhetssamordnare", "Kim");
  const systems = await Systems.visit(page);
  await systems.startAdding();
  await systems.add("Passersystem");
  const system = await systems.open("Passersystem");
  await system.write("Enhet", "Drift");
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();

  const rows = await system.history();
  const who = "Informationssäkerhetssamordnare (Kim)";
  await expect(rows.nth(0)).toContainText(`${who}EnhetDriftSäkerhet`);
  await expect(rows.nth(1)).toContainText(`${who}EnhetDrift`);
  await expect(rows.last()).toContainText("System eller tjänstPassersystem");
});

test("undo takes back one's own last edit, and redo makes it again", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const systems = await Systems.visit(page);
  await systems.startAdding();
  await systems.add("Passersystem");
  const system = await systems.open("Passersystem");
  await system.write("Enhet", "Drift");
  await system.write("Enhet", "Säkerhet");
  await system.undo.click();
  await expect(system.field("Enhet")).toHaveValue("Drift");
  await system.undo.click();
  await expect(system.field("Enhet")).toHaveValue("");
  await system.redo.click();
  await expect(system.field("Enhet")).toHaveValue("Drift");
});
