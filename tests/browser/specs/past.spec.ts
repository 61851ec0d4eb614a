// The register as it was on an earlier day: everything of that day, and nothing that can be edited.

import { expect, type Page } from "../fixtures.ts";
import { accept, invite, test } from "../pages/invitation.ts";
import { Past } from "../pages/past.ts";
import { Report } from "../pages/report.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { Systems } from "../pages/systems.ts";
import { expectNoBarriers } from "../support/barriers.ts";
import { registerOf } from "../support/past.ts";

/** Begun in March 2024; the action is late from June and done in February 2025, when a system comes. */
const FILE = registerOf(
  {
    on: "2024-03-01",
    records: {
      organisation: { own: { name: "Skolfastigheter AB" } },
      systems: { passersystem: { name: "Passersystem", unit: "Drift" } },
      actions: { "passersystem.logg": { title: "Inför loggning", due: "2024-06-01" } },
    },
  },
  {
    on: "2025-02-03",
    records: {
      systems: { larm: { name: "Larm" } },
      actions: { "passersystem.logg": { status: "introduced" } },
    },
  },
);

async function open(page: Page) {
  const start = await Start.visit(page);
  await start.open.choose(FILE);
  await expect(page.getByRole("navigation", { name: "Sidor" })).toBeVisible();
  await new Past(page).isSaved();
}

test("an earlier day's register can't be edited, and what comes meanwhile is there afterwards", async ({
  page: ada,
  newDevice,
}) => {
  test.slow();
  await open(ada);
  const system = await (await Systems.visit(ada)).open("Passersystem");
  await expect(system.field("Enhet")).toHaveValue("Drift");
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  const bens = await (await Systems.visit(ben)).open("Passersystem");
  await expect(bens.field("Enhet")).toHaveValue("Säkerhet");

  const past = await Past.visit(ada, "2024-12-31", "31 december 2024");
  const then = await (await Systems.visit(ada)).open("Passersystem");
  await past.says("31 december 2024");
  await expect(then.field("Enhet")).toHaveValue("Drift");
  await expect(then.field("Enhet")).toBeDisabled();
  await expect(then.undo).toBeHidden();
  await expect(ada.getByRole("button", { name: "Ta bort", exact: true }).first()).toBeDisabled();
  await expect(ada.getByRole("link", { name: "Håll workshop" })).toHaveCount(0);
  await ada.keyboard.press("Control+z");

  await bens.write("Leverantör", "Leverantör 17");
  await Settings.visit(ben);
  await expect(ben.getByText(/Senast mottaget av en annan enhet /)).toBeVisible();
  await expect(then.field("Leverantör")).toHaveValue("");
  await expect(then.field("Enhet")).toHaveValue("Drift");

  await past.back.click();
  await expect(past.bar).toHaveCount(0);
  await expect(then.field("Enhet")).toHaveValue("Säkerhet");
  await expect(then.field("Leverantör")).toHaveValue("Leverantör 17");
  await expect(then.field("Enhet")).toBeEnabled();
  await expect(then.undo).toBeEnabled();
});

test("lists, what is late and the report are of the day that is shown", async ({ page }) => {
  await open(page);
  const action = page.getByRole("row").filter({ hasText: "Inför loggning" });
  const past = await Past.visit(page, "2024-03-31", "31 mars 2024");
  await past.go("Åtgärder");
  await expect(action).toHaveCount(1);
  await expect(action).not.toContainText("försenad");

  await Past.visit(page, "2024-12-31", "31 december 2024");
  await (await Systems.visit(page)).says(1);
  await past.go("Åtgärder");
  await expect(action).toContainText("försenad");
  await Report.visit(page);
  await expect(page.getByText("utkast per 2024-12-31")).toBeVisible();
  await expect(page.getByText("innehåller 1 öppna åtgärder, varav 1 är försenade")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Skriv/ }).first()).toBeDisabled();
  await expectNoBarriers(page);

  await past.back.click();
  await expect(page.getByText("innehåller 0 öppna åtgärder, varav 0 är försenade")).toBeVisible();
  await (await Systems.visit(page)).says(2);
});

test("a day's address shows that day, and Back leads to it", async ({ page }) => {
  await open(page);
  await page.goto("/registret-per/2024-12-31");
  const past = new Past(page);
  await past.says("31 december 2024");
  await (await Systems.visit(page)).says(1);
  await past.back.click();
  await (new Systems(page)).says(2);
  await page.goBack();
  await past.says("31 december 2024");
  await expect(past.nav.getByRole("link", { name: "Import" })).toHaveCount(0);
  // There, today has the overview's address.
  await past.back.click();
  await expect(page).toHaveURL(/\/$/);
  await expect(past.bar).toHaveCount(0);
});

test("of a day before the register began it is said when it did", async ({ page }) => {
  await open(page);
  await Settings.visit(page);
  const past = new Past(page);
  await expect(past.day).toHaveValue(`${new Date().getFullYear() - 1}-12-31`);
  await past.day.fill("2023-12-31");
  await past.show.click();
  await expect(past.heading).toHaveText("Registret per den 31 december 2023");
  await expect(page.getByText("Registret började föras den 1 mars 2024.")).toBeVisible();
  await expect(past.bar).toHaveCount(0);
  await past.day.fill("2999-12-31");
  await past.show.click();
  await expect(page.getByRole("alert")).toHaveText("Välj en dag före i dag.");
  await (await Systems.visit(page)).says(2);
});

/** The report of a year, with its figures as of a day. */
async function reportOf(page: Page, year: string, cutOff?: string) {
  const report = new Report(page);
  await page.goto(`/rapport?year=${year}`);
  await expect(report.heading).toHaveText(`Ledningens genomgång informationssäkerhet ${year}`);
  if (cutOff !== undefined) {
    await page.getByText("Uppgifter om rapporten").click();
    await page.getByLabel("Uppgifter per den", { exact: true }).fill(cutOff);
    await page.getByLabel("Uppgifter per den", { exact: true }).blur();
    await report.isSaved();
  }
  return report;
}

test("the report tells what has changed since the year before, on the page and in the file", async ({ page }) => {
  await open(page);
  const report = await reportOf(page, "2025");
  const section = page.locator("section").filter({ has: page.getByRole("heading", { name: "Sedan förra året" }) });
  await expect(section).toContainText("Jämförelsen gäller registret den 31 december 2024 och den");
  await expect(section.getByRole("row", { name: /^Nya system och tjänster/ })).toContainText("12 system och tjänster nu");
  await expect(section.getByRole("row", { name: /^Avslutade åtgärder/ })).toContainText("11 som var öppna då eller har tillkommit");
  await expect(section.getByRole("listitem")).toHaveText(["Nya system och tjänster: Larm", "Avslutade åtgärder: Passersystem"]);
  const { text } = await report.words();
  expect(text).toContain("Nya system och tjänster: Larm");

  await reportOf(page, "2024");
  await expect(section).toContainText("Registret har ingen historik från den 31 december 2023");
});

test("a report with an earlier day has the figures of that day, on the page and in the file", async ({ page }) => {
  test.slow();
  await open(page);
  const report = await reportOf(page, "2024", "2024-12-31");
  const said = "innehåller 1 öppna åtgärder, varav 1 är försenade";
  await expect(page.getByText(said)).toBeVisible();
  await expect(page.getByText("Siffrorna är ur registret som det var den 31 december 2024.")).toBeVisible();
  expect((await report.words()).text).toContain(said);

  // Each figure leads to the list as it was then, with how it is counted.
  await page.getByRole("article").locator('[data-figure="actions-late"]').first().click();
  const past = new Past(page);
  await past.says("31 december 2024");
  await expect(page).toHaveURL(/\/atgarder\?late=yes$/);
  await expect(page.getByRole("row").filter({ hasText: "Inför loggning" })).toHaveCount(1);
  await expect(page.getByText(/^Försenade åtgärder: /)).toBeVisible();
  await past.back.click();
  await reportOf(page, "2024");

  // The register of today goes to the files' worker in its place, and is not taken for it.
  await page.getByText("Uppgifter om rapporten").click();
  await page.getByLabel("Uppgifter per den", { exact: true }).fill("");
  await page.getByLabel("Uppgifter per den", { exact: true }).blur();
  const now = "innehåller 0 öppna åtgärder, varav 0 är försenade";
  await expect(page.getByText(now)).toBeVisible();
  expect((await report.words()).text).toContain(now);

  await page.getByLabel("Uppgifter per den", { exact: true }).fill("2024-01-15");
  await page.getByLabel("Uppgifter per den", { exact: true }).blur();
  await expect(page.getByText("Registret har ingen historik från 2024-01-15.")).toBeVisible();
  await expect(page.getByText(now)).toBeVisible();
});
