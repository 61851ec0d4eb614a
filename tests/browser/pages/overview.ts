import { expect, type Page } from "../fixtures.ts";
import { Shell } from "./shell.ts";

/** The figures of the example, which are those of the lists in tests/fixtures. */
export const EXAMPLE = {
  systems: 80,
  classified: 18,
  "action-plan": 17,
  "risk-analysis": 10,
  unclassified: 62,
  incidents: 14,
  "incidents-business": 2,
  trained: 139,
  "trained-managers": 25,
} as const;
export type Figure = keyof typeof EXAMPLE | "due-again" | "owner-missing" | "information-owner-missing";

/** The figures, each a link to the list behind it. */
export class Overview extends Shell {
  figure(figure: Figure) {
    return this.page.locator(`a[data-figure="${figure}"]`);
  }

  async shows(figure: Figure, value: number) {
    await expect(this.figure(figure)).toHaveText(String(value));
  }

  async number(figure: Figure) {
    return Number(await this.figure(figure).textContent());
  }

  async showsExample() {
    for (const [figure, value] of Object.entries(EXAMPLE)) await this.shows(figure as Figure, value);
  }
}

export async function overview(page: Page) {
  const overview = new Overview(page);
  await overview.go("Översikt");
  return overview;
}
