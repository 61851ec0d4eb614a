import { readFile } from "node:fs/promises";
import { type Page } from "../fixtures.ts";
import { wordsOf, zip } from "../support/zip.mjs";
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
    const file = await this.downloads(() => this.page.getByRole("button", { name: "Hämta som Word" }).click());
    const text: string = wordsOf(file.bytes).replace(/\u00a0/g, " ");
    return { name: file.name, text };
  }

  /** Chooses a file as the organisation's own template. */
  async chooseTemplate(name: string, buffer: Buffer) {
    await this.page.getByLabel("I egen mall …").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  }

  /** Downloads the report in a template of these parts. */
  async inTemplate(parts: Record<string, string>) {
    return this.downloads(() => this.chooseTemplate("mall.dotx", zip(parts)));
  }

  private async downloads(act: () => Promise<void>) {
    const downloaded = this.page.waitForEvent("download");
    await act();
    const download = await downloaded;
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }
}
