import { expect, fixture, type Page } from "../fixtures.ts";
import { Report } from "./report.ts";

/** Every page, by its address, with the example in the register; `:key` stands for the first row's. */
export const ADDRESSES = {
  overview: "/",
  systems: "/system",
  system: "/system/:key",
  backlog: "/pa-tur",
  method: "/metod",
  decisions: "/klassningar",
  actions: "/atgarder",
  incidents: "/incidenter",
  incident: "/incidenter/:key",
  training: "/utbildning",
  conflicts: "/att-reda-ut",
  import: "/import",
  news: "/nytt",
  // A day before there was a register; one within its history is looked at in past.spec.ts.
  past: "/registret-per/2020-01-01",
  report: "/rapport",
  settings: "/installningar",
} as const;
export type PageKey = keyof typeof ADDRESSES;

/** Opens a page by its address, in any language, and waits until it is there. */
export async function visit(page: Page, key: PageKey) {
  const address: string = ADDRESSES[key];
  const list = address.replace("/:key", "");
  // Whoever leaves while something is being saved is asked, and loses it by saying yes.
  await expect(page.locator("[data-state]")).toHaveAttribute("data-state", "ok");
  await page.goto(list);
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  if (address.endsWith(":key")) {
    await page.getByRole("main").getByRole("rowheader").getByRole("link").first().click();
    await expect(page.getByRole("main").getByRole("textbox").first()).toBeVisible();
  }
  if (key === "report") await new Report(page).isWhole();
  if (key === "import") {
    await page.getByRole("main").locator("input[type=file]").setInputFiles(fixture("systemlista.csv"));
    await expect(page.getByRole("main").getByRole("rowheader").first()).toBeVisible();
  }
}
