import { expect, test, type Page } from "../fixtures.ts";
import { importPage } from "../pages/import.ts";
import { Start } from "../pages/start.ts";
import { overview } from "../pages/overview.ts";
import { Systems } from "../pages/systems.ts";

async function exampleList(page: Page) {
  await (await Start.visit(page)).tryExample();
  return Systems.visit(page);
}

test("search narrows the list as one types, and finds words in any order", async ({ page }) => {
  const systems = await exampleList(page);
  await systems.says(80);
  await systems.find.pressSequentially("register");
  await expect(systems.count).toHaveText(/^\d av 80 system och tjänster$/);
  await systems.find.fill("uppföljning energi");
  await systems.says(1, 80);
  await expect.poll(() => systems.names()).toEqual(["Energiuppföljning"]);
  await systems.find.fill("finns inte alls");
  await expect(page.getByText("Inget system passar urvalet.")).toBeVisible();
});

test("the list sorts as a Swedish reader expects, and turns", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const lists = await importPage(page);
  await lists.chooseText("lista.csv", "System\nÖversikt\nZebra\nÄrende\nÅtgärd\nekonomi\nDiarium\n");
  await lists.take.click();
  await expect(lists.done).toBeFocused();
  const systems = await Systems.visit(page);
  const names = ["Diarium", "ekonomi", "Zebra", "Åtgärd", "Ärende", "Översikt"];
  await expect.poll(() => systems.names()).toEqual(names);
  await systems.sort("System eller tjänst");
  await expect(systems.column("System eller tjänst")).toHaveAttribute("aria-sort", "descending");
  await expect.poll(() => systems.names()).toEqual(names.reverse());
});

test("Back brings back a search that was left by the menu", async ({ page }) => {
  const systems = await exampleList(page);
  await systems.find.fill("uppföljning energi");
  await systems.says(1, 80);
  await expect(page).toHaveURL(/q=/);
  await systems.go("System");
  await systems.says(80);
  await page.goBack();
  await systems.says(1, 80);
  await expect(systems.find).toHaveValue("uppföljning energi");
});

test("Back brings back a search although a row was opened before typing rested", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const systems = await Systems.visit(page);
  await systems.find.fill("antura");
  await systems.says(1, 80);
  // In one turn, as a quick hand on a slow machine.
  await systems.find.evaluate((input: HTMLInputElement) => {
    input.value = "antur";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    document.querySelector<HTMLAnchorElement>("main tbody th a")!.click();
  });
  await expect(systems.heading).toHaveText("Antura");
  await page.goBack();
  await expect(systems.find).toHaveValue("antur");
});

test("the list filters by a missing role, by stage and by level", async ({ page }) => {
  const systems = await exampleList(page);
  await systems.chip("Informationsägare saknas").click();
  await systems.says(56, 80);
  await systems.chip("Alla").click();
  await systems.says(80);

  await systems.moreFilters();
  await page.getByRole("combobox", { name: "Visa", exact: true }).selectOption({ label: "Objektledare saknas" });
  await systems.says(41, 80);
  await page.getByRole("combobox", { name: "Visa", exact: true }).selectOption({ label: "Systemägare saknas" });
  await systems.says(13, 80);
  await page.getByRole("combobox", { name: "Visa", exact: true }).selectOption({ label: "Någon roll saknas" });
  await systems.says(73, 80);
  await page.getByRole("combobox", { name: "Visa", exact: true }).selectOption({ label: "Alla" });
  await page.getByRole("combobox", { name: "Läge", exact: true }).selectOption({ label: "Riskanalys" });
  await systems.says(10, 80);
  await page.getByRole("combobox", { name: "Läge", exact: true }).selectOption({ label: "Alla" });
  await page.getByLabel("Högsta nivå, minst").selectOption("serious");
  await systems.says(12, 80);
});

test("each unit to ask first leads to as many systems, and can be left again", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const lists = await importPage(page);
  // One unit's name stands in another's, and one system is nobody's.
  const rows = ["Kanalen;Kommunikation och IT", "Nätet;IT", "Servrar;IT", "Arkivet;", "Kartan;IT och kartor"];
  await lists.chooseText("lista.csv", `System;Enhet\n${rows.join("\n")}\n`);
  await lists.take.click();
  await expect(lists.done).toBeFocused();

  const systems = new Systems(page);
  const units = page.getByRole("main").locator(".units").getByRole("listitem");
  for (const [unit, count] of [["IT", 2], ["Enhet saknas", 1]] as const) {
    await overview(page);
    const row = units.filter({ has: page.getByRole("link", { name: unit, exact: true }) });
    await expect(row).toHaveText(new RegExp(`${count}$`));
    await row.getByRole("link").click();
    await systems.says(count, 5);
  }
  await expect.poll(() => systems.names()).toEqual(["Arkivet"]);
  await page.reload();
  await systems.says(1, 5);
  await systems.chip("Enhet: saknas").click();
  await systems.says(5);
  await expect(page).toHaveURL(/only=information-owner-missing$/);
});

test("the list says what is due again and why, and is as long as the overview's figure", async ({ page }) => {
  const systems = await exampleList(page);
  await systems.startAdding();
  await systems.add("Nyckelregister");
  const system = await systems.open("Nyckelregister");
  const section = page.locator("#klassning");
  await section.getByRole("button", { name: "Ny klassning" }).click();
  const aspect = section.getByRole("group", { name: /^K – / });
  await aspect.getByRole("radio", { name: "1 måttlig" }).check();
  await aspect.getByLabel("Skäl").fill("Bara gamla ritningar");
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(page.locator('[data-due="later"]')).toBeVisible();

  const shown = await overview(page);
  const count = await shown.number("due-again");
  expect(count).toBeGreaterThan(1);
  await shown.figure("due-again").click();
  await expect(systems.chip("Ska klassas om")).toHaveAttribute("aria-pressed", "true");
  await systems.says(count, 81);
  await expect(systems.rows.filter({ hasText: /Klassas om: (ett|tre) år har gått/ })).not.toHaveCount(0);
  // What is due now comes first, then by the day it will be; what isn't classified has no day.
  await systems.chip("Alla").click();
  await systems.showColumn("Klassas om");
  await systems.sort("Klassas om");
  await expect(systems.column("Klassas om")).toHaveAttribute("aria-sort", "ascending");
  await expect(systems.rows.nth(count)).toContainText("Nyckelregister");
  await expect(systems.rows.nth(count)).toContainText(`${new Date().getFullYear() + 1}-`);

  // One that is to move is due too, at once and everywhere.
  await systems.open("Nyckelregister");
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toLocaleDateString("sv-SE");
  await system.write("Flyttas eller byter drift", tomorrow);
  await expect(page.locator('[data-due="now"]')).toBeVisible();
  await system.go("Översikt");
  await shown.shows("due-again", count + 1);
  await shown.figure("due-again").click();
  await systems.says(count + 1, 81);
  await expect(systems.rows.filter({ hasText: "Nyckelregister" })).toContainText("Klassas om: flyttas.");
});

test("a row is as high as scrolling counts on, also where four levels stand in two rows", async ({ page }) => {
  const systems = await exampleList(page);
  for (const width of [1280, 1024, 820]) {
    await page.setViewportSize({ width, height: 1180 });
    const [height, rows] = await systems.rows.evaluateAll((rows) => [
      Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")),
      rows.map((row) => row.getBoundingClientRect().height),
    ]);
    expect(rows.length).toBeGreaterThan(10);
    // The line under a row is half in it and half in the next.
    expect(rows.filter((one) => 1 < Math.abs(one - height)), `${width}`).toEqual([]);
  }
});

test("a column that is chosen is shown, and still is after a reload", async ({ page }) => {
  const systems = await exampleList(page);
  await expect(systems.column("Leverantör")).toHaveCount(0);
  await systems.showColumn("Leverantör");
  await expect(systems.column("Leverantör")).toBeVisible();
  await expect(systems.rows.filter({ hasText: "Antura" })).toContainText("Leverantör 01");
  await page.reload();
  await expect(systems.column("Leverantör")).toBeVisible();
});

test("a field is set for many systems at once, and taken back at once", async ({ page }) => {
  const systems = await exampleList(page);
  await systems.find.fill("larm");
  await systems.says(4, 80);
  await expect(systems.rows).toHaveCount(4);
  const before = await systems.rows.allInnerTexts();
  await page.getByLabel("Välj alla").check();
  await expect(systems.bulk.getByRole("status")).toHaveText(`${before.length} valda`);
  await systems.bulk.getByLabel("Uppgift att ändra").selectOption({ label: "Systemägare" });
  await systems.bulk.getByLabel("Nytt värde").fill("Säkerhetschef");
  await systems.bulk.getByRole("button", { name: "Sätt för alla valda" }).click();
  await expect(systems.rows.filter({ hasText: "Säkerhetschef" })).toHaveCount(before.length);
  await systems.undo.click();
  await expect.poll(() => systems.rows.allInnerTexts()).toEqual(before);
});

test("rows are added one after the other without leaving the list", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const systems = await Systems.visit(page);
  await systems.startAdding();
  await systems.add("Passersystem");
  await systems.add("Arkiv");
  await expect(systems.newName).toBeFocused();
  await expect(systems.newName).toHaveValue("");
  await expect.poll(() => systems.names()).toEqual(["Arkiv", "Passersystem"]);
  await systems.newName.fill("arkiv");
  await expect(page.getByText("Det finns redan ett system med det namnet.")).toBeVisible();
});

test("what one looks at stays where it is while the rows out of sight are built", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const systems = await Systems.visit(page);
  await systems.says(80);
  // Another order, and a quick hand: the rows above are not built yet.
  const place = await page.evaluate(() => {
    document.querySelector<HTMLButtonElement>("thead th[aria-sort] button")!.click();
    window.scrollTo(0, 3_000);
    return window.scrollY;
  });
  expect(place).toBe(3_000);
  await expect(systems.rows).toHaveCount(80);
  expect(await page.evaluate(() => window.scrollY)).toBe(place);
});

test("Back comes to the same search, sort and place in a list of 5,000", async ({ page }) => {
  test.slow();
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const lists = await importPage(page);
  const rows = Array.from({ length: 5_000 }, (_, index) => {
    return `System ${String(index + 1).padStart(5, "0")};Distrikt-${index % 25}-;Chef ${index % 40}`;
  });
  await lists.chooseText("systemlista.csv", ["System;Enhet;Systemägare", ...rows].join("\n"));
  await lists.counts("Ny", 5_000);
  await lists.take.click();
  await expect(lists.done).toBeFocused();
  const systems = await Systems.visit(page);
  await systems.says(5_000);

  await systems.find.fill("distrikt-7-");
  await systems.says(200, 5_000);
  await systems.sort("System eller tjänst");
  await expect(systems.column("System eller tjänst")).toHaveAttribute("aria-sort", "descending");
  await systems.rows.first().hover();
  await page.mouse.wheel(0, 6_200);
  // Row 92 from the end of 200, far below the first screen.
  const name = "System 02708";
  const row = page.getByRole("rowheader").getByRole("link", { name });
  await expect(row).toBeInViewport();
  const place = await page.evaluate(() => window.scrollY);

  await systems.open(name);
  await page.goBack();
  await expect(systems.find).toHaveValue("distrikt-7-");
  await expect(systems.column("System eller tjänst")).toHaveAttribute("aria-sort", "descending");
  await expect(row).toBeInViewport();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(place);
});
