import { type Locator, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

/** Who writes here and how it looks. */
export class Settings extends Shell {
  readonly role: Locator;
  readonly name: Locator;

  constructor(page: Page) {
    super(page);
    this.role = page.getByLabel("Din roll");
    this.name = page.getByLabel("Namn, om du vill");
  }

  static async visit(page: Page) {
    const settings = new Settings(page);
    await settings.go("Inställningar");
    return settings;
  }

  async sign(role: string, name = "") {
    await this.role.fill(role);
    await this.name.fill(name);
    await this.name.blur();
  }
}
