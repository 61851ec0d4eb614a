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
/** Those of a sitting: a tablet in either direction, and a phone in need. */
const TABLES = [
  [1180, 820],
  [820, 1180],
  [390, 844],
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
if (!wanted.length || wanted.some((name) => name.startsWith("workshop"))) await workshop();
await browser.close();

/** Every step of the example's workshop, as whoever leads sees it and as somebody at the table does; and the wall. */
async function workshop() {
  const agenda = page.getByRole("navigation", { name: "Dagordning" });
  const guest = await (await browser.newContext({ locale: "sv-SE", timezoneId: "Europe/Stockholm" })).newPage();
  const both = async (step) => {
    await inAllSizes(`workshop-${step}`, TABLES);
    await inAllSizes(`workshop-${step}-guest`, TABLES, guest);
  };
  const stop = async (name, step) => {
    await agenda.getByRole("button", { name, exact: true }).click();
    await guest.getByRole("heading", { level: 1, name }).waitFor();
    await both(step);
  };
  await page.goto(`${ORIGIN}/workshop`);
  await page.getByRole("button", { name: "Prova exempelworkshopen" }).waitFor();
  await inAllSizes("workshop-door", TABLES);
  await page.getByRole("button", { name: "Prova exempelworkshopen" }).click();
  await page.locator("[data-voted]").filter({ hasText: "2 av" }).waitFor({ timeout: 60_000 });
  await agenda.getByRole("button", { name: "Syfte och fakta" }).click();
  const code = await page.locator(".invite__code").filter({ hasText: "-" }).innerText();
  await guest.goto(`${ORIGIN}/workshop`);
  await guest.getByLabel("Kod", { exact: true }).fill(code);
  await guest.getByRole("button", { name: "Gå in" }).click();
  await guest.getByLabel("Roll").waitFor({ timeout: 60_000 });
  await inAllSizes("workshop-who", TABLES, guest);
  await guest.getByLabel("Roll").fill("Dataskyddsombud");
  await guest.getByRole("button", { name: "Slå dig ner" }).click();
  await guest.getByRole("heading", { level: 1, name: "Syfte och fakta" }).waitFor();
  await both("facts");
  await stop("Informationsmängder", "sets");
  await agenda.getByRole("group").nth(0).getByRole("button", { name: /^Konfidentialitet:/ }).click();
  await guest.locator("[data-decided]").waitFor();
  await both("decided");
  await agenda.getByRole("group").nth(0).getByRole("button", { name: /^Tillgänglighet:/ }).click();
  await page.getByRole("button", { name: "Öppna röstningen" }).waitFor();
  await both("cards");
  await agenda.getByRole("group").nth(0).getByRole("button", { name: /^Riktighet:/ }).click();
  await guest.locator("button.vote-card").nth(2).click();
  await guest.locator("button.vote-card[aria-pressed=true]").waitFor();
  await both("voting");
  await page.getByRole("button", { name: "Visa rösterna" }).click();
  await guest.locator(".fall").waitFor();
  await both("votes");
  await agenda.getByRole("group", { name: "Systemet som helhet" }).getByRole("button", { name: /^Konfidentialitet:/ }).click();
  await page.locator("[data-highest]").waitFor();
  await page.getByLabel(/^3 /).check();
  await both("whole");
  await stop("Åtgärder", "measures");
  await page.locator(".measure").nth(0).getByLabel("Klart", { exact: true }).check();
  await page.locator(".measure").nth(1).getByLabel("Saknas").check();
  await page.locator(".measure").nth(1).getByLabel("Ansvarig").waitFor();
  await both("measures-answered");
  await stop("Bevara och gallra", "records");
  await stop("Risker, om tiden räcker", "risks");
  await stop("Sammanfattning", "summary");
  const wall = await context.newPage();
  await wall.goto(`${new URL(page.url()).origin}${new URL(page.url()).pathname}?storbild=1`);
  await wall.getByRole("heading", { level: 1, name: "Sammanfattning" }).waitFor();
  await inAllSizes("workshop-wall", [[1280, 800]], wall);
  await page.getByText("Nästa system").click();
  await inAllSizes("workshop-next", TABLES);
  await page.getByRole("list", { name: "Nästa system" }).getByRole("button").first().click();
  await guest.getByRole("heading", { level: 1, name: "Syfte och fakta" }).waitFor();
  await both("second");
  await inAllSizes("workshop-second-wall", [[1280, 800]], wall);
}

async function inAllSizes(name, sizes = SIZES, of = page) {
  if (wanted.length && !wanted.some((one) => name === one || (one === "workshop" && name.startsWith("workshop-")))) return;
  for (const theme of THEMES) {
    await of.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme);
    for (const [width, height] of sizes) {
      await of.setViewportSize({ width, height });
      await of.evaluate(() => window.scrollTo(0, 0));
      await of.screenshot({ path: `${folder}/${name}-${width}-${theme}.png` });
    }
    await of.screenshot({ path: `${folder}/${name}-whole-${theme}.png`, fullPage: true });
  }
}
