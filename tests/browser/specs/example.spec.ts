import { expect, test } from "../fixtures.ts";
import { EXAMPLE, overview, type Figure } from "../pages/overview.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";
import { unzip, wordsOf, zip } from "../support/zip.mjs";

test("the example shows its figures, and each leads to a list with that many", async ({ page }) => {
  const first = await (await Start.visit(page)).tryExample();
  await first.showsExample();

  const figures: Figure[] = [...(Object.keys(EXAMPLE) as Figure[]), "owner-missing", "information-owner-missing"];
  for (const figure of figures) {
    await test.step(figure, async () => {
      const at = await overview(page);
      const value = await at.number(figure);
      expect(value).toBeGreaterThan(0);
      await at.figure(figure).click();
      const main = page.getByRole("main");
      if (figure.startsWith("trained")) {
        await expect(main.locator(`[data-figure="${figure}"]`)).toHaveText(String(value));
      } else {
        await expect(main.getByRole("status").filter({ hasText: new RegExp(`^${value} `) })).toBeAttached();
        // The list of systems has only the rows in sight in the page, and says how many there are with its heading.
        const rows = main.getByRole("row").filter({ has: page.getByRole("rowheader") });
        if (figure.startsWith("incidents")) await expect(rows).toHaveCount(value);
        else await expect(main.getByRole("table")).toHaveAttribute("aria-rowcount", String(value + 1));
      }
    });
  }
});

test("straight after the example its incidents lead to their list", async ({ page }) => {
  const first = await (await Start.visit(page)).tryExample();
  // The year came with the example, after the page had shown another.
  await first.shows("incidents", EXAMPLE.incidents);
  await first.figure("incidents").click();
  const main = page.getByRole("main");
  await expect(main.getByRole("status").filter({ hasText: new RegExp(`^${EXAMPLE.incidents} `) })).toBeAttached();
  const rows = main.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows).toHaveCount(EXAMPLE.incidents);
});

test("the example's workshop is found from the overview", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  await overview(page);
  await page.getByRole("main").getByRole("link", { name: "Till workshoppar" }).click();
  await expect(page.getByRole("button", { name: "Prova exempelworkshopen" })).toBeVisible();
});

test("the example's report is a Word file that says the figures in its sentences", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const { name, text } = await report.words();

  expect(name).toBe("ledningens-genomgang-2024-utkast.docx");
  for (const sentence of [
    "cirka 80 system och tjänster. Av dem är 18 klassade, 17 har en handlingsplan och för 10 är en riskanalys",
    "Av cirka 80 system och tjänster är 62 ännu inte klassade.",
    "Den 26 november 2024 hade 139 av 250 personer, konsulter inräknade,",
    "25 av",
  ]) {
    expect(text).toContain(sentence);
  }
  expect(text).toMatch(/14 informationssäkerhetsincidenter.{0,60}\b2\b.{0,40}verksamhetsrelaterade/);
});

test("the report's page says what the Word file says", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const { text } = await report.words();

  const headings = page.getByRole("article").getByRole("heading", { level: 2 });
  const names = await headings.allTextContents();
  expect(names).toContain("Sammanfattning");
  for (const heading of names) expect(text).toContain(heading);
});

test("the report is made in the organisation's own template, and what is no template is said beside it", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const alert = page.getByRole("main").getByRole("alert");

  await report.chooseTemplate("mall.dotx", Buffer.from("%PDF-1.7"));
  await expect(alert).toContainText("inget Word-dokument");
  await report.chooseTemplate("mall.dotm", zip({ ...TEMPLATE, "word/vbaProject.bin": "" }));
  await expect(alert).toContainText("makron");

  const { name, bytes } = await report.inTemplate(TEMPLATE);
  await expect(alert).toHaveCount(0);
  expect(name).toBe("ledningens-genomgang-2024-utkast.docx");
  expect(unzip(bytes, "word/styles.xml")).toContain("C8102E");
  const document = unzip(bytes, "word/document.xml");
  expect(document).toContain('<w:pStyle w:val="Rubrik1" />');
  expect(document).not.toContain("Skriv här");
  expect(wordsOf(bytes).replace(/\u00a0/g, " ")).toContain("Av cirka 80 system och tjänster är 62 ännu inte klassade.");
});

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const relations = (kind: string, target: string) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELATION}/${kind}" Target="${target}"/></Relationships>`;

/** The least that is a template: one red heading. */
const TEMPLATE = {
  "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
  "_rels/.rels": relations("officeDocument", "word/document.xml"),
  "word/_rels/document.xml.rels": relations("styles", "styles.xml"),
  "word/document.xml": `<w:document ${W}><w:body><w:p><w:r><w:t>Skriv här</w:t></w:r></w:p></w:body></w:document>`,
  "word/styles.xml": `<w:styles ${W}><w:style w:type="paragraph" w:styleId="Rubrik1"><w:name w:val="heading 1"/><w:rPr><w:color w:val="C8102E"/></w:rPr></w:style></w:styles>`,
};
