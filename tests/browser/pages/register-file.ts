import { expect, type Locator, type Page } from "../fixtures.ts";

export type RegisterFile = { name: string; mimeType: string; buffer: Buffer };

/** The way in for a register file, at the start and among the settings. */
export class OpenFile {
  readonly file: Locator;
  readonly passphrase: Locator;
  readonly error: Locator;

  constructor(readonly page: Page) {
    this.file = page.getByLabel("Öppna registerfil");
    this.passphrase = page.getByLabel(/^Lösenfras till /);
    this.error = page.getByRole("alert");
  }

  async choose(file: RegisterFile) {
    await this.file.setInputFiles(file);
  }

  async unseal(passphrase: string) {
    await this.passphrase.fill(passphrase);
    await this.passphrase.press("Enter");
  }

  /** Takes in what was shown. */
  async merge() {
    await this.page.getByRole("button", { name: "Läs in filen" }).click();
    await expect(this.page.getByText("Filen är inläst.")).toBeVisible();
  }
}
