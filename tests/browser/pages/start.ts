import { expect, type Locator, type Page } from "../fixtures.ts";
import { Overview } from "./overview.ts";
import { OpenFile } from "./register-file.ts";

/** The first visit. */
export class Start {
  readonly organisation: Locator;
  readonly create: Locator;
  readonly example: Locator;
  readonly open: OpenFile;

  constructor(readonly page: Page) {
    this.organisation = page.getByLabel("Organisationens namn");
    this.create = page.getByRole("button", { name: "Skapa register" });
    this.example = page.getByRole("button", { name: "Prova med exempel" });
    this.open = new OpenFile(page);
  }

  static async visit(page: Page) {
    await page.goto("/");
    const start = new Start(page);
    await expect(start.create).toBeEnabled();
    return start;
  }

  async createRegister(organisation: string) {
    await this.organisation.fill(organisation);
    await this.create.click();
    const overview = await this.overview();
    await overview.isSaved();
    return overview;
  }

  async tryExample() {
    await this.example.click();
    const overview = await this.overview();
    await overview.shows("systems", 80);
    await overview.isSaved();
    return overview;
  }

  private async overview() {
    const overview = new Overview(this.page);
    await expect(overview.heading).toHaveText("Översikt");
    return overview;
  }
}
