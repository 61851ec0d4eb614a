import { expect, test, type Page } from "../fixtures.ts";
import { overview } from "../pages/overview.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";
import { SystemPage } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";

/** The first visit is over: the app has put its files by. */
async function visited(page: Page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
}

test("from the second visit the app starts, works and reports without a network", async ({ page, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await (await Start.visit(page)).tryExample();
  await visited(page);
  await page.context().setOffline(true);

  await page.reload();
  await (await overview(page)).showsExample();

  const systems = await Systems.visit(page);
  const system = await systems.open("Antura");
  await system.write("Enhet", "Byggprojekt");
  await system.isSaved();
  const address = page.url();

  await page.goto("/installningar");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Inställningar");
  await page.goto(address);
  await expect(new SystemPage(page).field("Enhet")).toHaveValue("Byggprojekt");

  const { text } = await (await Report.visit(page)).words();
  expect(text).toContain("Av dem är 18 klassade, 17 har en handlingsplan och för 10 är en riskanalys");
});

test("a list is taken in without a network", async ({ page, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await Start.visit(page);
  await visited(page);
  await page.context().setOffline(true);
  await page.reload();
  await (await new Start(page).tryExample()).showsExample();
});

test("a page that can't be fetched says so, and comes when it is asked for again", async ({ newDevice, complaints }) => {
  complaints.expect(/ERR_FAILED/);
  // As on plain http: nothing is kept on the device. Playwright's block answers a registration with nothing at all.
  complaints.expect(/Cannot read properties of undefined \(reading 'active'\)/);
  const page = await newDevice({ serviceWorkers: "block" });
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const pieces = /\/page-split-office-/;
  await page.route(pieces, (route) => route.abort());
  const shell = await overview(page);
  await shell.nav.getByRole("link", { name: "Inställningar" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sidan kunde inte hämtas");
  await expect(page.getByRole("alert")).toContainText("Det du har skrivit finns kvar.");
  await page.unroute(pieces);
  await page.getByRole("button", { name: "Försök igen" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Inställningar");
});
