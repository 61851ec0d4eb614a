import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { expect, test, type Page } from "../fixtures.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";
import { expectNoBarriers } from "../support/barriers.ts";
import { unzip, wordsOf } from "../support/zip.mjs";

/** Words and figures alone: how lines are broken and pages are set is each file's own. */
const bare = (text: string) => text.replace(/[\s\u00a0\u200b\u00ad]+/g, "");

/** What a PDF says, as poppler reads it: a program of its own, and not the one that made it. */
function wordsOfPdf(bytes: Buffer, path: string) {
  writeFileSync(path, bytes);
  return execFileSync("pdftotext", ["-raw", "-nopgbrk", path, "-"], { encoding: "utf8", maxBuffer: 50_000_000 });
}

/** Whether bare words stand in a bare text, perhaps parted by the foot of one page and the head of the next. */
function stands(words: string, text: string) {
  for (let piece = 0; piece < 4; piece++) {
    if (text.includes(words)) return true;
    let [low, high] = [0, words.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (text.includes(words.slice(0, middle))) low = middle;
      else high = middle - 1;
    }
    if (low < 4) return false;
    words = words.slice(low);
  }
  return false;
}

const REGISTERS = {
  "the example": async (page: Page) => {
    await (await Start.visit(page)).tryExample();
  },
  "an empty register": async (page: Page) => {
    await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  },
  "odd texts": async (page: Page) => {
    await (await Start.visit(page)).tryExample();
    const report = await Report.visit(page);
    await report.write("Sammanfattning", "Vi har {{classified}} klassade av {{systems}}. #let x = 1 *fet* \\och <b> & slut $x$ `kod` @namn");
    await report.write("Övrig påverkan", `${"mycket ".repeat(400)}\n\n- en punkt\n- en till\n\n${"x".repeat(300)}`);
  },
};

for (const [what, prepare] of Object.entries(REGISTERS)) {
  test(`page, Word, PDF and workbook say the same, to the last figure: ${what}`, async ({ page }, info) => {
    test.setTimeout(120_000);
    await prepare(page);
    const report = await Report.visit(page);

    // What the page's paper says, without the ways to write in it.
    const said = await page.getByRole("article").evaluate((article) => {
      const copy = article.cloneNode(true) as HTMLElement;
      for (const control of copy.querySelectorAll("header > p:last-child, button, .part__hint, svg, .review-decisions, sup")) control.remove();
      const blocks = copy.querySelectorAll("h1, h2, h3, h4, p, li, caption, th, td");
      return [...blocks].map((block) => block.textContent ?? "").filter((text) => text.trim());
    });
    expect(said.length).toBeGreaterThan(what === "an empty register" ? 40 : 150);

    const file = (await report.file("Hämta som Word")).bytes;
    const notes = unzip(file, "word/footnotes.xml").toString().replace(/<[^>]+>/g, "");
    const word = bare(wordsOf(file) + notes);
    const paper = bare(wordsOfPdf((await report.file("Hämta som PDF")).bytes, info.outputPath("report.pdf")));
    const book = await report.file("Hämta bilagor (Excel)");
    const strings = bare(unzip(book.bytes, "xl/sharedStrings.xml").toString().replace(/<[^>]+>/g, ""));
    const escaped = (text: string) => bare(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    for (const text of said) {
      expect.soft(word, `Word: ${text}`).toContain(bare(text));
      expect.soft(stands(bare(text), paper), `PDF: ${text}`).toBe(true);
    }
    for (const heading of await page.getByRole("article").getByRole("heading", { level: 2 }).locator(":scope").allTextContents()) {
      expect.soft(strings, `workbook: ${heading}`).toContain(escaped(heading));
    }
  });
}

test("a PDF is made without a network, once the report's page has been seen", async ({ page, complaints }) => {
  test.setTimeout(120_000);
  await (await Start.visit(page)).tryExample();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  const report = await Report.visit(page);
  const isKept = () =>
    page.evaluate(async () => (await (await caches.open("klassrum-state")).match("/more-kept")) !== undefined);
  await expect.poll(isKept, { timeout: 60_000 }).toBe(true);
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  await page.context().setOffline(true);
  const first = await report.file("Hämta som PDF");
  expect(first.name).toBe("ledningens-genomgang-2024-utkast.pdf");
  await page.reload();
  await report.heading.filter({ hasText: "Ledningens genomgång" }).waitFor();
  expect((await report.file("Hämta som PDF")).bytes.equals(first.bytes)).toBe(true);
});

test("a PDF, the question before a report is issued, and an issued report say which letters the PDF gives the numbers of", async ({ page }) => {
  test.setTimeout(120_000);
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const told = page.getByText("PDF:en har inga tecken för 字, 漢. Där står deras nummer i stället, till exempel [U+5B57].");
  await report.write("Sammanfattning", "Leverantören 漢字 och skolan 🏫.");
  await report.file("Hämta som PDF");
  await expect(told).toBeVisible();
  await report.file("Hämta som Word");
  await expect(told).toHaveCount(0);
  await report.about({ Datum: "2025-03-26", Diarienummer: "SFAB 2025/148", "Uppgifter per den": "2025-03-01" });
  await report.decide(1, "Klassa de system som återstår", "IT-chef", "2025-12-01");
  const question = await report.askToIssue();
  await expect(question).toContainText("PDF:en har inga tecken för 字, 漢.");
  await question.getByRole("button", { name: "Avbryt" }).click();
  await expect(page.getByText(/^Utfärdad \d/)).toHaveCount(0);
  await report.issue();
  await expect(told).toBeVisible();
  await page.getByRole("button", { name: "Visa registret som det är nu" }).click();
  await expect(told).toHaveCount(0);
});

test("what comes while the question stands is not issued unseen", async ({ page }) => {
  test.setTimeout(120_000);
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  await report.about({ Datum: "2025-03-26", Diarienummer: "SFAB 2025/148", "Uppgifter per den": "2025-03-01" });
  await report.decide(1, "Klassa de system som återstår", "IT-chef", "2025-12-01");
  const question = await report.askToIssue();
  await test.step("another tab writes", async () => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await new Report(other).write("Sammanfattning", "Det här kom sent.");
    await expect(page.getByRole("article")).toContainText("Det här kom sent.");
    await other.close();
  });
  await question.getByRole("button", { name: "Utfärda rapporten" }).click();
  await expect(question).toBeHidden();
  await expect(page.getByText("Registret har ändrats medan frågan stod här.")).toBeVisible();
  await expect(question).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/^Utfärdad \d/)).toHaveCount(0);
  await question.getByRole("button", { name: "Utfärda rapporten" }).click();
  await expect(page.getByText(/^Utfärdad \d/)).toBeVisible();
  await expect(page.getByRole("article")).toContainText("Det här kom sent.");
});

/** Where service workers are blocked, Playwright's own answer to a page that registers one is nothing. */
const BLOCKED = /reading 'active'/;

test("a PDF tells how it goes, and can be stopped", async ({ newDevice, complaints }) => {
  complaints.expect(BLOCKED);
  const page = await newDevice({ serviceWorkers: "block" });
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const button = page.getByRole("button", { name: "Hämta som PDF" });
  // A network that is too slow to wait for.
  await page.route(/\/pdf-.*\.wasm$/, () => {});
  await button.click();
  await expect(page.getByText("Hämtar det som gör PDF:er.")).toBeVisible();
  await expect(button).toBeDisabled();
  await page.getByRole("button", { name: "Avbryt" }).click();
  await expect(page.getByText("Avbrutet. Ingen fil gjordes.")).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  expect((await report.file("Hämta som PDF")).bytes.subarray(0, 5).toString()).toBe("%PDF-");
});

test("where what sets PDFs can't be fetched, the page says so and goes on", async ({ newDevice, complaints }) => {
  complaints.expect(BLOCKED);
  complaints.expect(/ERR_FAILED|Failed to (load|fetch)|\/pdf-/);
  const page = await newDevice({ serviceWorkers: "block" });
  await page.route(/\/pdf-/, (route) => route.abort());
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  await page.getByRole("button", { name: "Hämta som PDF" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Det som gör PDF:er finns inte på enheten än" })).toBeVisible();
  expect((await report.words()).text).toContain("Ledningens genomgång");
});

test("an issued report is frozen, and its files are the same for good", async ({ page }) => {
  test.setTimeout(120_000);
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const issue = page.getByRole("button", { name: "Utfärda rapporten" });
  await expect(issue).toBeDisabled();
  await expect(page.getByText(/^Siffrorna avser läget den \d+ [a-z]+ \d{4}\.$/)).toBeVisible();
  await test.step("what is missing says whom it waits for, and leads to where it is filled in", async () => {
    const needs = page.getByRole("region", { name: "Utfärda" }).getByRole("listitem");
    const need = (words: string) => needs.filter({ hasText: words });
    await expect(page.getByLabel("Diarienummer")).toBeHidden();
    await expect(need("Fyll i diarienummer.")).toContainText("Registrator");
    await need("Fyll i diarienummer.").getByRole("link").click();
    await expect(page.getByLabel("Diarienummer")).toBeFocused();
    await expect(need("minst ett beslut")).toContainText("Bolagschef");
    await need("minst ett beslut").getByRole("link").click();
    await expect(page.getByRole("button", { name: "Lägg till beslut" })).toBeFocused();
  });
  await report.about({ Datum: "2025-03-26", Diarienummer: "SFAB 2025/148", "Uppgifter per den": "2025-03-01" });
  await report.decide(1, "Klassa de system som återstår", "IT-chef", "2025-12-01");
  await report.decide(2, "Utse informationsägare för varje system", "Bolagschef", "2025-10-01");
  await report.write("Övrig påverkan", "Serverrummet [[18:13 på plan 4 saknar larm]] och besök på Ekgatan 12 i Solna. Ring 08-508 460 00.");
  await expect(page.getByRole("article")).not.toContainText("saknar larm");
  // The register began after that day, so its figures are of today, and everything says so.
  const before = page.getByRole("region", { name: "Innan den lämnas" });
  await expect(before).toContainText("Registret har ingen historik från 2025-03-01.");
  await expect(page.getByText(/^Siffrorna avser läget den \d+ [a-z]+ \d{4}\.$/)).not.toContainText("1 mars 2025");
  await expect(page.getByRole("article")).toContainText(/Siffrorna är hämtade ur registret den \d{4}-\d{2}-\d{2}\./);
  await expect(page.getByRole("article")).not.toContainText("Siffrorna är hämtade ur registret den 2025-03-01");
  await report.issue();
  await expect(page.getByRole("region", { name: /^Utfärdad \d{4}/ })).toBeFocused();

  const article = page.getByRole("article");
  const frozen = await article.textContent();
  expect(frozen).toContain("Klassa de system som återstår");
  expect(frozen).not.toContain("saknar larm");
  const word = (await report.file("Hämta som Word")).bytes;
  expect(wordsOf(word)).not.toContain("Utkast");
  const paper = (await report.file("Hämta som PDF")).bytes;

  await test.step("whoever has one of its files can see that it is the one that was issued", async () => {
    const banner = page.getByRole("region", { name: /^Utfärdad \d{4}/ });
    await banner.getByText("Filernas kontrollsummor").click();
    for (const [name, bytes] of [["Rapporten, Word", word], ["Rapporten, PDF", paper]] as const) {
      const sum = createHash("sha256").update(bytes).digest("hex");
      await expect(banner.getByRole("listitem").filter({ hasText: name })).toContainText(sum);
    }
  });
  await test.step("it isn't undone, and its decisions are closed until it is withdrawn", async () => {
    await expect(report.undo).toBeDisabled();
    await page.getByRole("button", { name: "Visa registret som det är nu" }).click();
    await expect(article).toContainText("Rapporten är utfärdad, så besluten kan inte ändras.");
    await expect(article).toContainText("Klassa de system som återstår");
    await expect(page.getByRole("button", { name: "Lägg till beslut" })).toHaveCount(0);
    await expect(page.getByRole("group", { name: "Beslut § 1" })).toHaveCount(0);
    await page.getByRole("button", { name: "Visa den utfärdade rapporten" }).click();
  });

  await test.step("what is withheld stands in the annex, with its paragraph", async () => {
    await report.choose("Bilagan med sekretess");
    const annex = await report.file("Hämta som Word");
    expect(annex.name).toBe("ledningens-genomgang-2024-sekretessbilaga.docx");
    const words: string = wordsOf(annex.bytes);
    for (const secret of ["på plan 4 saknar larm", "18 kap. 13 § OSL", "Ekgatan 12"]) expect(words).toContain(secret);
  });
  await test.step("the public version masks, and says what", async () => {
    await report.choose("Offentlig version");
    const words: string = wordsOf((await report.file("Hämta som Word")).bytes);
    for (const secret of ["saknar larm", "Ekgatan", "08-508"]) expect(words).not.toContain(secret);
    expect(words).toContain("Telefonnummer");
  });

  await test.step("later edits change nothing in it", async () => {
    await report.go("System");
    await page.getByRole("link", { name: "Felanmälan" }).first().click();
    await page.getByLabel("Enhet", { exact: true }).fill("En annan enhet");
    await page.getByLabel("Enhet", { exact: true }).blur();
    await report.isSaved();
    await page.reload();
    await report.go("Rapport");
    await expect(page.getByText(/^Utfärdad \d{4}/)).toBeVisible();
    expect(await article.textContent()).toBe(frozen);
    expect((await report.file("Hämta som Word")).bytes.equals(word)).toBe(true);
    expect((await report.file("Hämta som PDF")).bytes.equals(paper)).toBe(true);
    await expect(page.getByText("inte lik bit för bit")).toHaveCount(0);
  });

  await test.step("its decisions are followed up the year after", async () => {
    await page.getByLabel("År", { exact: true }).selectOption("2025");
    await expect(article).toContainText("Ledningens genomgång 2024 ledde till 2 beslut.");
  });

  await test.step("one that was wrong is withdrawn with a reason", async () => {
    await page.getByLabel("År", { exact: true }).selectOption("2024");
    await page.getByRole("button", { name: "Återkalla" }).click();
    const why = page.getByLabel("Varför återkallas den?");
    await expect(why).toBeFocused();
    await page.getByRole("button", { name: "Återkalla" }).click();
    await expect(why).toHaveAccessibleDescription("Skriv varför.");
    await why.fill("Fel diarienummer");
    await page.getByRole("button", { name: "Återkalla" }).click();
    await expect(page.getByText(/^Utfärdad \d{4}/)).toHaveCount(0);
    await expect(issue).toBeEnabled();
    await expect(page.getByRole("button", { name: "Lägg till beslut" })).toBeVisible();
  });
});

test("the lists and the paper are of the report alone, and not of the part that is chosen", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  // Without it there is no annex.
  await report.write("Övrig påverkan", "Serverrummet [[18:13 på plan 4 saknar larm]].");
  const [lists, paper] = ["Hämta bilagor (Excel)", "Skriv ut"].map((name) => page.getByRole("button", { name }));
  const why = page.getByText("Excel och utskrift finns bara för rapporten");
  for (const part of ["Offentlig version", "Bilagan med sekretess", "Rapporten"] as const) {
    await report.choose(part);
    const count = part === "Rapporten" ? 1 : 0;
    await expect(lists).toHaveCount(count);
    await expect(paper).toHaveCount(count);
    await expect(why).toHaveCount(1 - count);
  }
});

test("what to look at stands under the one it waits for, and leads to where it is mended", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  await Report.visit(page);
  const before = page.getByRole("region", { name: "Innan den lämnas" });
  const waits = (who: string) => before.getByRole("list", { name: who, exact: true });
  await waits("Registrator").getByRole("link", { name: "Diarienummer" }).click();
  await expect(page.getByLabel("Diarienummer")).toBeFocused();
  await expect(waits("Bolagschef")).toContainText("Avsnittet är tomt.");
  await expect(waits("Bolagschef").getByRole("link")).toHaveText(["Beslut"]);
  await expect(waits("Informationsägare")).toContainText(/\d+ system är inte klassade\./);
  await waits("Informationsägare").getByRole("link", { name: "Ej klassade" }).click();
  await expect(page).toHaveURL(/only=unclassified/);
});

test("the writing help tells how words are kept out of the open report, in both languages", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  await Report.visit(page);
  const write = page.getByRole("button", { name: /^(Skriv|Ändra texten|Write|Edit the text) ?: ?Övrig påverkan$/ });
  await write.click();
  await expect(page.getByText("[[18:13 reservkraften räcker två timmar]]")).toBeVisible();
  await page.evaluate(() => localStorage.setItem("klassrum.language", JSON.stringify("en")));
  await page.reload();
  await write.click();
  await expect(page.getByText("[[18:13 the spare power lasts two hours]]")).toBeVisible();
});

test("on paper the report stands alone and is light, from the dark theme too", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("klassrum.theme", JSON.stringify("dark")));
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  const paper = page.getByRole("article");
  /** How light the paper's words are, and what is behind them: 0 is black, 1 is white. */
  const light = () =>
    paper.locator("h2").first().evaluate((heading) => {
      const lightness = (colour: string) => {
        const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
        return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
      };
      let behind: Element | null = heading;
      while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
      // Paper that nothing is printed on is white.
      const paper = behind ? lightness(getComputedStyle(behind).backgroundColor) : 1;
      return { words: lightness(getComputedStyle(heading).color), paper };
    });
  const onScreen = await light();
  expect(onScreen.paper).toBeLessThan(0.3);

  await page.emulateMedia({ media: "print" });
  await expect(report.nav).toBeHidden();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("complementary")).toHaveCount(0);
  const printed = await light();
  expect(printed.paper).toBeGreaterThan(0.9);
  expect(printed.words).toBeLessThan(0.3);
});

test("Back from a figure's list leads to where one was in the report", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  await Report.visit(page);
  const article = page.getByRole("article");
  const figure = article.locator("#training [data-figure]").first();
  await figure.scrollIntoViewIfNeeded();
  // How far down the window it stands: sections above it may grow while the history is fetched.
  const place = async () => Math.round((await figure.boundingBox())?.y ?? -1);
  const scrolled = () => page.evaluate(() => scrollY);
  const before = await place();
  expect(await scrolled()).toBeGreaterThan(1_000);
  await figure.click();
  await expect(article).toHaveCount(0);
  await page.goBack();
  await expect.poll(place).toBe(before);

  // By a link one comes to its beginning.
  const shell = new Report(page);
  await shell.go("System");
  await shell.go("Rapport");
  await shell.isWhole();
  expect(await scrolled()).toBe(0);
});

test("what is printed before all of the report stands there is the whole report", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const shell = new Report(page);
  const found = page.evaluate(
    () =>
      new Promise<[number, number]>((resolve) => {
        const parts = () => document.querySelectorAll("article section").length;
        const observer = new MutationObserver(() => {
          if (!document.querySelector('article[aria-busy="true"]')) return;
          observer.disconnect();
          const before = parts();
          dispatchEvent(new Event("beforeprint"));
          // Before the next frame, which would add a few.
          queueMicrotask(() => setTimeout(() => resolve([before, parts()]), 0));
        });
        observer.observe(document.body, { childList: true, subtree: true, attributes: true });
      }),
  );
  await shell.go("Rapport");
  const [before, printed] = await found;
  await shell.isWhole();
  const all = await page.getByRole("article").locator("section").count();
  expect(before).toBeLessThan(all);
  expect(printed).toBe(all);
});

test("decisions and what is missing fit on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await (await Start.visit(page)).tryExample();
  const report = await Report.visit(page);
  await report.decide(1, "Klassa de system som återstår", "IT-chef", "2025-12-01");
  const outside = await page.evaluate(() => {
    const seen = document.querySelectorAll("main input, main textarea, main select, main button, main a");
    const wide = [...seen].filter((one) => one.checkVisibility() && innerWidth < one.getBoundingClientRect().right);
    // A table scrolls in a box of its own.
    return wide.filter((one) => !one.closest(".paper__wrap")).map((one) => one.outerHTML);
  });
  expect(outside).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
});

for (const theme of ["light", "dark"] as const) {
  test(`a report on its way to be issued has no barrier, ${theme}`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: theme });
    await (await Start.visit(page)).tryExample();
    const report = await Report.visit(page);
    await report.about({ Datum: "2025-03-26", Diarienummer: "SFAB 2025/148", "Uppgifter per den": "2025-03-01" });
    await report.decide(1, "Klassa det som återstår", "IT-chef", "2025-12-01");
    await expectNoBarriers(page);
    await report.issue();
    await expectNoBarriers(page);
  });
}
