import { readFileSync } from "node:fs";
import { expect, type Locator, type Page } from "../fixtures.ts";
import { OpenFile } from "./register-file.ts";
import { Shell } from "./shell.ts";

/** Who writes here and how it looks. */
export class Settings extends Shell {
  readonly role: Locator;
  readonly name: Locator;
  readonly copy: Locator;
  readonly open: OpenFile;

  constructor(page: Page) {
    super(page);
    this.role = page.getByLabel("Din roll");
    this.name = page.getByLabel("Namn, om du vill");
    this.copy = page.locator("section").filter({ has: page.getByRole("heading", { name: "Säkerhetskopia" }) });
    this.open = new OpenFile(page);
  }

  static async visit(page: Page) {
    const settings = new Settings(page);
    await settings.go("Inställningar");
    return settings;
  }

  async sign(role: string, name = "") {
    await this.role.fill(role);
    await this.name.fill(name);
    await this.name.blur();
  }

  /** Saves a copy that anyone can read. */
  async savePlain() {
    await this.copy.getByLabel("Okrypterad (.automerge)").check();
    return this.download();
  }

  async typePassphrase(passphrase: string, again = passphrase) {
    await this.copy.getByLabel("Lösenfras", { exact: true }).fill(passphrase);
    await this.copy.getByLabel("Lösenfrasen en gång till").fill(again);
  }

  /** Saves a copy that only the passphrase opens. */
  async saveSealed(passphrase: string) {
    await this.typePassphrase(passphrase);
    return this.download();
  }

  private async download() {
    const downloaded = this.page.waitForEvent("download");
    await this.copy.getByRole("button", { name: "Spara registerfil" }).click();
    const file = await downloaded;
    await expect(this.copy.getByText("Kopian är kontrollerad mot registret")).toBeVisible();
    return { name: file.suggestedFilename(), mimeType: "application/octet-stream", buffer: readFileSync(await file.path()) };
  }
}
