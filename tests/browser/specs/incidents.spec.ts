import { expect, test } from "../fixtures.ts";
import { Start } from "../pages/start.ts";
import { SystemPage, systemIn } from "../pages/system.ts";

test("a significant incident asks for its reports, and says when each is due at the latest", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  // An incident's page has fields as a system's has.
  const incident = new SystemPage(page);
  await incident.go("Incidenter");
  await page.getByRole("button", { name: "Ny incident" }).click();
  await page.getByLabel("Vad har hänt, i en rad").fill("Reservkraften föll bort");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByRole("link", { name: "Reservkraften föll bort" }).click();
  await expect(incident.heading).toHaveText("Reservkraften föll bort");

  await incident.write("Upptäcktes", "2027-01-30T22:00");
  const notified = incident.field("Incidentanmälan lämnad (72 timmar)");
  await expect(notified).toHaveCount(0);
  await incident.field("Bedömning enligt cybersäkerhetslagen").selectOption({ label: "Betydande" });
  await expect(
    page.getByText("Upplysning senast 2027-01-31 22:00, incidentanmälan senast 2027-02-02 22:00."),
  ).toBeVisible();
  await notified.fill("2027-01-31T10:00");
  await notified.blur();
  await expect(page.getByText("Slutrapport senast 2027-02-28 10:00")).toBeVisible();

  // What has been told stays in sight, whatever is judged later.
  await incident.field("Bedömning enligt cybersäkerhetslagen").selectOption({ label: "Ej betydande" });
  await expect(notified).toHaveValue("2027-01-31T10:00");
  await incident.isSaved();
});

test("a list that was open before there were incidents shows the year that they come from", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  await new SystemPage(page).go("Incidenter");
  await expect(page.getByRole("heading", { name: "Incidenter", level: 1 })).toBeVisible();
  const other = await page.context().newPage();
  await other.goto("/incidenter");
  await other.getByRole("button", { name: "Ny incident" }).click();
  await other.getByLabel("Rapporterad", { exact: true }).fill("2019-05-02");
  await other.getByLabel("Vad har hänt, i en rad").fill("Stöld av dator");
  await other.keyboard.press("Enter");
  await expect(page.getByText("1 incident 2019").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Stöld av dator" })).toBeVisible();
});

test("an incident is linked to a risk and an action, and they show the incident", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  const analyses = page.locator("#riskanalys");
  await analyses.getByRole("button", { name: "Lägg till: riskanalys" }).click();
  await analyses.getByRole("button", { name: "Lägg till: risk", exact: true }).click();
  await analyses.getByLabel("Händelse").fill("Någon tar sig in med lånat kort");
  await analyses.getByLabel("Händelse").blur();
  const plan = page.locator("#handlingsplan");
  await plan.getByLabel("Åtgärd", { exact: true }).fill("Byt lås");
  await plan.getByRole("button", { name: "Lägg till: åtgärd" }).click();

  await system.go("Incidenter");
  await page.getByRole("button", { name: "Ny incident" }).click();
  await page.getByLabel("Vad har hänt, i en rad").fill("Inbrott i serverrum");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByRole("link", { name: "Inbrott i serverrum" }).click();
  const links = page.locator("section").filter({ has: page.getByRole("heading", { name: "Kopplade risker och åtgärder" }) });
  await expect(links.getByText("Inget är kopplat än.")).toBeVisible();
  await links.getByLabel("System", { exact: true }).selectOption({ label: "Passersystem" });
  for (const name of ["Någon tar sig in med lånat kort", "Byt lås"]) {
    await links.getByLabel("Risk eller åtgärd").selectOption({ label: name });
    await links.getByRole("button", { name: "Koppla", exact: true }).click();
    await expect(links.getByRole("link", { name: `${name} (Passersystem)` })).toBeVisible();
  }
  // What is linked isn't offered again.
  await expect(links.getByLabel("Risk eller åtgärd").getByRole("option")).toHaveText(["Inte angivet"]);
  await system.isSaved();
  await page.reload();

  await links.getByRole("link", { name: "Byt lås (Passersystem)" }).click();
  await plan.getByRole("button", { name: "Byt lås" }).click();
  await plan.getByRole("link", { name: "Inbrott i serverrum" }).click();
  await links.getByRole("button", { name: "Ta bort kopplingen till Byt lås (Passersystem)" }).click();
  await expect(links.getByRole("listitem")).toHaveCount(1);
  await system.undo.click();
  await expect(links.getByRole("listitem")).toHaveCount(2);
  await system.isSaved();
});
