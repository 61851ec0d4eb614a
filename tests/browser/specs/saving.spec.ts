import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test, type Page } from "../fixtures.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { SystemPage, systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";

test("what is shown as saved is there after a reload", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.write("Enhet", "Säkerhet");
  await system.field("Status").selectOption({ label: "I drift" });
  await system.field("Kommentar").pressSequentially("Byts ut i höst.");
  await system.field("Avtalet löper ut").fill("2027-06-30");
  await system.field("Avtalet löper ut").blur();
  await system.isSaved();

  await page.reload();
  await expect(system.field("Enhet")).toHaveValue("Säkerhet");
  await expect(system.field("Status")).toHaveValue("in-use");
  await expect(system.field("Kommentar")).toHaveValue("Byts ut i höst.");
  await expect(system.field("Avtalet löper ut")).toHaveValue("2027-06-30");
});

test("an edit is shown as on its way until the disk has it", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  // Everything that the page says from here on, in order.
  await system.saved.evaluate((element) => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(element.textContent ?? "")).observe(element, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said[0]).toBe("Sparar …");
  expect(said.at(-1)).toMatch(/^På den här enheten/);
});

/** The tab is gone at once, its workers with it, as when the system kills it. */
async function kill(page: Page) {
  const crashed = page.waitForEvent("crash");
  const devtools = await page.context().newCDPSession(page);
  devtools.send("Page.crash").catch(() => {});
  await crashed;
}

test("a tab killed while saving has kept all that it showed as saved", async ({ page: first }) => {
  await (await Start.visit(first)).createRegister("Skolfastigheter AB");
  const promised: string[] = [];
  let page = first;
  let number = 0;
  // Few enough systems that all of them are in the page at once.
  for (let life = 1; life <= 4; life++) {
    const systems = await Systems.visit(page);
    await systems.startAdding();
    for (let edit = 0; edit < 3 + life; edit++) {
      number += 1;
      const name = `System ${number}`;
      await systems.add(name);
      if (/^På den här enheten/.test((await systems.saved.textContent()) ?? "")) {
        promised.length = 0;
        promised.push(...Array.from({ length: number }, (_, index) => `System ${index + 1}`));
      }
    }
    await kill(page);
    page = await page.context().newPage();
    await page.goto("/system");
    const reopened = new Systems(page);
    await expect(reopened.heading).toHaveText("System");
    await expect.poll(() => reopened.names()).toEqual(expect.arrayContaining(promised));
    number = (await reopened.names()).length;
  }
  expect(promised.length).toBeGreaterThan(0);
});

test("from the first letter nothing is shown as saved, and whoever leaves is asked", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  await system.field("Enhet").pressSequentially("Säk");
  await expect(system.saved).toHaveText("Sparar …");

  const question = page.waitForEvent("dialog");
  const leaving = page.reload();
  const asked = await question;
  expect(asked.type()).toBe("beforeunload");
  await asked.accept();
  await leaving;
  await expect(system.field("Enhet")).toHaveValue("");
});

test("half a word stays while another tab changes the same field", async ({ page: first }) => {
  const one = await systemIn(first, "Passersystem");
  await one.isSaved();
  const second = await first.context().newPage();
  await second.goto(first.url());
  const two = new SystemPage(second);
  await one.field("Enhet").pressSequentially("Säker");
  await two.write("Enhet", "Drift");
  await two.write("Leverantör", "Leverantör 17");
  await expect(one.field("Leverantör")).toHaveValue("Leverantör 17");
  await expect(one.field("Enhet")).toHaveValue("Säker");
  await one.field("Enhet").pressSequentially("het");
  await one.field("Enhet").blur();
  await expect(two.field("Enhet")).toHaveValue("Säkerhet");
});

test("two tabs show the same register", async ({ page: first }) => {
  const one = await systemIn(first, "Passersystem");
  await one.isSaved();
  const second = await first.context().newPage();
  await second.goto(first.url());
  const two = new SystemPage(second);
  await expect(two.heading).toHaveText("Passersystem");

  await one.write("Enhet", "Säkerhet");
  await expect(two.field("Enhet")).toHaveValue("Säkerhet");
  await two.write("Leverantör", "Leverantör 17");
  await expect(one.field("Leverantör")).toHaveValue("Leverantör 17");
});

test("what two tabs write in the same text both stays", async ({ page: first }) => {
  const one = await systemIn(first, "Passersystem");
  await one.write("Kommentar", "Mitt emellan.");
  await one.isSaved();
  const second = await first.context().newPage();
  await second.goto(first.url());
  const two = new SystemPage(second);
  await expect(two.field("Kommentar")).toHaveValue("Mitt emellan.");

  await one.field("Kommentar").press("Control+Home");
  await two.field("Kommentar").press("Control+End");
  await Promise.all([
    one.field("Kommentar").pressSequentially("Före. "),
    two.field("Kommentar").pressSequentially(" Efter."),
  ]);
  await expect(one.field("Kommentar")).toHaveValue("Före. Mitt emellan. Efter.");
  await expect(two.field("Kommentar")).toHaveValue("Före. Mitt emellan. Efter.");
  await one.isSaved();
  await two.isSaved();
  await first.reload();
  await expect(one.field("Kommentar")).toHaveValue("Före. Mitt emellan. Efter.");
});

test("a register that is created in one tab is shown in another that was at the start", async ({ page: first }) => {
  const start = await Start.visit(first);
  const second = await first.context().newPage();
  await Start.visit(second);
  await start.createRegister("Skolfastigheter AB");
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("Översikt");
});

/** Spoils the last piece that is stored, or all of them. */
function damage(page: Page, which: "last" | "all") {
  return page.evaluate(
    (which) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("klassrum.register");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("pieces", "readwrite");
          const cursor = writing.objectStore("pieces").openCursor(null, "prev");
          cursor.onsuccess = () => {
            cursor.result?.update(new Uint8Array([1, 2, 3, 4]));
            if (which === "all") cursor.result?.continue();
          };
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    which,
  );
}

test("of a register with a damaged piece all that can be read is saved, and opens where it is removed", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  await system.write("Enhet", "Drift");
  await system.isSaved();
  await damage(page, "last");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Registret kunde inte öppnas");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Spara det som går att läsa" }).click();
  const file = await download;
  await expect(page.getByText(`Sparat som ${file.suggestedFilename()}.`)).toBeVisible();
  const buffer = readFileSync(await file.path());

  await page.getByRole("button", { name: "Ta bort registret från den här enheten" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ta bort registret från den här enheten" }).click();
  await expect(page.getByRole("button", { name: "Skapa register" })).toBeVisible();
  await new Start(page).open.choose({ name: file.suggestedFilename(), mimeType: "application/octet-stream", buffer });
  const opened = await (await Systems.visit(page)).open("Passersystem");
  await expect(opened.field("Enhet")).toHaveValue("");
  await opened.isSaved();
});

test("a damaged register is said to be there, and no empty one is shown in its place", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  const pieces = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open("klassrum.register");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const count = opening.result.transaction("pieces").objectStore("pieces").count();
            count.onsuccess = () => {
              opening.result.close();
              resolve(count.result);
            };
          };
        }),
    );
  await damage(page, "all");
  const before = await pieces();
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Registret kunde inte öppnas");
  await expect(page.getByRole("alert")).toContainText("Registret finns kvar på enheten och är orört.");
  await expect(page.getByRole("button", { name: "Skapa register" })).toHaveCount(0);
  expect(await pieces()).toBe(before);
  await page.getByRole("button", { name: "Spara det som går att läsa" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Inget av registret går att läsa på den här enheten." })).toBeVisible();
  expect(await pieces()).toBe(before);
});

test("a browser that refuses to store is said to, and no empty register is shown", async ({ page }) => {
  // The keeper as it is in a browser without IndexedDB.
  await page.route(/\/keeper-[0-9a-f]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const refusing = 'indexedDB.open = () => { throw new DOMException("refused", "SecurityError"); };\n';
    await route.fulfill({ response: answer, body: refusing + (await answer.text()) });
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Registret kunde inte öppnas");
  await expect(page.getByRole("button", { name: "Skapa register" })).toHaveCount(0);
});

test("a full disk is told, the words stay, and saving again works when there is room", async ({ page, baseURL }) => {
  const devtools = await page.context().newCDPSession(page);
  // Before anything is stored: the browser remembers for a while how much room there was.
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: baseURL!, quotaSize: 100_000 });
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  // Letters by chance, so that they can't be packed into the room there is.
  const long = randomBytes(150_000).toString("base64");
  await system.write("Kommentar", long);
  await expect(page.getByRole("alert")).toContainText("utrymmet på enheten är slut");
  await expect(system.saved).toHaveText("Inte sparat");
  await expect(system.field("Kommentar")).toHaveValue(long);

  // An edit that is refused stores nothing: what was only in memory still is.
  await system.write("Användningsområde", "x".repeat(200_001));
  await expect(page.getByRole("alert").filter({ hasText: "texten är för lång" })).toBeVisible();
  await expect(system.saved).toHaveText("Inte sparat");
  await system.write("Användningsområde", "");
  await expect(system.saved).toHaveText("Inte sparat");

  await devtools.send("Storage.overrideQuotaForOrigin", { origin: baseURL! });
  await page.getByRole("button", { name: "Försök spara igen" }).click();
  await system.isSaved();
  await expect(page.getByRole("alert").filter({ hasText: "utrymmet" })).toHaveCount(0);
  await page.reload();
  await expect(system.field("Kommentar")).toHaveValue(long);
});

test("what the browser clears while the app is open is written anew, all of it", async ({ page, baseURL }) => {
  const system = await systemIn(page, "Passersystem");
  await system.write("Leverantör", "Leverantör 17");
  await system.isSaved();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: baseURL!, storageTypes: "indexeddb" });
  await system.write("Enhet", "Säkerhet");
  await page.getByRole("button", { name: "Försök spara igen" }).click();
  await system.isSaved();
  await page.reload();
  await expect(system.field("Leverantör")).toHaveValue("Leverantör 17");
  await expect(system.field("Enhet")).toHaveValue("Säkerhet");
});

test("a name that is emptied is asked for beside the field, and stands as it was", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  await system.write("System eller tjänst", "");
  const said = page.getByRole("alert").filter({ hasText: "måste fyllas i" });
  await expect(said).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expect(system.field("System eller tjänst")).toHaveValue("Passersystem");
  await expect(system.field("System eller tjänst")).toHaveAccessibleDescription(/måste fyllas i/);
  await system.isSaved();

  await system.write("System eller tjänst", "Passersystemet");
  await expect(said).toHaveCount(0);
  await expect(system.heading).toHaveText("Passersystemet");
});

test("a register file from one device opens on another", async ({ page, newDevice }) => {
  const system = await systemIn(page, "Passersystem");
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();
  const file = await (await Settings.visit(page)).savePlain();
  expect(file.name).toMatch(/^klassrum-.*\.automerge$/);

  const other = await newDevice();
  await (await Start.visit(other)).open.choose(file);
  const systems = await Systems.visit(other);
  const there = await systems.open("Passersystem");
  await expect(there.field("Enhet")).toHaveValue("Säkerhet");
});
