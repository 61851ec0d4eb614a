import { expect, test } from "../fixtures.ts";
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
