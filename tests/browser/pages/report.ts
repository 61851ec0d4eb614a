import { readFile } from "node:fs/promises";
import { type Page } from "../fixtures.ts";
import { wordsOf } from "../support/zip.mjs";
import { Shell } from "./shell.ts";

/** The year's report. */
export class Report extends Shell {
  static async visit(page: Page) {
    const report = new Report(page);
    await report.go("Rapport");
    await report.heading.filter({ hasText: "Ledningens genomgång" }).waitFor();
    return report;
  }

  /** Downloads the report as a Word file, and reads its words back. */
  async words() {
    const downloaded = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: "Hämta som Word" }).click();
    const download = await downloaded;
    const text: string = wordsOf(await readFile(await download.path())).replace(/\u00a0/g, " ");
    return { name: download.suggestedFilename(), text };
  }
}
