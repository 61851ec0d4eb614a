import { expect, test } from "../fixtures.ts";
import { Start } from "../pages/start.ts";
import { SystemPage } from "../pages/system.ts";

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
