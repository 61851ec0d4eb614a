import { expect, type Locator, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

/** What two people have said differently. */
export class Conflicts extends Shell {
  readonly questions: Locator;
  readonly decided: Locator;

  constructor(page: Page) {
    super(page);
    this.questions = page.getByRole("main").getByRole("listitem").filter({ has: page.getByRole("heading", { level: 2 }) });
    this.decided = page.getByText("Valt. Det går att ångra.");
  }

  static async visit(page: Page) {
    const conflicts = new Conflicts(page);
    await conflicts.go("Att reda ut");
    return conflicts;
  }

  question(name: string) {
    return this.questions.filter({ has: this.page.getByRole("heading", { name }) });
  }

  /** How many the menu says there are; nothing when there are none. */
  async menuSays(count: number) {
    const link = this.nav.getByRole("link", { name: count ? new RegExp(`^Att reda ut ?${count}$`) : /^Att reda ut$/ });
    await expect(link).toBeVisible();
  }
}
