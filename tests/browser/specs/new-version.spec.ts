// A new version is fetched beside the one in use, and takes over only when a person says so.

import { cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test as base, type Page } from "../fixtures.ts";
import { Start } from "../pages/start.ts";
import { startRelay } from "../support/relay.mjs";

/** A relay of this test's own, over a copy of the build that the test may change. */
const test = base.extend<{ house: { dist: string; url: string } }>({
  house: async ({}, use, info) => {
    const dist = info.outputPath("dist");
    await cp(new URL("../../../dist", import.meta.url), dist, { recursive: true });
    const relay = await startRelay(dist);
    await use({ dist, url: relay.url });
    await relay.stop();
  },
});

/** Puts out a version that is marked, and whose files worker has another name. */
async function publish(dist: string) {
  const names = (await readdir(dist)).filter((name) => /^files-[0-9a-f]{16}/.test(name));
  const [old] = /^files-[0-9a-f]{16}/.exec(names[0])!;
  const renew = (text: string) => text.replaceAll(old, "files-00000000000000ff");
  for (const name of names) await rename(join(dist, name), join(dist, renew(name)));
  for (const name of ["index.html", "sw.js"]) {
    const text = renew(await readFile(join(dist, name), "utf8"))
      .replace("</head>", '<meta name="test-version" content="new"></head>')
      .replace(/BUILD = "\w+"/, 'BUILD = "new"');
    await writeFile(join(dist, name), text);
    await rm(join(dist, `${name}.br`));
  }
  return `/${old}.js`;
}

async function offlineReady(page: Page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
}

async function lookForUpdate(page: Page) {
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });
}

const isNew = (page: Page) => page.locator('meta[name="test-version"]');
const takeOver = (page: Page) => page.getByRole("button", { name: "Byt till den nya versionen" });

test("a new version waits until a person lets it take over, and nothing that was written is lost", async ({
  newDevice,
  house,
}) => {
  const page = await newDevice({ baseURL: house.url });
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  await offlineReady(page);
  await expect(takeOver(page)).toHaveCount(0);

  await publish(house.dist);
  await lookForUpdate(page);
  await expect(takeOver(page)).toBeVisible();

  await page.reload();
  await expect(takeOver(page)).toBeVisible();
  await expect(isNew(page)).toHaveCount(0);

  await takeOver(page).click();
  await expect(isNew(page)).toHaveCount(1);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Översikt");
  await expect(takeOver(page)).toHaveCount(0);
});

test("a page that was opened before still gets its own version's files", async ({ newDevice, house }) => {
  const page = await newDevice({ baseURL: house.url });
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  await offlineReady(page);
  const other = await page.context().newPage();
  await other.goto("/");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Översikt");

  const oldFile = await publish(house.dist);
  await lookForUpdate(page);
  await takeOver(page).click();
  await expect(isNew(page)).toHaveCount(1);

  expect((await fetch(house.url + oldFile)).status, "the relay has it no more").toBe(404);
  expect(await other.evaluate(async (path) => (await fetch(path)).status, oldFile)).toBe(200);
  await expect(isNew(other)).toHaveCount(0);
});
