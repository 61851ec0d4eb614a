// Measures the app in Chromium, and prints each figure beside its budget. Nothing fails on a time. See scripts/bench.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { availableParallelism, homedir, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { rowsOf, workbookOf } from "./support/list.mjs";
import { startRelay } from "./support/relay.mjs";
import { found, isSeated, sitDown } from "./support/sitting.mjs";


const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/klassrum/target");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const RUNS = 5;
/** `--only "week|tablets"` measures the parts whose names that fits; those that need what an earlier one made fail then. */
const ONLY = new RegExp(process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "");
const MANY = 5_000;
/** So many sit at a workshop's table. */
const TWELVE = 12;
/** What tests/bench/tablets.rs calls a system last of all. */
const LAST = "AA sist av alla";
/** Processor throttle of the page's own thread. Chromium can't throttle workers. */
const THROTTLE = 4;

const results = [];
// What others were doing on this machine when the measurements began.
const busy = loadavg()[0];
const relay = await startRelay();
const CHROMIUM = { executablePath: "/usr/bin/chromium", args: [...FLAGS, "--disable-component-update", "--disable-sync"] };
const browser = await chromium.launch(CHROMIUM);
const [devices, profiles] = [[], []];
try {
  await measure();
} finally {
  // A part that failed has left its own open.
  for (const context of devices) await context.close();
  await browser.close();
  await relay.stop();
  for (const profile of profiles) await rm(profile, { recursive: true, force: true });
}
report();
await save();

async function measure() {
  await part("the throttle itself", calibrate);
  await part("first load", firstLoad);

  let small = await device();
  await part("example", () => loadExample(small));
  await part("second visit, 80 systems", () => secondVisits(small, 80, "second visit to the example's list", 500));
  await part("second visit, 80 systems, a browser just started", async () => {
    small = await visitsInNewBrowsers(small);
  });
  await part("the report as Word", () => docx(small));
  await part("the report's page", () => reports(small));
  await part("the report as PDF", () => pdfs(small));
  await small.close();
  await part("the report of 500 systems", largeReport);

  const large = await device();
  await part("import of 5,000 rows", () => importMany(large));
  await part("second visit, 5,000 systems", () => secondVisits(large, MANY, "second visit to a list of 5,000 systems", 1_500));
  await part("an edit in 5,000 systems", () => edits(large));
  await part("search over 5,000 systems", () => search(large));
  await large.close();

  await part("catching up after a week", awayForAWeek);
  await part("merging 30 tablets", tabletsApart);

  await part("a workshop with twelve, a device each", () => workshop(2));
  await part("a workshop with twelve, all on this machine", () => workshop(TWELVE));

  await part("the core", core);
}

/** Takes one part of the measurements; another part may still do if it fails. */
async function part(name, take) {
  if (!ONLY.test(name)) return;
  console.error(`  ${name} …`);
  try {
    await take();
  } catch (why) {
    console.error(`  ${name}: not measured\n${String(why.stack).replace(/^/gm, "    ")}`);
    results.push({ what: name, failed: String(why.message).split("\n")[0] });
    process.exitCode = 1;
  }
}

/** Notes figures that were measured: `values` in `unit`, the most they should be, and what else is to be said. */
function note(what, values, { budget = null, unit = "ms", about = "" } = {}) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) throw new Error(`${what}: nothing was measured`);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  results.push({ what, unit, budget, median, min: sorted[0], max: sorted.at(-1), runs: sorted.length, about });
}

// A device, and pages on it.

/** With a profile on the disk, as people have: without one the browser compiles everything anew at every visit. */
async function device() {
  const profile = await mkdtemp(join(tmpdir(), "klassrum-bench-"));
  profiles.push(profile);
  return opened(profile);
}

async function opened(profile) {
  const shown = { locale: "sv-SE", viewport: { width: 1280, height: 800 }, acceptDownloads: true };
  const context = await chromium.launchPersistentContext(profile, { ...CHROMIUM, ...shown });
  devices.push(context);
  await context.addInitScript({ path: fileURLToPath(new URL("support/stopwatch.js", import.meta.url)) });
  context.profile = profile;
  return context;
}

async function pageOf(context, { throttle = 1, offline = false } = {}) {
  const page = await context.newPage();
  const protocol = await context.newCDPSession(page);
  await protocol.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  await context.setOffline(offline);
  return page;
}

function address(path) {
  return relay.url + path;
}

function longest(page) {
  return page.evaluate(() => Math.max(0, ...window.stopwatch.longTasks.map((task) => task.duration)));
}

async function stored(page) {
  await page.locator("[data-state=ok]").waitFor({ timeout: 120_000 });
}

// The measurements.

/** What the throttle comes to on this machine, by a task of a known length. */
async function calibrate() {
  const spin = () => {
    const began = performance.now();
    for (let turn = 0, sum = 0; turn < 1e8; turn++) sum += turn;
    return performance.now() - began;
  };
  const context = await browser.newContext();
  const medianAt = async (throttle) => {
    const page = await pageOf(context, { throttle });
    const times = [];
    for (let run = 0; run <= RUNS; run++) times.push(await page.evaluate(spin));
    return times.slice(1).sort((a, b) => a - b)[Math.floor(RUNS / 2)];
  };
  const plain = await medianAt(1);
  // What other machines' figures are compared by.
  note("the machine itself: a loop of 100 million turns", [plain]);
  note(`the ${THROTTLE}× throttle, measured`, [(await medianAt(THROTTLE)) / plain], { unit: "×" });
  await context.close();
}

async function firstLoad() {
  const context = await browser.newContext({ locale: "sv-SE" });
  const page = await context.newPage();
  const asked = [];
  page.on("requestfinished", (request) => asked.push(request));
  await page.goto(address("/"), { waitUntil: "networkidle" });
  const files = [];
  for (const request of asked) {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    const { pathname } = new URL(request.url());
    const encoding = (await request.response()).headers()["content-encoding"] ?? "";
    files.push({ pathname, encoding, bytes: responseBodySize, headers: responseHeadersSize });
  }
  const counted = files.filter(({ pathname }) => !/^\/(keeper|files|fonts\/)/.test(pathname));
  const total = counted.reduce((sum, { bytes }) => sum + bytes, 0);
  const [largest] = [...counted].sort((a, b) => b.bytes - a.bytes);
  const plain = counted.filter(({ encoding, bytes }) => encoding !== "br" && 10_000 < bytes).map(({ pathname }) => pathname);
  note("first load, without workers and fonts", [total / 1000], {
    budget: 700,
    unit: "kB",
    about: `${counted.length} files; ${largest.pathname} is ${kB(largest.bytes)}${plain.length ? `; not brotli: ${plain.join(", ")}` : ""}`,
  });
  const rest = files.filter((file) => !counted.includes(file));
  note("  the workers and fonts beside it", [rest.reduce((sum, { bytes }) => sum + bytes, 0) / 1000], { unit: "kB" });
  await context.close();
}

async function loadExample(context) {
  const page = await pageOf(context);
  await page.goto(address("/"));
  await page.getByRole("button", { name: "Prova med exempel" }).click();
  await page.locator("[data-figure=systems]", { hasText: "80" }).first().waitFor();
  await keptOffline(page);
  await page.close();
}

/** Until what was edited is on the disk, and the app starts without a network. */
async function keptOffline(page) {
  await stored(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
}

async function secondVisits(context, systems, what, budget) {
  const visits = [];
  // The first is not counted: after it this browser holds its own compiled form of the modules.
  for (let run = 0; run <= RUNS; run++) {
    const visit = await visited(context, systems);
    if (0 < run) visits.push(visit);
  }
  await context.setOffline(false);
  noteVisits(what, visits, budget, `offline, ${THROTTLE}×`);
}

/** As on the next morning: the browser has compiled nothing yet, and starts beside the app. Returns the last one. */
async function visitsInNewBrowsers(context) {
  const visits = [];
  for (let run = 0; run < RUNS; run++) {
    await context.close();
    context = await opened(context.profile);
    visits.push(await visited(context, 80));
  }
  await context.setOffline(false);
  noteVisits("the same in a browser just started", visits, null, `offline, ${THROTTLE}×; nothing is compiled yet`);
  return context;
}

/** Milliseconds until the list is there, until it can be edited and until the first words, and the longest task. */
async function visited(context, systems) {
  const page = await pageOf(context, { throttle: THROTTLE, offline: true });
  await page.goto(address("/system"), { waitUntil: "commit" });
  const times = await page.evaluate(async (systems) => {
    const row = () => document.querySelector(`table[aria-rowcount="${systems + 1}"] tbody tr[aria-rowindex="2"] a`);
    const button = () => [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === "Nytt system");
    const [list, edit] = await Promise.all([
      window.stopwatch.shows(row),
      window.stopwatch.shows(() => row() && button() && !button().disabled),
    ]);
    await window.stopwatch.settles();
    return { list, edit, first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN };
  }, systems);
  times.task = await longest(page);
  await page.close();
  return times;
}

function noteVisits(what, visits, budget, about) {
  const of = (which) => visits.map((visit) => visit[which]);
  note(what, of("list"), { budget, about });
  note("  until it can be edited", of("edit"));
  if (of("first").some(Number.isFinite)) note("  first words on the screen", of("first"));
  note("  longest task while opening", of("task"), { budget: 50 });
}

async function docx(context) {
  for (const throttle of [1, THROTTLE]) {
    const [times, tasks] = [[], []];
    for (let run = 0; run <= RUNS; run++) {
      const page = await pageOf(context, { throttle, offline: true });
      await page.goto(address("/rapport"));
      const time = await made(page, "Hämta som Word");
      await page.evaluate(() => window.stopwatch.settles());
      if (0 < run) {
        times.push(time);
        tasks.push(await longest(page));
      }
      await page.close();
    }
    const slow = throttle === 1 ? "not throttled" : `${THROTTLE}×`;
    note("DOCX of the example, click to bytes", times, {
      budget: throttle === 1 ? 300 : 500,
      about: `offline, ${slow}; the worker's first start included`,
    });
    if (throttle !== 1) note("  longest task meanwhile", tasks, { budget: 50, about: slow });
  }
  await context.setOffline(false);
}

/**
 * The report's page, from the click that leads to it until the screen is full, and until its last table stands there: the
 * first time in a tab, when its module is fetched too, and again.
 */
async function reports(context) {
  const times = { first: [], again: [] };
  for (let run = 0; run <= RUNS; run++) {
    const page = await pageOf(context, { throttle: THROTTLE, offline: 0 < run });
    await page.goto(address("/"));
    const link = (name) => page.getByRole("navigation", { name: "Sidor" }).getByRole("link", { name });
    for (const time of ["first", "again"]) {
      await page.getByRole("heading", { level: 1, name: "Översikt" }).waitFor();
      await page.evaluate(async () => {
        await window.stopwatch.settles();
        window.stopwatch.clicked = window.stopwatch.next("click", (time) => time);
      });
      const shown = page.evaluate(async () => {
        const began = await window.stopwatch.clicked;
        const isFull = () => [...document.querySelectorAll(".paper > *")].some((one) => innerHeight < one.getBoundingClientRect().bottom);
        const [full, last] = await Promise.all([
          window.stopwatch.shows(() => document.querySelector(".paper table") && isFull()),
          window.stopwatch.shows(() => document.querySelector(".paper #definitions table")),
        ]);
        return { full: full - began, last: last - began };
      });
      await link("Rapport").click();
      const taken = await shown;
      if (0 < run) times[time].push(taken);
      await link("Översikt").click();
    }
    await page.close();
  }
  for (const [time, about] of [["first", "the first time in a tab"], ["again", "again"]]) {
    const of = (which) => times[time].map((one) => one[which]);
    note(`the report's page, 80 systems, the screen full, ${about}`, of("full"), { budget: 200, about: `offline, ${THROTTLE}×` });
    note("  its last table", of("last"), { budget: 200, about: `offline, ${THROTTLE}×` });
  }
  await context.setOffline(false);
}

/** PDFs of the example, the first with the worker's start. Chromium can't throttle workers, and theirs is all the work. */
async function pdfs(context) {
  const [first, next] = [[], []];
  await keptForPdfs(context);
  for (let run = 0; run <= RUNS; run++) {
    const page = await pageOf(context, { offline: true });
    await page.goto(address("/rapport"));
    const times = [await made(page, "Hämta som PDF"), await made(page, "Hämta som PDF")];
    if (0 < run) [first, next].forEach((all, which) => all.push(times[which]));
    await page.close();
  }
  await context.setOffline(false);
  note("first PDF of the example, click to bytes", first, { budget: 5_000, about: "offline, the worker's start included, not throttled" });
  note("  the next one", next, { budget: 1_000, about: "not throttled" });
}

/** Until what sets PDFs is on the device. */
async function keptForPdfs(context) {
  const page = await pageOf(context);
  await page.goto(address("/rapport"));
  await page.getByRole("button", { name: "Hämta som PDF" }).waitFor();
  await page.waitForFunction(async () => (await caches.open("klassrum-state")).match("/more-kept"));
  await page.close();
}

/** Milliseconds from the click on a button to the bytes of a file. */
async function made(page, name) {
  const button = page.getByRole("button", { name });
  await button.waitFor();
  await page.evaluate(async () => {
    await window.stopwatch.settles();
    window.stopwatch.longTasks.length = 0;
    window.stopwatch.clicked = window.stopwatch.next("click", (time) => time);
  });
  const download = page.waitForEvent("download");
  await button.click();
  await download;
  return page.evaluate(async () => window.stopwatch.made.at(-1) - (await window.stopwatch.clicked));
}

async function largeReport() {
  const context = await device();
  const nothing = await pageOf(context);
  await nothing.goto(address("/health"));
  const empty = await largestRenderer(context);
  const page = await imported(context, 500);
  await nothing.close();
  await keptOffline(page);
  await page.reload();
  await keptForPdfs(context);
  await page.goto(address("/rapport"));
  const [times, memory] = [[], []];
  for (let run = 0; run <= RUNS; run++) {
    const time = await made(page, "Hämta som PDF");
    if (0 < run) times.push(time);
    memory.push(await largestRenderer(context));
  }
  note("PDF with 500 systems, click to bytes", times, { budget: 10_000, about: "not throttled" });
  note("  the most memory that the page and its workers took", [Math.max(...memory)], { budget: 400, unit: "MB" });
  note("  of that, what a process takes whose page shows one word", [empty], { unit: "MB" });
  await context.close();
}

/** The most memory that a page's process has ever taken, in MB, of the one that took most. */
async function largestRenderer(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === "renderer").map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    return Number(status.match(/VmHWM:\s+(\d+) kB/)?.[1] ?? 0) / 1000;
  }));
  return Math.max(...sizes);
}

/** A register with so many systems from a list, on a page of its own. */
async function imported(context, systems) {
  const page = await pageOf(context);
  await page.goto(address("/"));
  await page.getByRole("button", { name: "Skapa register" }).click();
  await page.getByRole("link", { name: "Import", exact: true }).click();
  const buffer = workbookOf(systems);
  await page.locator("main input[type=file]").setInputFiles({ name: "systemlista.xlsx", mimeType: "application/octet-stream", buffer });
  await page.getByRole("button", { name: `Läs in valda (${systems})` }).click();
  await page.locator('nav a[href="/system"]', { hasText: String(systems) }).waitFor();
  return page;
}

/** A register of 500 systems on a device that has joined it to the relay; its invitation. */
async function joined(context) {
  const page = await imported(context, 500);
  await page.getByRole("link", { name: "Inställningar" }).click();
  await page.getByRole("button", { name: "Anslut till reläet" }).click();
  await page.getByRole("link", { name: /^Hos reläet/ }).waitFor();
  await page.getByRole("button", { name: "Bjud in att redigera" }).click();
  const link = await page.getByLabel("Inbjudan som länk").inputValue();
  await keptOffline(page);
  return { page, link };
}

/** Other devices; `said` gives the next line that they say. */
function tablets(...args) {
  const options = ["bench", "--quiet", "--locked", "--profile", "relay", "--bench", "tablets", "--", ...args];
  const program = spawn("cargo", options, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  const [unheard, waiting] = [[], []];
  createInterface(program.stdout).on("line", (line) => {
    const at = waiting.findIndex(({ fits }) => fits(line));
    if (at < 0) unheard.push(line);
    else waiting.splice(at, 1)[0].resolve(line);
  });
  program.once("exit", () => waiting.forEach(({ reject }) => reject(new Error("the tablets said nothing"))));
  const said = (fits = () => true) =>
    new Promise((resolve, reject) => {
      const at = unheard.findIndex(fits);
      if (at < 0) waiting.push({ fits, resolve, reject });
      else resolve(unheard.splice(at, 1)[0]);
    });
  return {
    go: (words = "") => program.stdin.write(`${words}\n`),
    said: () => said(),
    /** When something was told of. */
    when: async (what) => Number((await said((line) => line.startsWith(`${what} `))).split(" ").at(-1)),
    stop: () => program.stdin.end(),
  };
}

/** Until the last edit of the others stands in the list, on the screen. */
function showsLast(page) {
  return page.evaluate((last) => {
    const row = () => [...document.querySelectorAll("table tbody th a")].some((link) => link.textContent.includes(last));
    return window.stopwatch.shows(row);
  }, LAST);
}

async function awayForAWeek() {
  const [entries, last] = [20_000, 500];
  for (const throttle of [THROTTLE, 1]) {
    const [opened, caughtUp, tasks, bytes] = [[], [], [], []];
    for (let run = 0; run < 3; run++) {
      const context = await device();
      const { page, link } = await joined(context);
      // Another device that is away meanwhile, and has what there was.
      await page.close();
      const { snapshot } = JSON.parse(await tablets("week", link, relay.url, String(entries), String(last)).said());
      const before = await sentBytes();
      const back = await pageOf(context, { throttle });
      await back.goto(address("/system"), { waitUntil: "commit" });
      const list = await back.evaluate(() =>
        window.stopwatch.shows(() => document.querySelector('table[aria-rowcount="501"] tbody tr[aria-rowindex="2"] a')),
      );
      const all = await showsLast(back);
      opened.push(list);
      caughtUp.push(all - list);
      await back.getByRole("link", { name: /^Hos reläet/ }).waitFor();
      await back.evaluate(() => window.stopwatch.settles());
      tasks.push(await longest(back));
      bytes.push(((await sentBytes()) - before) / 1000);
      console.error(`    ${Math.round(list)} ms to the list, ${Math.round(all - list)} ms more to all; the snapshot has ${kB(snapshot)}`);
      await context.close();
    }
    const slow = throttle === 1 ? "not throttled" : `${throttle}×`;
    note(`a week away, ${entries.toLocaleString("en")} entries: from the list to all of it`, caughtUp, { budget: throttle === 1 ? null : 2_000, about: slow });
    note("  the list as it was, from opening", opened, { about: slow });
    note("  longest task until then", tasks, { budget: throttle === 1 ? null : 100, about: slow });
    if (throttle !== 1) note(`  from the relay: a snapshot and ${last} entries`, bytes, { unit: "kB" });
  }
}

async function sentBytes() {
  const text = await (await fetch(address("/metrics"))).text();
  return Number(/^klassrum_sent_bytes_total (\d+)/m.exec(text)?.[1] ?? NaN);
}

async function tabletsApart() {
  const [many, edits] = [30, 200];
  for (const throttle of [THROTTLE, 1]) {
    const [times, tasks] = [[], []];
    for (let run = 0; run < 3; run++) {
      const context = await device();
      const { page, link } = await joined(context);
      await page.close();
      const others = tablets("apart", link, relay.url, String(many), String(edits));
      if ((await others.said()) !== "ready") throw new Error("the tablets are not ready");
      const back = await pageOf(context, { throttle });
      await back.goto(address("/system"));
      await back.getByRole("link", { name: /^Hos reläet/ }).waitFor();
      await back.evaluate(() => window.stopwatch.settles());
      await back.evaluate(() => (window.stopwatch.longTasks.length = 0));
      const began = await back.evaluate(() => performance.now());
      others.go();
      times.push((await showsLast(back)) - began);
      await others.said();
      await back.evaluate(() => window.stopwatch.settles());
      tasks.push(await longest(back));
      await context.close();
    }
    const slow = throttle === 1 ? "not throttled" : `${throttle}×`;
    note(`${many} tablets' ${edits} edits each meet in 500 systems, until all is in the list`, times, { budget: throttle === 1 ? null : 2_000, about: `${slow}; the way over the relay included` });
    note("  longest task meanwhile", tasks, { budget: throttle === 1 ? null : 100, about: slow });
  }
}

async function importMany(context) {
  const file = { name: "systemlista.xlsx", mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: workbookOf(MANY) };
  const create = async (page) => {
    await page.goto(address("/"));
    await page.getByRole("button", { name: "Skapa register" }).click();
    await page.getByRole("link", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Import" }).waitFor();
    await page.evaluate(() => window.stopwatch.settles());
  };
  const preview = async (page) => {
    await page.evaluate(({ many, first }) => {
      window.stopwatch.longTasks.length = 0;
      const button = () => [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === `Läs in valda (${many})`);
      const row = () => [...document.querySelectorAll("main tbody label")].some((one) => one.textContent.trim() === `Ta in ${first}`);
      const shown = () => button() && row();
      window.stopwatch.preview = window.stopwatch.next("change", async (time) => (await window.stopwatch.shows(shown)) - time);
    }, { many: MANY, first: rowsOf(1)[0][0] });
    await page.locator("main input[type=file]").setInputFiles(file);
    return page.evaluate(() => window.stopwatch.preview);
  };
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const fresh = await device();
    const page = await pageOf(fresh);
    await create(page);
    times.push(await preview(page));
    await fresh.close();
  }
  note("import of 5,000 rows XLSX, preview shown", times, { budget: 2_000, about: "the worker's first start included" });

  const page = await pageOf(context, { throttle: THROTTLE });
  await create(page);
  const slow = await preview(page);
  note("  the same at a throttle", [slow], { about: `${THROTTLE}×, once` });
  note("  longest task until the preview", [await longest(page)], { budget: 50, about: `${THROTTLE}×, once` });
  await page.evaluate((many) => {
    window.stopwatch.longTasks.length = 0;
    const count = () => document.querySelector('nav a[href="/system"]')?.textContent.replace(/\D/g, "");
    window.stopwatch.accepted = window.stopwatch.next("click", async (time) =>
      (await window.stopwatch.shows(() => count() === String(many))) - time);
  }, MANY);
  await page.getByRole("button", { name: `Läs in valda (${MANY})` }).click();
  note("  accepted, until it shows", [await page.evaluate(() => window.stopwatch.accepted)], { about: `${THROTTLE}×, once` });
  await keptOffline(page);
  note("  longest task from there until stored", [await longest(page)], { budget: 50, about: `${THROTTLE}×, once` });
  await page.close();
}

async function edits(context) {
  const page = await pageOf(context, { throttle: THROTTLE });
  await page.goto(address("/system"));
  await page.locator('tr[aria-rowindex="2"] a').click();
  const name = page.getByLabel("System eller tjänst", { exact: true });
  await name.waitFor();
  const [shown, disk] = [[], []];
  for (let run = 0; run <= 2 * RUNS; run++) {
    const text = `Aktsystemet ${run}`;
    await page.evaluate(() => window.stopwatch.settles());
    await page.evaluate((text) => {
      const { next, shows } = window.stopwatch;
      window.stopwatch.edit = next("change", async (time) => {
        const state = () => document.querySelector("[data-state]").dataset.state;
        const heading = shows(() => document.querySelector("h1").textContent === text);
        const disk = shows(() => state() === "busy").then(() => shows(() => state() === "ok"));
        return { shown: (await heading) - time, disk: (await disk) - time };
      });
      window.stopwatch.longTasks.length = 0;
    }, text);
    await name.fill(text);
    await name.press("Tab");
    const times = await page.evaluate(() => window.stopwatch.edit);
    if (0 < run) {
      shown.push(times.shown);
      disk.push(times.disk);
    }
  }
  note("an edit in 5,000 systems, screen updated", shown, { budget: 50, about: `${THROTTLE}×, from the change to the painted heading` });
  note("  until it is on the disk", disk, { about: `${THROTTLE}×` });
  await page.close();

  const list = await pageOf(context, { throttle: THROTTLE });
  await list.goto(address("/system"));
  await list.getByRole("button", { name: "Nytt system" }).click();
  const rows = [];
  for (let run = 0; run <= RUNS; run++) {
    await list.getByLabel("Det nya systemets namn").fill(`Nytt nummer ${run}`);
    await list.evaluate(() => window.stopwatch.settles());
    await list.evaluate(() => {
      const count = () => document.querySelector("table").getAttribute("aria-rowcount");
      const before = count();
      window.stopwatch.row = window.stopwatch.next("submit", async (time) => (await window.stopwatch.shows(() => count() !== before)) - time);
    });
    await list.keyboard.press("Enter");
    const time = await list.evaluate(() => window.stopwatch.row);
    if (0 < run) rows.push(time);
  }
  note("  a row added with the list in sight", rows, { budget: 50, about: `${THROTTLE}×` });
  await stored(list);
  await list.close();

  // Without a throttle: what the keeper takes, the way there and back included.
  const fast = await pageOf(context);
  await fast.goto(address("/system"));
  await fast.locator('tr[aria-rowindex="2"] a').click();
  const field = fast.getByLabel("Leverantör", { exact: true });
  await field.waitFor();
  const trips = [];
  for (let run = 0; run <= 2 * RUNS; run++) {
    await fast.evaluate(() => window.stopwatch.settles());
    await fast.evaluate(() => (window.stopwatch.asked.length = window.stopwatch.heard.length = 0));
    await field.fill(`Leverantör ${run} AB`);
    await field.press("Tab");
    await stored(fast);
    await fast.evaluate(() => window.stopwatch.settles());
    const trip = await fast.evaluate(() => window.stopwatch.heard[0] - window.stopwatch.asked[0]);
    if (0 < run) trips.push(trip);
  }
  note("  there and back to the keeper in wasm", trips, { about: "not throttled" });
  await fast.close();
}

async function search(context) {
  const page = await pageOf(context, { throttle: THROTTLE });
  await page.goto(address("/system"));
  await page.locator('tr[aria-rowindex="2"] a').waitFor();
  const box = page.getByLabel("Sök i listan");
  await box.click();
  const times = [];
  for (const key of "drift 12 a") {
    await page.evaluate(() => window.stopwatch.settles());
    await page.evaluate(() => {
      window.stopwatch.longTasks.length = 0;
      window.stopwatch.key = window.stopwatch.next("keydown", async (time) => (await window.stopwatch.settles()) - time);
    });
    await page.keyboard.press(key === " " ? "Space" : key);
    times.push(await page.evaluate(() => window.stopwatch.key));
  }
  note("search over 5,000 systems, a key", times, { budget: 50, about: `${THROTTLE}×, ${times.length} keys; ${times.map(Math.round).join(" ")}` });
  await page.close();
}

/**
 * Twelve at one table, over the relay on this machine: a vote seen by all, the votes shown to all. `pages` of them are
 * pages of the app here; the others are programs that speak with the relay as the app does, as if each had a device.
 */
async function workshop(pages) {
  const ROUNDS = 4;
  const ada = await device();
  const leader = await pageOf(ada);
  const code = await found(leader, relay.url);
  const contexts = [ada];
  const seats = [leader];
  while (seats.length < pages) {
    const context = await device();
    // The last is as slow as an old tablet; its own work is what the longest task tells of.
    const seat = await pageOf(context, { throttle: seats.length === pages - 1 ? THROTTLE : 1 });
    await sitDown(seat, relay.url, code, `Roll ${seats.length}`);
    contexts.push(context);
    seats.push(seat);
  }
  const programs = TWELVE - pages;
  const others = programs === 0 ? null : tablets("table", code, relay.url, String(programs));
  if (others && (await others.said()) !== "seated") throw new Error("the programs have no seat");
  await isSeated(leader, TWELVE);
  const slow = seats.at(-1);
  const [seen, shown] = [[], []];
  // Every page has the same clock beneath, and so have the programs: this machine's.
  const whenAll = (told, look, argument) => {
    const each = seats.map((seat) => seat.evaluate(async ([look, argument]) => {
      const shown = new Function("argument", `return ${look}`);
      return performance.timeOrigin + (await window.stopwatch.shows(() => shown(argument)));
    }, [look, argument]));
    return Promise.all([...each, ...(others ? [others.when(told)] : [])]).then((times) => Math.max(...times));
  };
  const tap = (seat, name) =>
    seat.evaluate((name) => {
      const button = [...document.querySelectorAll("main button")].find((one) => one.textContent.trim().startsWith(name));
      const now = performance.timeOrigin + performance.now();
      button.click();
      return now;
    }, name);
  const vote = async (place) => {
    const level = String(place % 4);
    if (place < pages) return tap(seats[place], level);
    const voted = others.when("voted");
    others.go(`${place - pages} ${level}`);
    return voted;
  };
  await leader.evaluate(() => (window.stopwatch.longTasks.length = 0));
  await slow.evaluate(() => (window.stopwatch.longTasks.length = 0));
  for (let round = 0; round < ROUNDS; round++) {
    await leader.getByRole("navigation").getByRole("button", { name: /^(Konfidentialitet|Riktighet|Tillgänglighet|Spårbarhet):/ }).nth(round).click();
    await leader.getByRole("button", { name: "Öppna röstningen" }).click();
    await Promise.all(seats.map((seat) => seat.locator("button.vote-card").first().waitFor()));
    for (let place = 0; place < TWELVE; place++) {
      const all = whenAll(`seen ${place + 1}`, "document.querySelector('[data-voted]')?.textContent.startsWith(argument)", `${place + 1} av`);
      const began = await vote(place);
      seen.push((await all) - began);
    }
    const all = whenAll(`opened ${TWELVE}`, `document.querySelector(".fall") && ![...document.querySelectorAll("main p")].some((p) => !p.hidden && p.textContent.includes("inte är öppnade"))`);
    const began = await tap(leader, "Visa rösterna");
    shown.push((await all) - began);
  }
  seen.sort((a, b) => a - b);
  const who = programs === 0 ? `twelve pages on this machine's ${availableParallelism()} processors` : `${pages} pages, one of them ${THROTTLE}×, and ${programs} programs`;
  note("a vote, from tap until all twelve see it", [seen[Math.ceil(seen.length * 0.99) - 1]], { budget: 300, about: `p99 of ${seen.length}; p50 ${Math.round(seen[seen.length >> 1])} ms; ${who}` });
  note("the votes shown to all twelve", shown, { budget: 500, about: who });
  note("  longest task of a participant meanwhile", [await longest(slow)], { budget: 50, about: `${THROTTLE}×` });
  note("  longest task of the facilitator meanwhile", [await longest(leader)], { about: "not throttled" });
  others?.stop();
  for (const context of contexts) await context.close();
}

/** What criterion measured last, natively. */
async function core() {
  for (const [name, what] of [
    ["a field set in 5000 systems", "an edit in 5,000 systems, applied and bytes ready"],
    ["a text written in 5000 systems", "  a text written"],
  ]) {
    const file = join(TARGET, "criterion", name, "new/estimates.json");
    if (!existsSync(file)) {
      results.push({ what, failed: "scripts/bench core measures it" });
      continue;
    }
    const { point_estimate: median, confidence_interval: interval } = JSON.parse(await readFile(file, "utf8")).median;
    const [middle, from, to] = [median, interval.lower_bound, interval.upper_bound].map((nanoseconds) => nanoseconds / 1e6);
    results.push({ what, unit: "ms", budget: 2, median: middle, min: from, max: to, about: "native; criterion's interval" });
  }
}

// What comes out.

function kB(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

function shown(value, unit) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

function report() {
  const rows = results.map(({ what, unit, budget, median, min, max, about, failed }) =>
    failed
      ? [what, "not measured", "", "", "", failed]
      : [
          what,
          shown(median, unit),
          min === max ? "" : `${shown(min, "").trim()}–${shown(max, "").trim()}`,
          budget === null ? "" : `≤ ${budget.toLocaleString("en")} ${unit}`,
          budget === null ? "" : median <= budget ? "within" : "OVER",
          about,
        ],
  );
  const table = [["what", "median", "min–max", "at most", "", "how"], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(row.map((cell, column) => (column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ").trimEnd());
  }
  const cores = availableParallelism();
  if (cores / 2 < busy) console.log(`\nOthers kept this machine busy (load ${busy.toFixed(1)} on ${cores} processors): the times are longer than its own.`);
  console.log(`\nThe throttle slows the page's own thread only: Chromium has none for workers, where the document and files are.`);
}

async function save() {
  await mkdir(join(ROOT, "test-output"), { recursive: true });
  const file = join(ROOT, "test-output/bench.json");
  await writeFile(file, JSON.stringify({ at: new Date().toISOString(), load: busy, throttle: THROTTLE, results }, null, 2) + "\n");
  console.log(`Written to test-output/bench.json`);
}
