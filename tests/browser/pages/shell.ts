import { expect, type Locator, type Page } from "../fixtures.ts";

export const PAGES = [
  "Översikt",
  "System",
  "På tur",
  "Åtgärder",
  "Incidenter",
  "Utbildning",
  "Att reda ut",
  "Rapport",
  "Import",
  "Inställningar",
] as const;
export type PageName = (typeof PAGES)[number];

/** What stands round every page. */
export class Shell {
  readonly nav: Locator;
  readonly saved: Locator;
  readonly search: Locator;
  readonly undo: Locator;
  readonly redo: Locator;
  readonly heading: Locator;

  constructor(readonly page: Page) {
    this.nav = page.getByRole("navigation", { name: "Sidor" });
    this.saved = page.getByRole("list", { name: "Var arbetet är sparat" }).getByRole("status");
    this.search = page.getByRole("searchbox", { name: "Sök system" });
    this.undo = page.getByRole("button", { name: "Ångra", exact: true });
    this.redo = page.getByRole("button", { name: "Gör om", exact: true });
    this.heading = page.getByRole("heading", { level: 1 });
  }

  async go(name: PageName) {
    await this.nav.getByRole("link", { name: new RegExp(`^${name}( ?\\d+)?$`) }).click();
    if (name !== "Rapport") await expect(this.heading).toHaveText(name);
  }

  /** What has been written is on this device. */
  async isSaved() {
    await expect(this.saved).toHaveText(/^På den här enheten/);
  }
}
