import { expect, type Locator, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";
import { SystemPage } from "./system.ts";

/** The list of systems. */
export class Systems extends Shell {
  readonly count: Locator;
  readonly find: Locator;
  readonly rows: Locator;
  readonly newName: Locator;
  readonly bulk: Locator;

  constructor(page: Page) {
    super(page);
    const main = page.getByRole("main");
    this.count = main.getByRole("status").filter({ hasText: /system och tjänster$/ });
    this.find = main.getByRole("searchbox", { name: "Sök i listan" });
    this.rows = main.getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.newName = main.getByLabel("Det nya systemets namn");
    this.bulk = main.getByRole("region", { name: "Ändra valda system" });
  }

  static async visit(page: Page) {
    const systems = new Systems(page);
    await systems.go("System");
    return systems;
  }

  /** The list says how many it shows, and of how many when it shows fewer. */
  async says(shown: number, total?: number) {
    const all = total === undefined || total === shown;
    await expect(this.count).toHaveText(`${shown}${all ? "" : ` av ${total}`} system och tjänster`);
  }

  async names() {
    return this.page.getByRole("main").getByRole("rowheader").getByRole("link").allTextContents();
  }

  column(name: string) {
    return this.page.getByRole("columnheader", { name });
  }

  async sort(name: string) {
    await this.column(name).getByRole("button").click();
  }

  chip(name: string) {
    return this.page.getByRole("group", { name: "Urval" }).getByRole("button", { name });
  }

  async moreFilters() {
    await this.page.getByText("Fler urval").click();
  }

  async showColumn(name: string) {
    await this.page.getByText("Kolumner", { exact: true }).first().click();
    await this.page.getByRole("group", { name: "Kolumner" }).getByLabel(name, { exact: true }).check();
  }

  async startAdding() {
    await this.page.getByRole("button", { name: "Nytt system" }).click();
    await expect(this.newName).toBeFocused();
  }

  async add(name: string) {
    await this.newName.fill(name);
    await this.newName.press("Enter");
    await expect(this.page.getByRole("status").filter({ hasText: "Tillagt:" })).toHaveText(`Tillagt: ${name}`);
  }

  async pick(name: string) {
    await this.page.getByLabel(`Välj ${name}`, { exact: true }).check();
  }

  async open(name: string) {
    await this.page.getByRole("rowheader").getByRole("link", { name, exact: true }).click();
    await expect(this.heading).toHaveText(name);
    return new SystemPage(this.page);
  }
}
