// The shorter way through the app, in the engines that most tablets have: the example, an edit, a start without a
// network, the report as a Word file; and a seat at a workshop's table, where the other five sit in Chromium.
//
//   node tests/browser/other-browsers.mjs [webkit|firefox]

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { startRelay } from "./support/relay.mjs";
import { found, isSeated, sitDown } from "./support/sitting.mjs";
import { startBrowser, until } from "./support/webdriver.mjs";
import { wordsOf } from "./support/zip.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const BROWSERS = { webkit: openWebKit, firefox: openFirefox };
const timeouts = { script: 60_000, pageLoad: 60_000 };

async function openWebKit() {
  const binary = readdirSync("/usr/lib", { withFileTypes: true })
    .filter((folder) => folder.name.endsWith("-linux-gnu"))
    .flatMap((folder) => ["webkit2gtk-4.1", "webkit2gtk-4.0"].map((kind) => `/usr/lib/${folder.name}/${kind}/MiniBrowser`))
    .find((path) => existsSync(path));
  assert(binary, "WebKitGTK's MiniBrowser is not installed");
  return startBrowser(["dbus-run-session", "--", "xvfb-run", "-a", "WebKitWebDriver", "--port={port}"], {
    timeouts,
    "webkitgtk:browserOptions": { binary, args: ["--automation"] },
  });
}

async function openFirefox(downloads) {
  return startBrowser(["geckodriver", "--port={port}", "--log=error"], {
    timeouts,
    browserName: "firefox",
    "moz:firefoxOptions": {
      args: ["-headless"],
      prefs: {
        "browser.download.dir": downloads,
        "browser.download.folderList": 2,
        "browser.download.useDownloadDir": true,
        "browser.download.alwaysOpenPanel": false,
      },
    },
  });
}

const SYSTEM = "Ärendesystemet Åsö";
const SUPPLIER = "Leverantören på Åsögatan AB";

// Each step stands on the one before.
const WAY = {
  "the example is loaded": async ({ browser, relay }) => {
    await browser.open(relay.url);
    await browser.click(browser.button("Prova med exempel"));
    assert.equal(await figure(browser, "systems", 80), 80);
    assert.equal(await figure(browser, "classified", 18), 18);
  },
  "a system is added and filled in, and is on the disk": async ({ browser }) => {
    await browser.click(browser.link("System"));
    await browser.click(browser.button("Nytt system"));
    await browser.type(browser.field("Det nya systemets namn"), SYSTEM);
    await browser.click(browser.button("Lägg till"));
    await browser.click(browser.link(SYSTEM));
    const supplier = browser.field("Leverantör");
    await browser.type(supplier, SUPPLIER);
    await browser.run(() => document.activeElement.blur());
    await until("the edit to be stored", () =>
      browser.run(() => /^På den här enheten \d/.test(document.querySelector("[data-state=ok]")?.textContent ?? "")),
    );
  },
  "it starts without a network, with the edit": async ({ browser, relay }) => {
    await until("the app to be kept", () => browser.run(() => navigator.serviceWorker.controller?.state === "activated"));
    await relay.stop();
    await assert.rejects(fetch(relay.url), "the relay is still there");
    await browser.reload();
    assert.equal(await browser.valueOf(browser.field("Leverantör")), SUPPLIER);
    await browser.click(browser.link("Översikt"));
    assert.equal(await figure(browser, "systems", 81), 81);
  },
  "the report is made as a Word file without a network": async ({ browser, downloads }) => {
    await browser.click(browser.link("Rapport"));
    await browser.run(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        window.made = blob;
        return make.call(URL, blob);
      };
    });
    await browser.click(browser.button("Hämta som Word"));
    const bytes = await until("the Word file", () => browser.run(madeBytes)).then((text) => Buffer.from(text, "base64"));
    const words = wordsOf(bytes);
    for (const said of ["Ledningens genomgång", "81", "18", "139"]) {
      assert(words.includes(said), `the Word file does not say ${said}:\n${words.slice(0, 3000)}`);
    }
    if (downloads) {
      const file = await until("the download", () => finished(downloads));
      assert(readFileSync(join(downloads, file)).equals(bytes), "the file on the disk is another");
    }
  },
};

// Six at a table: this browser takes part, with its own votes, where the other five sit in Chromium.
const TABLE = {
  "it comes in with the code and sits down at a table of six": async ({ browser, sitting }) => {
    await sitting.begin();
    await browser.open(`${sitting.url}/workshop`);
    await browser.type(browser.field("Kod"), sitting.code.toLowerCase());
    await browser.click(browser.button("Gå in"));
    await browser.type(browser.field("Roll"), "Arkivarie");
    await browser.click(browser.button("Slå dig ner"));
    await browser.find('//h1[normalize-space()="Syfte och fakta"]');
    await sitting.isSeated(6);
  },
  "its sealed vote counts, and it sees what all came to": async ({ browser, sitting }) => {
    await sitting.ask();
    await browser.click(browser.find('//main//button[contains(@class, "vote-card") and contains(., "Allvarlig")]'));
    await browser.find('//main//button[@aria-pressed="true"]');
    await sitting.voteAndShow();
    await browser.find('//table//tr[th[contains(., "3")]]/td[normalize-space()="1"]');
    await browser.find('//table//tr[th[contains(., "2")]]/td[normalize-space()="5"]');
  },
  "it sees the decision, and says why it thought otherwise": async ({ browser, sitting }) => {
    await sitting.decide();
    await browser.find('//*[@data-decided and contains(., "Beslutat")]');
    await browser.type(browser.field("Du röstade annorlunda. Vill du att något antecknas?"), "Ett kort räcker.");
    await browser.click(browser.button("Anteckna"));
    await sitting.hears("Ett kort räcker.");
  },
};

/** The five of a table that sit in Chromium. */
async function startSitting() {
  const [relay, driven] = [await startRelay(), await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] })];
  const seats = [];
  const page = async () => {
    const context = await driven.newContext({ locale: "sv-SE" });
    seats.push(await context.newPage());
    return seats.at(-1);
  };
  const sitting = {
    url: relay.url,
    code: "",
    begin: async () => {
      sitting.code = await found(await page(), relay.url);
      for (const role of ["Informationsägare", "Objektledare", "IT", "Dataskyddsombud"]) {
        await sitDown(await page(), relay.url, sitting.code, role);
      }
    },
    isSeated: (count) => isSeated(seats[0], count),
    ask: async () => {
      await seats[0].getByRole("navigation").getByRole("group").first().getByRole("button", { name: /^Konfidentialitet:/ }).click();
      await seats[0].getByRole("button", { name: "Öppna röstningen" }).click();
    },
    voteAndShow: async () => {
      for (const seat of seats) await seat.locator("button.vote-card").filter({ hasText: "Betydande" }).click();
      await seats[0].locator("[data-voted]", { hasText: "6 av 6 har röstat" }).waitFor();
      await seats[0].getByRole("button", { name: "Visa rösterna" }).click();
    },
    decide: async () => {
      // The highest stands until another is chosen, and it is known only when the last vote has come.
      await seats[0].getByRole("button", { name: "Besluta 3" }).waitFor();
      await seats[0].getByLabel("2 Betydande").check();
      await seats[0].getByLabel(/^Varför inte den högsta/).fill("Korten spärras samma dag");
      await seats[0].getByRole("button", { name: "Besluta 2" }).click();
    },
    hears: async (words) => {
      await seats[0].getByRole("navigation").getByRole("button", { name: "Sammanfattning" }).click();
      await seats[0].getByText(words).first().waitFor();
    },
    end: async () => {
      await driven.close();
      await relay.stop();
    },
  };
  return sitting;
}

/** What a figure says, once it is as expected or has had its time. */
async function figure(browser, name, expected) {
  const shown = () => browser.run((name) => document.querySelector(`[data-figure="${name}"]`)?.textContent, name);
  let last = null;
  await until(`${name} to be ${expected}`, async () => (last = Number((await shown()) ?? NaN)) === expected).catch((why) => {
    throw new Error(`${why.message}: it was ${last}`);
  });
  return last;
}

async function madeBytes() {
  if (!window.made) return null;
  const address = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(window.made);
  });
  return address.slice(address.indexOf(",") + 1);
}

function finished(folder) {
  const files = readdirSync(folder);
  return files.some((file) => file.endsWith(".part")) ? null : files.find((file) => file.endsWith(".docx"));
}

let [passed, failed] = [0, 0];
const asked = process.argv.slice(2);
for (const name of asked.length ? asked : Object.keys(BROWSERS)) {
  assert(BROWSERS[name], `no such browser: ${name}; there are ${Object.keys(BROWSERS).join(", ")}`);
  const downloads = await mkdtemp(join(tmpdir(), "klassrum-"));
  const [relay, browser] = [await startRelay(), await BROWSERS[name](downloads).catch((why) => why)];
  let stopped = browser instanceof Error ? browser : null;
  if (stopped) console.log(`        ${name} does not start\n${stopped.stack.replace(/^/gm, "        ")}`);
  const sitting = await startSitting();
  for (const [claim, step] of Object.entries({ ...WAY, ...TABLE })) {
    try {
      if (stopped) throw stopped;
      const began = Date.now();
      await step({ browser, relay, sitting, downloads: name === "firefox" && downloads });
      passed++;
      console.log(`ok      ${name}: ${claim} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (why) {
      failed++;
      console.log(`FAILED  ${name}: ${claim}\n${stopped ? "        not reached" : why.stack.replace(/^/gm, "        ")}`);
      if (!stopped && !(browser instanceof Error)) {
        const seen = await browser.run(() => `${location.pathname}\n${document.body.innerText}`).catch((no) => no.message);
        console.log(`        The page said:\n${seen.slice(0, 1500).replace(/^/gm, "          ")}`);
      }
      stopped ??= why;
    }
  }
  if (!(browser instanceof Error)) await browser.close();
  await sitting.end();
  await relay.stop();
  await rm(downloads, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
