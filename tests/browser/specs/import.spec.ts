// Lists that an organisation already has are taken in from the Import page.

import { expect, test, type Page } from "../fixtures.ts";
import { importPage } from "../pages/import.ts";
import { overview } from "../pages/overview.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";

const LISTS = ["systemlista.xlsx", "incidenter-2024.csv", "utbildning-2024-11-26.csv"];

async function register(page: Page) {
  const start = await Start.visit(page);
  return start.createRegister("Skolfastigheter AB");
}

test("the lists give the figures of the report, as the workbook and as text", async ({ page }) => {
  await register(page);
  for (const list of LISTS) {
    const lists = await importPage(page);
    await lists.takeIn(list);
  }
  await (await overview(page)).showsExample();
  const { text } = await (await Report.visit(page)).words();
  expect(text).toContain("Av dem är 18 klassade, 17 har en handlingsplan och för 10 är en riskanalys");
  expect(text).toContain("Den 26 november 2024 hade 139 av 250 personer");

  const lists = await importPage(page);
  await lists.choose("systemlista.csv");
  await lists.counts("Oförändrad", 80);
  await expect(lists.take).toBeDisabled();
});

test("taking a list in again changes nothing", async ({ page }) => {
  await register(page);
  for (const list of LISTS) {
    const lists = await importPage(page);
    await lists.takeIn(list);
    await lists.choose(list);
    await expect(page.getByText("Det finns inget att läsa in.")).toBeVisible();
    await lists.counts("Ny", 0);
    await lists.counts("Ändras", 0);
    await lists.counts("Tveksam", 0);
    await expect(lists.take).toBeDisabled();
    await lists.go("Översikt");
  }
});

test("an import is one step to undo", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.takeIn("systemlista.xlsx");
  await lists.undoImport.click();
  await expect(page.getByText("Inläsningen är ångrad.")).toBeVisible();
  await lists.go("Översikt");
  await expect(page.getByText("Registret är tomt.")).toBeVisible();
  await expect(lists.undo).toBeEnabled();
});

test("a newer list shows old and new, and changes only what is ticked", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.chooseText("en.csv", "System;Systemägare\nAntura;Chef Drift\nVitec;Chef Ekonomi\n");
  await lists.take.click();
  await expect(lists.done).toBeVisible();

  await lists.chooseText("två.csv", "System;Systemägare\nAntura;Chef IT\nVitec;Chef Hyra\nRagnar;\n");
  await lists.counts("Ny", 1);
  await lists.counts("Ändras", 2);
  await expect(lists.row("Antura")).toContainText("Chef Drift");
  await expect(lists.row("Antura")).toContainText("Chef IT");
  await lists.row("Vitec").getByRole("checkbox").uncheck();
  await lists.take.click();
  await expect(lists.done).toBeVisible();

  await lists.chooseText("två.csv", "System;Systemägare\nAntura;Chef IT\nVitec;Chef Hyra\nRagnar;\n");
  await lists.counts("Oförändrad", 2);
  await lists.counts("Ändras", 1);
});

test("a doubled name is a question, and nothing is taken until it is answered", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.chooseText("dubbel.csv", "System;Systemägare\nAntura;Chef Drift\nAntura;Chef IT\n");
  await lists.counts("Tveksam", 2);
  await expect(lists.take).toBeDisabled();
  await expect(lists.rows.first()).toContainText("Samma namn står även i rad 3.");
});

test("a level that there is none of is doubtful, and the message names row and column", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.chooseText("nio.csv", "System;Klassad;K;R;T;S\nAntura;2024-05-02;1;2;2;1\nVitec;2024-05-02;9;2;2;1\n");
  await lists.counts("Ny", 1);
  await lists.counts("Tveksam", 1);
  await expect(lists.row("Vitec")).toContainText("Rad 3, kolumn C (K): ”9” är ingen nivå.");
});

test("a column that is not known is offered, and can be given a place", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.chooseText("okänd.csv", "System;Systemägare;Kulör\nAntura;Chef;blå\n");
  await expect(page.getByText("Det finns kolumner utan plats.")).toBeVisible();
  await lists.place("Kulör").selectOption({ label: "Ta inte med" });
  await expect(page.getByText("Det finns kolumner utan plats.")).toBeHidden();
});

test("nothing of a file is ever markup", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.chooseText("märke.csv", 'System;Systemägare\n"<img src=x onerror=alert(1)>";=1+1\n');
  await expect(lists.row("<img src=x onerror=alert(1)>")).toBeVisible();
  await lists.take.click();
  await expect(lists.done).toBeVisible();
  await lists.go("System");
  await expect(page.getByRole("link", { name: "<img src=x onerror=alert(1)>" })).toBeVisible();
});

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
for (const [what, file, message] of [
  ["an empty file", { name: "tom.csv", mimeType: "text/csv", buffer: Buffer.alloc(0) }, /^tom\.csv: Filen är tom\./],
  ["a picture named .xlsx", { name: "bild.xlsx", mimeType: "image/png", buffer: PNG }, /^bild\.xlsx: Filen är ingen tabell/],
  [
    "an unclosed quotation mark",
    { name: "citat.csv", mimeType: "text/csv", buffer: Buffer.from('System;Kommentar\nAntura;"öppen\nVitec;x\n') },
    /rad 2 stängs aldrig/,
  ],
] as const) {
  test(`${what} gives a message and changes nothing`, async ({ page }) => {
    await register(page);
    const lists = await importPage(page);
    await lists.choose(file);
    await expect(lists.problem).toHaveText(message);
    await expect(lists.problem).toContainText("Registret är orört.");
    await lists.go("Översikt");
    await expect(page.getByText("Registret är tomt.")).toBeVisible();
  });
}

test("the keyboard is enough", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.file.focus();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({
    name: "en.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("System;Systemägare\nAntura;Chef Drift\n"),
  });
  await expect(page.getByRole("heading", { name: "Så här förstod Klassrum filen" })).toBeFocused();
  await lists.take.focus();
  await page.keyboard.press("Enter");
  await expect(lists.done).toBeFocused();
});

test("the menu's Import leads back to the beginning while a list is being looked at", async ({ page }) => {
  await register(page);
  const lists = await importPage(page);
  await lists.choose("systemlista.csv");
  await expect(lists.take).toBeVisible();
  await lists.nav.getByRole("link", { name: "Import" }).click();
  await expect(lists.take).toHaveCount(0);
  await expect(page.getByRole("main").locator("input[type=file]")).toHaveCount(1);
  // And a list can be chosen there as before.
  await lists.choose("systemlista.csv");
  await expect(lists.take).toBeVisible();
});
