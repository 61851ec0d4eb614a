// Two devices and the relay between them: sealed, apart, and together again.

import { expect, type Page } from "../fixtures.ts";
import { accept, atRelay, invite, test } from "../pages/invitation.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";
import { Settings } from "../pages/settings.ts";
import { Systems } from "../pages/systems.ts";
import { SystemPage, systemIn } from "../pages/system.ts";
import { visit } from "../pages/tour.ts";
import { startRelay } from "../support/relay.mjs";

test("what two write apart meets when both are back, and both have all of it", async ({
  page: ada,
  newDevice,
  relay,
  complaints,
}) => {
  complaints.expect(/WebSocket connection|ERR_CONNECTION_REFUSED/);
  await systemIn(ada, "Passersystem");
  const link = await invite(ada, "Bjud in att redigera");
  expect(link).toContain("#");
  const ben = await newDevice();
  await accept(ben, link);
  const bens = await Systems.visit(ben);
  const bensSystem = await bens.open("Passersystem");
  const adas = await Systems.visit(ada);
  const adasSystem = await adas.open("Passersystem");

  await relay.breakDown();
  await adasSystem.write("Enhet", "Säkerhet");
  await bensSystem.write("Leverantör", "Leverantör 17");
  await bensSystem.isSaved();
  await adasSystem.isSaved();
  await expect(adasSystem.field("Leverantör")).toHaveValue("");
  await relay.mend();

  for (const system of [adasSystem, bensSystem]) {
    await expect(system.field("Enhet")).toHaveValue("Säkerhet", { timeout: 90_000 });
    await expect(system.field("Leverantör")).toHaveValue("Leverantör 17", { timeout: 90_000 });
  }
});

test("two who issue the same report apart are both kept, until one is withdrawn", async ({
  page: ada,
  newDevice,
  relay,
  complaints,
}) => {
  test.setTimeout(180_000);
  complaints.expect(/WebSocket|ERR_CONNECTION_REFUSED|Failed to fetch/);
  await (await Start.visit(ada)).tryExample();
  const adas = await Report.visit(ada);
  await adas.about({ Datum: "2025-03-26", Diarienummer: "SFAB 2025/148", "Uppgifter per den": "2025-03-01" });
  await adas.decide(1, "Klassa de system som återstår", "IT-chef", "2025-12-01");
  await adas.isSaved();
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  const bens = await Report.visit(ben);
  await expect(ben.getByRole("article")).toContainText("Klassa de system som återstår");
  await Report.visit(ada);

  await relay.breakDown();
  await bens.about({ Diarienummer: "SFAB 2025/149" });
  await adas.issue();
  await bens.issue();
  await expect(ada.getByText(/^Utfärdad .*, dnr SFAB 2025\/148/)).toBeVisible();
  await relay.mend();
  const pages = [ada, ben];
  // As the browser says when the network is back: after so long away a device would wait for a while.
  for (const page of pages) await page.evaluate(() => dispatchEvent(new Event("online")));

  // Both see both, and the same of them.
  for (const page of pages) {
    await expect(page.getByText("Två har utfärdat rapporten var för sig.")).toBeVisible();
    await expect(page.getByText(/^Utfärdad .*, dnr SFAB 2025\/149/)).toBeVisible();
  }
  await ada.getByRole("button", { name: "Återkalla" }).click();
  await ada.getByLabel("Varför återkallas den?").fill("Adas gäller");
  await ada.getByRole("button", { name: "Återkalla" }).click();
  for (const page of pages) {
    await expect(page.getByText(/^Utfärdad .*, dnr SFAB 2025\/148/)).toBeVisible();
    await expect(page.getByText("Två har utfärdat rapporten var för sig.")).toHaveCount(0);
  }
});

test("who is invited to read sees what happens and can change nothing", async ({ page: ada, newDevice }) => {
  const system = await systemIn(ada, "Passersystem");
  const link = await invite(ada, "Bjud in att läsa");
  const guest = await newDevice();
  await accept(guest, link);
  const there = await (await Systems.visit(guest)).open("Passersystem");
  await expect(there.field("Enhet")).toBeDisabled();

  await (await Systems.visit(ada)).open("Passersystem");
  await system.write("Enhet", "Säkerhet");
  await expect(there.field("Enhet")).toHaveValue("Säkerhet");
});

test("who joins asks the browser to keep the register, and is told once when it promises nothing", async ({
  page: ada,
  newDevice,
}) => {
  await systemIn(ada, "Passersystem");
  const link = await invite(ada, "Bjud in att redigera");
  const guest = await newDevice();
  // A browser that keeps what it can, and counts how often it was asked.
  await guest.addInitScript(() => {
    Object.assign(window, { asked: 0 });
    navigator.storage.persist = async () => {
      (window as unknown as { asked: number }).asked += 1;
      return false;
    };
  });
  await accept(guest, link);
  expect(await guest.evaluate(() => (window as unknown as { asked: number }).asked)).toBe(1);

  const told = guest.getByRole("region", { name: "Hur länge registret finns kvar" });
  // Nothing moves on the page that one is at; the next begins with it.
  await expect(told).toHaveCount(0);
  const systems = await Systems.visit(guest);
  await expect(told).toContainText("Webbläsaren lovar inte att behålla registret");
  await told.getByRole("button", { name: "Jag förstår" }).click();
  await expect(told).toHaveCount(0);
  await systems.open("Passersystem");
  await guest.reload();
  await Systems.visit(guest);
  await expect(told).toHaveCount(0);
});

test("a device that is started again goes on where it was", async ({ page: ada, newDevice }) => {
  await systemIn(ada, "Passersystem");
  const link = await invite(ada, "Bjud in att redigera");
  const ben = await newDevice();
  await accept(ben, link);
  const there = await (await Systems.visit(ben)).open("Passersystem");
  await there.isSaved();
  const address = ben.url();
  await ben.goto("about:blank");

  const system = await (await Systems.visit(ada)).open("Passersystem");
  await system.write("Enhet", "Säkerhet");
  await expect(atRelay(ada)).toBeVisible();
  await ben.goto(address);
  await expect(new SystemPage(ben).field("Enhet")).toHaveValue("Säkerhet");
  await expect(atRelay(ben)).toBeVisible();
});

test("after new keys an old device hears nothing more, and a new invitation lets it in again", async ({
  page: ada,
  newDevice,
}) => {
  await systemIn(ada, "Passersystem");
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  await (await Systems.visit(ben)).open("Passersystem");

  await Settings.visit(ada);
  await ada.getByRole("button", { name: "Byt nycklar" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Byt nycklar" }).click();
  await expect(ben.getByRole("link", { name: "Reläet säger nej" })).toBeVisible();
  const system = await (await Systems.visit(ada)).open("Passersystem");
  await system.write("Enhet", "Säkerhet");
  await expect(atRelay(ada)).toBeVisible();
  // A device left outside doesn't make the old mailbox again, whatever it does.
  await ben.reload();
  await expect(ben.getByRole("link", { name: "Reläet säger nej" })).toBeVisible();
  await new SystemPage(ben).write("Leverantör", "Leverantör 17");
  await Settings.visit(ben);
  await expect(ben.getByText("och då behöver du en ny inbjudan")).toBeVisible();

  // The new one opens where the app is open already, and by pasting it.
  const link = await invite(ada, "Bjud in att redigera");
  const invited = ben.getByRole("region", { name: "Du är inbjuden till ett register" });
  await ben.getByLabel("Har du fått en inbjudan? Klistra in länken").fill(link);
  await ben.locator("form").getByRole("button", { name: "Gå med" }).click();
  await expect(invited).toBeVisible();
  await invited.getByRole("button", { name: "Avbryt" }).click();
  await ben.evaluate((hash) => (window.location.hash = hash), new URL(link).hash);
  await expect(invited).toBeVisible();
  await expect(ben).toHaveURL(/^[^#]*$/);
  await invited.getByRole("button", { name: "Gå med" }).click();
  await expect(atRelay(ben)).toBeVisible();
  const again = await (await Systems.visit(ben)).open("Passersystem");
  await expect(again.field("Enhet")).toHaveValue("Säkerhet");
});

test("a register that is removed in one tab is gone from the other, and its keys stay away", async ({ page: ada }) => {
  const system = await systemIn(ada, "Passersystem");
  await invite(ada, "Bjud in att redigera");
  const other = await ada.context().newPage();
  await other.goto("/");
  await expect(atRelay(other)).toBeVisible();
  await (await Systems.visit(other)).open("Passersystem");

  await Settings.visit(ada);
  await ada.getByRole("button", { name: "Ta bort registret från den här enheten" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Ta bort registret från den här enheten" }).click();
  for (const tab of [ada, other]) await expect(new Start(tab).create).toBeEnabled();
  // Nothing of it comes back, and the next one begins from nothing, without the old one's keys.
  for (const tab of [ada, other]) {
    await tab.reload();
    await expect(new Start(tab).create).toBeEnabled();
  }
  await (await Start.visit(other)).createRegister("Skolfastigheter AB");
  const systems = await Systems.visit(other);
  await expect(systems.rows).toHaveCount(0);
  await expect(atRelay(other)).toHaveCount(0);
  await expect(other.getByRole("link", { name: "Inget relä anslutet" })).toBeVisible();
  await expect(system.nav).toBeVisible();
});

test("a link that is no invitation says so, and changes nothing", async ({ page }) => {
  const start = await Start.visit(page);
  await page.getByLabel("Har du fått en inbjudan? Klistra in länken").fill("https://klassrum.example/#AAAA");
  await page.getByRole("button", { name: "Gå med" }).click();
  await page.getByRole("region", { name: "Du är inbjuden till ett register" }).getByRole("button", { name: "Gå med" }).click();
  await expect(page.getByRole("alert")).toContainText("Länken är ingen inbjudan");
  await expect(start.create).toBeEnabled();
});

test("what others have changed is listed and marked until it is marked as seen", async ({ page: ada, newDevice }) => {
  await systemIn(ada, "Passersystem");
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  await expect(atRelay(ben)).toBeVisible();
  const system = await (await Systems.visit(ada)).open("Passersystem");
  await system.write("Enhet", "Säkerhet");

  const list = await Systems.visit(ben);
  await expect(list.rows.filter({ hasText: "Ändrad av andra" })).toHaveCount(1);
  // The mark is not part of the system's name.
  await expect(list.rows.getByRole("link", { name: "Passersystem", exact: true })).toBeVisible();
  await list.nav.getByRole("link", { name: /^Nytt från andra/ }).click();
  const news = ben.getByRole("row").filter({ hasText: "Passersystem" });
  await expect(news).toHaveCount(1);
  await expect(news).toContainText("Enhet");
  await expect(news).toContainText("Säkerhet");
  await ben.getByRole("button", { name: "Markera som sett" }).click();
  await expect(ben.getByText("Inget nytt från andra enheter")).toBeVisible();
  await expect((await Systems.visit(ben)).rows.filter({ hasText: "Ändrad av andra" })).toHaveCount(0);
});

test("what first comes to whoever joined before anything was there is no news", async ({ page: ada, newDevice }) => {
  await ada.goto("/");
  await ada.getByRole("button", { name: "Skapa register" }).click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Översikt");
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  await expect(atRelay(ben)).toBeVisible();
  const list = await Systems.visit(ada);
  await list.startAdding();
  await list.add("Passersystem");
  const bens = await Systems.visit(ben);
  await expect(bens.rows.getByRole("link", { name: "Passersystem", exact: true })).toBeVisible();

  const system = await list.open("Passersystem");
  await system.write("Enhet", "Säkerhet");
  await expect(bens.rows.filter({ hasText: "Ändrad av andra" })).toHaveCount(1);
  await bens.nav.getByRole("link", { name: /^Nytt från andra/ }).click();
  const news = ben.getByRole("main").getByRole("row").filter({ has: ben.getByRole("cell") });
  await expect(news).toHaveCount(1);
  await expect(news).toContainText("Enhet");
});

test("what others have changed is marked in the list of incidents, too", async ({ page: ada, newDevice }) => {
  test.slow();
  await ada.goto("/");
  await ada.getByRole("button", { name: "Prova med exempel" }).click();
  await expect(ada.locator('[data-figure="trained"]')).toHaveText("139");
  const ben = await newDevice();
  await accept(ben, await invite(ada, "Bjud in att redigera"));
  await expect(atRelay(ben)).toBeVisible();
  const marked = (page: Page) => page.getByRole("main").getByRole("row").filter({ hasText: "Ändrad av andra" });
  // What came with the invitation is looked at for the first time: none of it is news.
  await visit(ben, "incidents");
  await expect(ben.getByRole("main").getByRole("rowheader").first()).toBeVisible();
  await expect(marked(ben)).toHaveCount(0);

  await visit(ada, "incidents");
  await ada.getByRole("main").getByRole("rowheader").getByRole("link").first().click();
  await ada.getByLabel("Avslutad", { exact: true }).fill("2025-03-01");
  await ada.getByLabel("Avslutad", { exact: true }).press("Tab");
  await expect(atRelay(ada)).toBeVisible();

  await expect(marked(ben)).toHaveCount(1);
  await ben.getByRole("link", { name: /^Nytt från andra/ }).click();
  await ben.getByRole("button", { name: "Markera som sett" }).click();
  await visit(ben, "incidents");
  await expect(ben.getByRole("main").getByRole("rowheader").first()).toBeVisible();
  await expect(marked(ben)).toHaveCount(0);
});

test("an invitation to another relay leads there, and nothing is made here", async ({ page: ada, newDevice }) => {
  await systemIn(ada, "Passersystem");
  const link = await invite(ada, "Bjud in att redigera");
  const other = await startRelay();
  try {
    const ben = await newDevice({ baseURL: other.url });
    await Start.visit(ben);
    for (const pasted of [link, new URL(link).hash]) {
      await ben.getByLabel("Har du fått en inbjudan? Klistra in länken").fill(pasted);
      await ben.getByRole("button", { name: "Gå med" }).click();
      const invited = ben.getByRole("region", { name: "Du är inbjuden till ett register" });
      await invited.getByRole("button", { name: "Gå med" }).click();
      await expect(invited.getByRole("status")).toContainText(`Registret finns hos reläet på ${new URL(link).origin}.`);
      await expect(ben.getByRole("navigation", { name: "Sidor" })).toHaveCount(0);
      if (pasted !== link) break;
      await invited.getByRole("button", { name: "Avbryt" }).click();
    }
    await ben.getByRole("link", { name: "Öppna inbjudan där" }).click();
    await expect(ben).toHaveURL(new RegExp(`^${new URL(link).origin}/[^#]*$`));
    await ben.getByRole("button", { name: "Gå med" }).first().click();
    await expect(ben.getByRole("navigation", { name: "Sidor" })).toBeVisible();
    await (await Systems.visit(ben)).open("Passersystem");
  } finally {
    await other.stop();
  }
});

test("a device that only reads counts as one that has seen it", async ({ page: ada, newDevice }) => {
  const system = await systemIn(ada, "Passersystem");
  const guest = await newDevice();
  await accept(guest, await invite(ada, "Bjud in att läsa"));
  await (await Systems.visit(ada)).open("Passersystem");
  await system.write("Enhet", "Säkerhet");
  await Settings.visit(ada);
  await expect(ada.getByRole("row").filter({ hasText: "läser bara" })).toHaveCount(1);
  await expect(ada.getByText(/^.*Senast mottaget av en annan enhet /)).toBeVisible();
});
