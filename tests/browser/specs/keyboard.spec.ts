import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures.ts";
import { Overview } from "../pages/overview.ts";
import { Start } from "../pages/start.ts";
import { SystemPage } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";
import { tabTo } from "../support/keys.ts";
import { wordsOf } from "../support/zip.mjs";

test("from the first visit to a changed field with the keyboard only", async ({ page }) => {
  const start = await Start.visit(page);
  await tabTo(page, start.organisation);
  await page.keyboard.type("Skolfastigheter AB");
  await page.keyboard.press("Enter");

  const systems = new Systems(page);
  await expect(systems.heading).toHaveText("Översikt");
  await tabTo(page, systems.nav.getByRole("link", { name: /^System/ }));
  await page.keyboard.press("Enter");
  await expect(systems.heading).toHaveText("System");

  await tabTo(page, page.getByRole("button", { name: "Nytt system" }));
  await page.keyboard.press("Enter");
  await expect(systems.newName).toBeFocused();
  await page.keyboard.type("Passersystem");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("status").getByRole("link", { name: "Passersystem" }));
  await page.keyboard.press("Enter");

  const system = new SystemPage(page);
  await expect(system.heading).toHaveText("Passersystem");
  await tabTo(page, system.field("Enhet"));
  await page.keyboard.type("Säkerhet");
  await tabTo(page, system.field("Kommentar"));
  await page.keyboard.type("Skrivet utan mus.");
  await page.keyboard.press("Tab");
  await system.isSaved();
  await page.reload();
  await expect(system.field("Enhet")).toHaveValue("Säkerhet");
  await expect(system.field("Kommentar")).toHaveValue("Skrivet utan mus.");
});

test("from the example to a section of one's own in the Word file with the keyboard only", async ({ page }) => {
  test.slow();
  const start = await Start.visit(page);
  await tabTo(page, start.example);
  await page.keyboard.press("Enter");
  const shown = new Overview(page);
  await shown.showsExample();
  await tabTo(page, shown.nav.getByRole("link", { name: /^Rapport/ }));
  await page.keyboard.press("Enter");
  await expect(shown.heading).toHaveText(/Ledningens genomgång/);

  const section = "Sammanfattning";
  await tabTo(page, page.getByRole("button", { name: new RegExp(`^(Skriv|Ändra texten) ?: ?${section}$`) }), 200);
  await page.keyboard.press("Enter");
  const text = page.getByLabel("Avsnittets text, på svenska");
  await expect(text).toBeFocused();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Skrivet utan mus.");
  await page.keyboard.press("Tab");
  await shown.isSaved();
  await expect(page.getByRole("article")).toContainText("Skrivet utan mus.");

  // The files stand after the whole paper with all its figures.
  await tabTo(page, page.getByRole("button", { name: "Hämta som Word" }), 600);
  const downloaded = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  expect(wordsOf(readFileSync(await (await downloaded).path()))).toContain("Skrivet utan mus.");
});

test("the first stop leads past the menu to the page", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Översikt");
  const skip = page.getByRole("link", { name: "Hoppa till innehållet" });
  await page.keyboard.press("Tab");
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("a question closes with Escape, nothing is done, and the focus is where it was", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const systems = await Systems.visit(page);
  await systems.startAdding();
  await systems.add("Passersystem");
  const system = await systems.open("Passersystem");
  const remove = page.getByRole("button", { name: "Ta bort", exact: true });
  await remove.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Ta bort ”Passersystem”");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(remove).toBeFocused();
  await expect(system.heading).toHaveText("Passersystem");
});
