import { type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

/** One system's own page. */
export class SystemPage extends Shell {
  field(label: string) {
    return this.page.getByRole("main").getByLabel(label, { exact: true });
  }

  /** Writes in a field as a person does, and leaves it. */
  async write(label: string, text: string) {
    await this.field(label).fill(text);
    await this.field(label).blur();
  }

  /** The changes, latest first: when, who, what, before, after. */
  async history() {
    await this.page.getByRole("heading", { name: "Ändringar" }).click();
    return this.page.getByRole("row").filter({ has: this.page.getByRole("cell") });
  }
}

/** A register with one system, open on its page. */
export async function systemIn(page: Page, name: string) {
  const { Start } = await import("./start.ts");
  const { Systems } = await import("./systems.ts");
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const systems = await Systems.visit(page);
  await systems.startAdding();
  await systems.add(name);
  return systems.open(name);
}
