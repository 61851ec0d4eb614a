import { expect, type Locator, type Page } from "../fixtures.ts";
import { Settings } from "./settings.ts";
import { Shell } from "./shell.ts";

/** The register as it was at the end of an earlier day. */
export class Past extends Shell {
  readonly bar: Locator;
  readonly back: Locator;
  readonly day: Locator;
  readonly show: Locator;

  constructor(page: Page) {
    super(page);
    this.bar = page.getByRole("region", { name: "Registret som det var" });
    this.back = this.bar.getByRole("button", { name: "Tillbaka till i dag" });
    this.day = page.getByLabel("Registret per den", { exact: true });
    this.show = page.getByRole("button", { name: "Visa registret" });
  }

  /** Goes there from the settings. */
  static async visit(page: Page, day: string, said: string) {
    await Settings.visit(page);
    const past = new Past(page);
    await past.day.fill(day);
    await past.show.click();
    await expect(past.heading).toHaveText("Översikt");
    await past.says(said);
    return past;
  }

  async says(day: string) {
    await expect(this.bar).toContainText(`Registret per den ${day}. Bara läsning.`);
  }
}
