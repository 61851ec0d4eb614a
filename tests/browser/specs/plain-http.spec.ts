// A laptop's relay in a room without internet: plain http at an address that the browser doesn't count as secure.

import { expect, test } from "../fixtures.ts";
import { Start } from "../pages/start.ts";
import { Settings } from "../pages/settings.ts";
import { systemIn } from "../pages/system.ts";
import { Report } from "../pages/report.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    const args = [...(launchOptions.args ?? []), "--host-resolver-rules=MAP klassrum.test 127.0.0.1"];
    await use({ ...launchOptions, args });
  },
  baseURL: async ({ baseURL }, use) => use(baseURL!.replace("127.0.0.1", "klassrum.test")),
});

// Chromium says on the console that it passes over a header which only counts on secure addresses.
test.beforeEach(({ complaints }) => complaints.expect(/Cross-Origin-Opener-Policy header has been ignored/));

test("everything but the start without a network works, and the settings say so", async ({ newDevice, baseURL }) => {
  const page = await newDevice({ baseURL });
  const system = await systemIn(page, "Passersystem");
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();
  await page.reload();
  await expect(system.field("Enhet")).toHaveValue("Säkerhet");

  await Settings.visit(page);
  await expect(page.getByText("Appen startar inte utan nät på den här adressen")).toBeVisible();
  await page.getByRole("button", { name: "Anslut till reläet" }).click();
  await expect(page.getByRole("link", { name: /^Hos reläet/ })).toBeVisible();
  await page.getByRole("button", { name: "Bjud in att redigera" }).click();
  const field = page.getByLabel("Inbjudan som länk");
  const link = await field.inputValue();
  // Here the browser lets no page copy.
  await page.getByRole("button", { name: "Kopiera länken" }).click();
  await expect(page.getByText("Länken är markerad: kopiera den själv.")).toBeVisible();
  await expect(field).toBeFocused();
  const marked = (input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!);
  expect(await field.evaluate(marked)).toBe(link);

  const guest = await newDevice({ baseURL });
  await guest.goto(link);
  await guest.getByRole("button", { name: "Gå med" }).first().click();
  await expect(guest.getByRole("link", { name: /^System\s*1$/ })).toBeVisible();
});

test("the example's report is made on plain http", async ({ newDevice, baseURL }) => {
  const page = await newDevice({ baseURL });
  await (await Start.visit(page)).tryExample();
  const { text } = await (await Report.visit(page)).words();
  expect(text).toContain("Av dem är 18 klassade");
});
