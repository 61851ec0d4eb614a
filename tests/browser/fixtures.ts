// What every spec starts from: devices that are apart, and a page that complains about nothing.

import { fileURLToPath } from "node:url";
import { test as base, type BrowserContextOptions, type Page } from "@playwright/test";

export { expect, type Download, type Locator, type Page } from "@playwright/test";

/** A file among the lists that the tests read. */
export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** What pages said on their consoles as errors, and what their security policy stopped. */
export class Complaints {
  private heard: string[] = [];
  private expected: RegExp[] = [];

  hear(text: string) {
    this.heard.push(text);
  }

  /** Some tests take the network away, or a part of the browser; what the browser then says is no fault. */
  expect(pattern: RegExp) {
    this.expected.push(pattern);
  }

  all() {
    return this.heard.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }
}

type Fixtures = {
  complaints: Complaints;
  /** A device of its own: nothing stored, nothing shared. */
  newDevice: (options?: BrowserContextOptions) => Promise<Page>;
};

export const test = base.extend<Fixtures>({
  complaints: [
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      base.expect(complaints.all(), "errors on the console").toEqual([]);
    },
    { auto: true },
  ],

  newDevice: async ({ browser, complaints }, use) => {
    const devices: Page[] = [];
    await use(async (options) => {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      context.on("weberror", (error) => complaints.hear(String(error.error())));
      context.on("console", (message) => {
        if (message.type() === "error") complaints.hear(`${message.text()} (${message.location().url})`);
      });
      const page = await context.newPage();
      devices.push(page);
      return page;
    });
    for (const page of devices) await page.context().close();
  },

  // The first device.
  page: async ({ newDevice }, use) => use(await newDevice()),
});
