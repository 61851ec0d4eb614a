import { expect, type Locator, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

/** What a system's levels ask for, on the system's own page. */
export class Measures {
  readonly section: Locator;

  constructor(readonly page: Page) {
    this.section = page.locator("#krav");
  }

  chip(name: string) {
    return this.section.getByRole("group", { name: "Vilka åtgärder som visas" }).getByRole("button", { name });
  }

  async counts(name: string, count: number) {
    await expect(this.chip(name)).toHaveText(`${name} ${count}`);
  }

  measure(id: string) {
    return this.section.locator(`[data-measure="${id}"]`);
  }

  async answer(id: string, words: string) {
    await this.measure(id).getByRole("radio", { name: words, exact: true }).check();
  }
}

/** The method's own page. */
export class Method extends Shell {
  static async visit(page: Page) {
    const method = new Method(page);
    await expect(page.locator("[data-state]")).toHaveAttribute("data-state", "ok");
    await page.goto("/metod");
    await expect(method.heading).toHaveText("Metoden");
    return method;
  }

  /** Gives the page a file with this text. */
  async read(text: string) {
    await this.page
      .getByRole("main")
      .locator("input[type=file]")
      .setInputFiles({ name: "egen.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  }
}
