// Takes a picture of every page, with the example in the register, at the sizes the app is made for.
//
//   node screenshots.mjs [folder] [page…]     with KLASSRUM_ORIGIN where the app is served, http://127.0.0.1:8440 if not said

import { mkdir } from "node:fs/promises";
import { chromium } from "@playwright/test";

const [folder = "/tmp/shots", ...wanted] = process.argv.slice(2);
const ORIGIN = process.env.KLASSRUM_ORIGIN ?? "http://127.0.0.1:8440";
const SIZES = [
  [1280, 800],
  [1024, 768],
  [820, 1180],
];
const THEMES = ["light", "dark"];
const LIST = new URL("../fixtures/systemlista.csv", import.meta.url).pathname;

const first = async (page) => {
  await page.getByRole("main").getByRole("rowheader").getByRole("link").first().click();
  await page.getByRole("main").getByRole("textbox").first().waitFor();
};
const passage = async (page) => {
  await page.getByRole("searchbox", { name: "Sök i listan" }).fill("Passersystem");
  await page.getByRole("rowheader").getByRole("link", { name: "Passersystem" }).click();
  await page.locator("#krav").waitFor();
};
const PAGES = {
  overview: ["/"],
  systems: ["/system"],
  "systems-picked": [
    "/system",
    async (page) => {
      await page.getByRole("checkbox", { name: "Välj Antura" }).check();
      await page.getByRole("checkbox", { name: "Välj Avtalsdatabas" }).check();
    },
  ],
  system: ["/system", first],
  "system-information": ["/system", async (page) => {
    await passage(page);
    await page.locator("#information").getByRole("button", { name: /Placering/ }).click();
    await page.locator("#information").scrollIntoViewIfNeeded();
  }],
  "system-classify": ["/system", async (page) => {
    await passage(page);
    await page.getByRole("button", { name: "Ny klassning" }).click();
    await page.locator("#klassning").getByLabel("Informationsmängd").selectOption({ label: "Placering av läsare och larm" });
  }],
  "system-measures": ["/system", async (page) => {
    await passage(page);
    await page.locator("#krav").getByRole("button", { name: /^Alla/ }).click();
  }],
  "system-risk": ["/system", async (page) => {
    await passage(page);
    const section = page.locator("#riskanalys");
    await section.getByRole("button", { name: /Riskanalys/ }).first().click();
    if (!(await section.getByRole("button", { name: /Ett kort|Händelse/ }).count())) {
      await section.getByRole("button", { name: "Lägg till: risk", exact: true }).click();
      await section.getByLabel("Händelse").fill("Ett kort som inte har spärrats släpper in en obehörig");
      await section.getByLabel("Händelse").blur();
      await section.getByRole("group", { name: "Före åtgärd" }).getByRole("radio", { name: "Trolig, betydande: hög", exact: true }).check();
    }
  }],
  backlog: ["/pa-tur"],
  method: ["/metod"],
  decisions: ["/klassningar"],
  actions: ["/atgarder"],
  incidents: ["/incidenter"],
  incident: ["/incidenter", first],
  training: ["/utbildning"],
  conflicts: ["/att-reda-ut"],
  import: ["/import"],
  "import-preview": [
    "/import",
    async (page) => {
      await page.getByLabel("Välj fil").setInputFiles(LIST);
      await page.getByRole("table", { name: "Rader i listan" }).waitFor();
    },
  ],
  report: ["/rapport"],
  settings: ["/installningar"],
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
await mkdir(folder, { recursive: true });
const context = await browser.newContext({ locale: "sv-SE", timezoneId: "Europe/Stockholm" });
const page = await context.newPage();
await page.goto(ORIGIN);
const example = page.getByRole("button", { name: "Prova med exempel" });
await example.waitFor();
await inAllSizes("start");
await example.click();
await page.locator('[data-figure="trained"]').filter({ hasText: "139" }).waitFor();
for (const [name, [address, prepare]] of Object.entries(PAGES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  await page.goto(ORIGIN + address);
  await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
  await prepare?.(page);
  await inAllSizes(name);
}
await browser.close();

async function inAllSizes(name) {
  if (wanted.length && !wanted.includes(name)) return;
  for (const theme of THEMES) {
    await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png` });
    }
    await page.screenshot({ path: `${folder}/${name}-whole-${theme}.png`, fullPage: true });
  }
}
