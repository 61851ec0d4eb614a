import { readFile } from "node:fs/promises";
import { expect, type Page } from "../fixtures.ts";
import { wordsOf, zip } from "../support/zip.mjs";
import { Shell } from "./shell.ts";

/** The year's report. */
export class Report extends Shell {
  static async visit(page: Page) {
    const report = new Report(page);
    await report.go("Rapport");
    await report.isWhole();
    return report;
  }

  /** Waits until the last section stands there: they are built a few a frame. */
  async isWhole() {
    await this.heading.filter({ hasText: "Ledningens genomgång" }).waitFor();
    await expect(this.page.getByRole("article")).not.toHaveAttribute("aria-busy", "true");
  }

  /** Downloads the report as a Word file, and reads its words back. */
  async words() {
    const file = await this.file("Hämta som Word");
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

  /** Downloads one of the report's files. */
  async file(button: "Hämta som Word" | "Hämta som PDF" | "Hämta bilagor (Excel)") {
    return this.downloads(() => this.page.getByRole("button", { name: button }).click());
  }

  /** Says which part the files hold. */
  async choose(part: "Rapporten" | "Bilagan med sekretess" | "Offentlig version") {
    await this.page.getByLabel("Del", { exact: true }).selectOption(part);
  }

  /** Fills in one of the facts about the report. */
  async about(facts: Record<string, string>) {
    const about = this.page.getByRole("group").filter({ hasText: "Uppgifter om rapporten" });
    if (!(await about.getByLabel("Diarienummer").isVisible())) await about.getByText("Uppgifter om rapporten").click();
    for (const [name, value] of Object.entries(facts)) {
      await about.getByLabel(name, { exact: true }).fill(value);
      await about.getByLabel(name, { exact: true }).blur();
    }
  }

  /** Adds a decision, the next in order. */
  async decide(number: number, text: string, owner: string, due: string) {
    await this.page.getByRole("button", { name: "Lägg till beslut" }).click();
    const row = this.page.getByRole("group", { name: `Beslut § ${number}` });
    await row.getByLabel("Beslut", { exact: true }).fill(text);
    await row.getByLabel("Ansvarig roll").fill(owner);
    await row.getByLabel("Klart senast").fill(due);
    await row.getByLabel("Klart senast").blur();
    await expect(this.page.getByRole("article")).toContainText(text);
  }

  /** Writes in a section. */
  async write(heading: string, text: string) {
    await this.page.getByRole("button", { name: new RegExp(`^(Skriv|Ändra texten) ?: ?${heading}$`) }).click();
    await this.page.getByLabel("Avsnittets text, på svenska").fill(text);
    await this.page.getByRole("button", { name: new RegExp(`^Klar ?: ?${heading}$`) }).click();
  }

  /** Has the files made that a report is issued with; the question then stands there. */
  async askToIssue() {
    await this.page.getByRole("region", { name: "Utfärda", exact: true }).getByRole("button", { name: "Utfärda rapporten" }).click();
    const question = this.page.getByRole("dialog");
    await expect(question).toBeVisible({ timeout: 60_000 });
    return question;
  }

  /** Issues the report, and waits until it stands there as issued. */
  async issue() {
    const question = await this.askToIssue();
    await question.getByRole("button", { name: "Utfärda rapporten" }).click();
    await expect(this.page.getByText(/^Utfärdad \d{4}-\d{2}-\d{2}, dnr /)).toBeVisible();
  }
}
