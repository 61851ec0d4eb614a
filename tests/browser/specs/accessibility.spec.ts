import { expect, test } from "../fixtures.ts";
import { Start } from "../pages/start.ts";
import { Systems } from "../pages/systems.ts";
import { ADDRESSES, visit, type PageKey } from "../pages/tour.ts";
import { expectNoBarriers } from "../support/barriers.ts";

for (const place of ["/", "/workshop"]) {
  test(`the language can be chosen at ${place}, before there is a register, and stays`, async ({ page }) => {
    await page.goto(place);
    await page.getByRole("group", { name: "Språk" }).getByRole("radio", { name: "English" }).check();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    const english = page.getByRole("group", { name: "Language" });
    await expect(english.getByRole("radio", { name: "English" })).toBeChecked();
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await english.getByRole("radio", { name: "Svenska" }).check();
    await expect(page.locator("html")).toHaveAttribute("lang", "sv");
  });
}

test("what is opened on a page has no barrier either", async ({ page }) => {
  test.slow();
  await (await Start.visit(page)).tryExample();
  const systems = await Systems.visit(page);
  await systems.pick("Antura");
  await expect(systems.bulk).toBeVisible();
  await systems.moreFilters();
  await page.getByText("Kolumner", { exact: true }).first().click();
  await expect(page.getByRole("group", { name: "Kolumner" })).toBeVisible();
  await test.step("picked systems, more filters and columns", () => expectNoBarriers(page));
  // Open, they lie over the list.
  for (const box of ["Kolumner", "Fler urval"]) await page.locator("summary", { hasText: box }).click();

  await systems.open("Antura");
  await page.locator("#klassning").getByRole("button", { name: "Ny klassning" }).click();
  await expect(page.locator("#klassning").getByRole("group", { name: /^K – / })).toBeVisible();
  await test.step("a new classification", () => expectNoBarriers(page));

  const analyses = page.locator("#riskanalys");
  await analyses.locator(".record__head").first().click();
  await analyses.getByRole("button", { name: "Lägg till: risk", exact: true }).click();
  await expect(analyses.getByRole("group", { name: "Före åtgärd" })).toBeVisible();
  await test.step("an opened risk", () => expectNoBarriers(page));
});

for (const language of ["sv", "en"]) {
  for (const theme of ["light", "dark"]) {
    test(`no page has a barrier in ${language}, ${theme}`, async ({ page }) => {
      test.slow();
      await page.addInitScript(
        ([language, theme]) => {
          localStorage.setItem("klassrum.language", JSON.stringify(language));
          localStorage.setItem("klassrum.theme", JSON.stringify(theme));
        },
        [language, theme],
      );
      await page.goto("/");
      const example = language === "sv" ? "Prova med exempel" : "Try the example";
      await expect(page.getByRole("button", { name: example })).toBeEnabled();
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await test.step("start", () => expectNoBarriers(page));

      await page.getByRole("button", { name: example }).click();
      await expect(page.locator('[data-figure="trained"]')).toHaveText("139");
      for (const key of Object.keys(ADDRESSES) as PageKey[]) {
        await test.step(key, async () => {
          await visit(page, key);
          await expectNoBarriers(page);
        });
      }
    });
  }
}
