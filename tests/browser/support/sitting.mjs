// The way to a workshop's table, for what drives pages without Playwright's test runner.

/** Begins a workshop about a system of a new register, and gives the code that leads to it. */
export async function found(page, url) {
  await page.goto(url);
  await page.getByRole("button", { name: "Skapa register" }).click();
  await page.locator("[data-state=ok]").waitFor();
  await page.getByRole("link", { name: /^System/ }).first().click();
  await page.getByRole("button", { name: "Nytt system" }).click();
  await page.getByLabel("Det nya systemets namn").fill("Passersystem");
  await page.getByRole("button", { name: "Lägg till" }).click();
  await page.getByRole("status").getByRole("link", { name: "Passersystem" }).click();
  await page.getByRole("link", { name: "Håll workshop" }).click();
  await page.getByRole("button", { name: "Börja workshopen" }).click();
  return page.locator(".invite__code").filter({ hasText: "-" }).innerText({ timeout: 60_000 });
}

/** Comes in with the code, and sits down. */
export async function sitDown(page, url, code, role) {
  await page.goto(`${url}/workshop`);
  await page.getByLabel("Kod", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Gå in" }).click();
  await page.getByLabel("Roll").fill(role, { timeout: 60_000 });
  await page.getByRole("button", { name: "Slå dig ner" }).click();
}

/** Until so many sit at the table. */
export const isSeated = (page, count) =>
  page.waitForFunction((count) => document.querySelectorAll(".circle").length === count, count);
