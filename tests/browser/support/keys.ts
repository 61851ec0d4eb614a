import { expect, type Locator, type Page } from "../fixtures.ts";

/** Presses Tab until `target` has the focus, and checks that the focus can be seen. */
export async function tabTo(page: Page, target: Locator, most = 60) {
  for (let press = 0; press < most; press++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expect(target).toBeInViewport();
      const seen = await target.evaluate((element) => {
        // A file's button is the label round its input.
        const shown = element.matches("input[type=file]") ? (element.closest("label") ?? element) : element;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(shown);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      });
      expect(seen, "the focus can be seen").toBe(true);
      return;
    }
  }
  throw new Error(`Tab never came to ${target}`);
}
