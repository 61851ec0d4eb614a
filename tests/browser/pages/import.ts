import { expect, fixture, type Locator, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

export type Verdict = "Ny" | "Ändras" | "Oförändrad" | "Tveksam";
type Bytes = { name: string; mimeType: string; buffer: Buffer };

/** Taking lists in. */
export class Import extends Shell {
  readonly file: Locator;
  readonly problem: Locator;
  readonly list: Locator;
  readonly header: Locator;
  readonly day: Locator;
  readonly columns: Locator;
  readonly rows: Locator;
  readonly verdicts: Locator;
  readonly take: Locator;
  readonly done: Locator;
  readonly undoImport: Locator;

  constructor(page: Page) {
    super(page);
    const main = page.getByRole("main");
    this.file = main.getByLabel("Välj fil");
    this.problem = main.getByRole("alert").filter({ hasText: /\S/ });
    this.list = main.getByLabel("Sorts lista");
    this.header = main.getByLabel("Rad med rubriker");
    this.day = main.getByLabel("Läget den dag");
    this.columns = main.getByText(/^Kolumner: /);
    this.rows = main.getByRole("table", { name: "Rader i listan" }).locator("tbody tr");
    this.verdicts = main.getByRole("group", { name: "Urval av rader" });
    this.take = main.getByRole("button", { name: /^Läs in valda/ });
    this.done = main.getByRole("heading", { name: "Inläst" });
    this.undoImport = main.getByRole("button", { name: "Ångra inläsningen" });
  }

  /** Chooses a file: one of the fixtures by name, or bytes of the test's own. */
  async choose(file: string | Bytes) {
    await this.file.setInputFiles(typeof file === "string" ? fixture(file) : file);
  }

  async chooseText(name: string, text: string) {
    await this.choose({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  }

  /** Chooses a file and takes in what is ticked from the start. */
  async takeIn(file: string) {
    await this.choose(file);
    await this.take.click();
    await expect(this.done).toBeFocused();
    await this.isSaved();
  }

  /** How many rows have a verdict. */
  async counts(verdict: Verdict, count: number) {
    await expect(this.verdicts.getByRole("button", { name: verdict })).toHaveText(new RegExp(` ${count}$`));
  }

  row(name: string) {
    return this.rows.filter({ has: this.page.getByRole("rowheader", { name, exact: true }) });
  }

  /** What a column becomes, by its heading. */
  place(heading: string) {
    return this.page.getByRole("combobox", { name: `Blir uppgiften ${heading}` });
  }
}

export async function importPage(page: Page) {
  const shown = new Import(page);
  await shown.go("Import");
  return shown;
}
