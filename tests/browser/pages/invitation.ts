// Devices that share a register through a relay of the test's own.

import { expect, test as base, type Page } from "../fixtures.ts";
import { Settings } from "./settings.ts";
import { startRelay } from "../support/relay.mjs";

/** A relay of this test's own, which may break down. */
export const test = base.extend<{ relay: { url: string; breakDown: () => Promise<void>; mend: () => Promise<void> } }>({
  relay: async ({}, use) => {
    let relay = await startRelay();
    let again = async () => relay;
    await use({
      url: relay.url,
      breakDown: async () => {
        again = await relay.breakDown();
      },
      mend: async () => {
        relay = await again();
      },
    });
    await relay.stop();
  },
  baseURL: async ({ relay }, use) => use(relay.url),
  newDevice: async ({ newDevice, relay }, use) => use((options) => newDevice({ baseURL: relay.url, ...options })),
});

export const atRelay = (page: Page) => page.getByRole("link", { name: /^Hos reläet/ });

/** Joins the register to the relay, and makes an invitation. */
export async function invite(page: Page, button: string) {
  await Settings.visit(page);
  const connect = page.getByRole("button", { name: "Anslut till reläet" });
  if (await connect.isVisible()) await connect.click();
  await expect(atRelay(page)).toBeVisible();
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByRole("img", { name: "Inbjudan som QR-kod" })).toBeVisible();
  return page.getByLabel("Inbjudan som länk").inputValue();
}

/** Opens the link on another device, and says yes. */
export async function accept(page: Page, link: string) {
  await page.goto(link);
  await expect(page).toHaveURL(/^[^#]*$/);
  await page.getByRole("button", { name: "Gå med" }).first().click();
  await expect(page.getByRole("navigation", { name: "Sidor" })).toBeVisible();
}
