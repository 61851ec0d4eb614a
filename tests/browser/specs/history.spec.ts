import { expect, test, type Locator } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { systemIn } from "../pages/system.ts";
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

test("a risk analysis, a plan and the organisation have their histories too", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  const analyses = page.locator("#riskanalys");
  await analyses.getByRole("button", { name: "Lägg till: riskanalys" }).click();
  await analyses.getByLabel("Analysledare").fill("Kim");
  await analyses.getByLabel("Analysledare").blur();
  await changesIn(analyses);
  await expect(analyses.getByRole("row").filter({ hasText: "Analysledare" })).toContainText("Kim");

  const plan = page.locator("#handlingsplan");
  await plan.getByRole("button", { name: "Handlingsplanen är gjord" }).click();
  await plan.getByLabel("Beslutad av").fill("VD");
  await plan.getByLabel("Beslutad av").blur();
  await changesIn(plan);
  await expect(plan.getByRole("row").filter({ hasText: "Beslutad av" })).toContainText("VD");

  await system.isSaved();
  await Settings.visit(page);
  const organisation = page.locator("section").filter({ has: page.getByLabel("Kortnamn") });
  await changesIn(organisation);
  await expect(organisation.getByRole("row").filter({ hasText: "Organisationens namn" })).toContainText("Skolfastigheter AB");
});

test("a history says that the record was removed and put back", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  const plan = page.locator("#handlingsplan");
  await plan.getByLabel("Åtgärd", { exact: true }).fill("Byt lås");
  await plan.getByRole("button", { name: "Lägg till: åtgärd" }).click();
  await plan.getByRole("button", { name: "Ta bort" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ta bort" }).click();
  await expect(plan.getByRole("button", { name: "Byt lås" })).toHaveCount(0);
  await system.undo.click();
  await changesIn(plan);
  const steps = plan.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(steps.nth(0)).toContainText("Återställd");
  await expect(steps.nth(1)).toContainText("Borttagen");
});

/** Opens the changes that stand among a record's fields. */
async function changesIn(part: Locator) {
  await part.getByText("Ändringar", { exact: true }).click();
}

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
