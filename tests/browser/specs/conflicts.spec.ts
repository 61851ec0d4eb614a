import { expect, test, type Page } from "../fixtures.ts";
import { Conflicts } from "../pages/conflicts.ts";
import { Report } from "../pages/report.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { systemIn, SystemPage } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";
import { expectNoBarriers } from "../support/barriers.ts";
import { edited } from "../support/document.ts";

/** What one device has, the other takes in. */
async function give(from: Page, to: Page) {
  const file = await (await Settings.visit(from)).savePlain();
  const there = await Settings.visit(to);
  await there.open.choose(file);
  await there.open.merge();
  await there.isSaved();
}

/** The incidents of the example's year that are business-related. */
async function list(page: Page) {
  await page.goto("/incidenter?year=2024&only=business");
  const rows = page.getByRole("main").getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows).toHaveCount(2);
  return rows;
}

async function open(page: Page, name: string): Promise<SystemPage> {
  return (await Systems.visit(page)).open(name);
}

type File = Awaited<ReturnType<Settings["savePlain"]>>;

/** Two devices that hold the same system, and who writes on each; what `meanwhile` makes of the file is on both. */
async function apart(page: Page, newDevice: () => Promise<Page>, meanwhile?: (file: File) => File) {
  const here = await systemIn(page, "Passersystem");
  await here.isSaved();
  const settings = await Settings.visit(page);
  await settings.sign("Objektägare", "Kim");
  let file = await settings.savePlain();
  if (meanwhile) {
    file = meanwhile(file);
    await settings.open.choose(file);
    await settings.open.merge();
    await settings.isSaved();
  }
  const other = await newDevice();
  await (await Start.visit(other)).open.choose(file);
  await (await Settings.visit(other)).sign("Arkivarie");
  return other;
}

test("an incident that two people have judged apart is marked in the list and in the report until one of them decides", async ({
  page,
  newDevice,
}) => {
  test.slow();
  await (await Start.visit(page)).tryExample();
  const settings = await Settings.visit(page);
  await settings.sign("Objektägare", "Kim");
  const file = await settings.savePlain();
  const other = await newDevice();
  await (await Start.visit(other)).open.choose(file);
  const title = await (await list(page)).first().getByRole("link").innerText();
  const judge = async (device: Page, supplier: string) => {
    await (await list(device)).getByRole("link", { name: title }).click();
    const system = new SystemPage(device);
    await system.write("Leverantör", supplier);
    await system.isSaved();
  };
  await judge(page, "Lås AB");
  await judge(other, "Dörr AB");
  await give(other, page);

  await list(page);
  const mark = page.getByRole("row", { name: title }).getByRole("link", { name: "Två uppgifter" });
  await expect(mark).toBeVisible();
  const report = await Report.visit(page);
  await expect(report.page.locator("#incidents").getByText("(två olika uppgifter i registret)")).toBeVisible();
  await expect(report.page.locator("#summary")).toContainText("En uppgift i registret har olika värden");
  await list(page);
  await mark.click();
  const conflicts = new Conflicts(page);
  await conflicts.questions.getByRole("button", { name: "Välj ”Dörr AB”" }).click();
  await expect(conflicts.questions).toHaveCount(0);
  await list(page);
  await expect(page.getByRole("row", { name: title })).toBeVisible();
  await expect(mark).toHaveCount(0);
});

test("what two people wrote apart is shown on both devices until one of them decides", async ({ page, newDevice }) => {
  test.slow();
  const other = await apart(page, newDevice);
  await (await open(page, "Passersystem")).write("Avtalet löper ut", "2027-06-30");
  await (await open(other, "Passersystem")).write("Avtalet löper ut", "2026-01-31");
  await give(page, other);
  await give(other, page);

  for (const device of [page, other]) {
    const conflicts = await Conflicts.visit(device);
    await conflicts.menuSays(1);
    const question = conflicts.question("Avtalet löper ut: Passersystem");
    await expect(question.getByRole("listitem").filter({ hasText: "2027-06-30" })).toContainText("Objektägare (Kim), ");
    const careful = question.getByRole("listitem").filter({ hasText: "Försiktigast" });
    await expect(careful).toContainText("2026-01-31");
    await expect(careful).toContainText("Arkivarie, ");
    // The register shows the careful one, with a mark that leads back.
    const system = await open(device, "Passersystem");
    await expect(system.field("Avtalet löper ut")).toHaveValue("2026-01-31");
    await device.getByRole("main").getByRole("link", { name: "Två uppgifter" }).click();
    await expect(conflicts.heading).toHaveText("Att reda ut");
  }

  // From the keyboard alone.
  const conflicts = await Conflicts.visit(page);
  const choice = conflicts.questions.getByRole("button", { name: "Välj ”2027-06-30”" });
  await conflicts.questions.getByRole("link", { name: "Passersystem" }).focus();
  for (let step = 0; step < 4; step++) {
    if (await choice.evaluate((button) => button === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(choice).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(conflicts.decided).toBeFocused();
  await expect(conflicts.questions).toHaveCount(0);
  await conflicts.menuSays(0);
  await conflicts.isSaved();

  await give(page, other);
  await (await Conflicts.visit(other)).menuSays(0);
  await expect((await open(other, "Passersystem")).field("Avtalet löper ut")).toHaveValue("2027-06-30");
});

test("neither of two names is right, and a third is written", async ({ page, newDevice }) => {
  test.slow();
  const other = await apart(page, newDevice);
  await (await open(page, "Passersystem")).write("Enhet", "Säkerhet");
  await (await open(other, "Passersystem")).write("Enhet", "Fastighet");
  await give(other, page);
  const conflicts = await Conflicts.visit(page);
  const question = conflicts.question("Enhet: Passersystem");
  await question.getByLabel("Ange något annat").fill("Drift");
  await question.getByLabel("Ange något annat").press("Tab");
  await question.getByRole("button", { name: "Använd det" }).click();
  await expect(conflicts.questions).toHaveCount(0);
  await expect((await open(page, "Passersystem")).field("Enhet")).toHaveValue("Drift");
});

test("what one removed and another changed stays until somebody decides", async ({ page, newDevice }) => {
  test.slow();
  const other = await apart(page, newDevice);
  await open(page, "Passersystem");
  await page.getByRole("button", { name: "Ta bort" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Ta bort" }).click();
  const systems = await Systems.visit(page);
  await systems.isSaved();
  await (await open(other, "Passersystem")).write("Enhet", "Fastighet");
  await give(other, page);

  const system = await open(page, "Passersystem");
  await expect(system.field("Enhet")).toHaveValue("Fastighet");
  await expect(page.getByText("Borttaget på ett håll och ändrat på ett annat.")).toBeVisible();
  const conflicts = await Conflicts.visit(page);
  const question = conflicts.question("Behålla eller ta bort: Passersystem");
  await expect(question).toContainText("Borttagen av Objektägare (Kim)");
  await expect(question).toContainText("Ändrad av Arkivarie");
  await question.getByRole("button", { name: "Ta bort" }).click();
  await expect(conflicts.questions).toHaveCount(0);
  await conflicts.go("System");
  await expect(page.getByRole("rowheader").getByRole("link", { name: "Passersystem" })).toHaveCount(0);
});

/** As where a system is older than its longer text: the text then begins on each device. */
function withoutItsText(file: File) {
  return edited(file, "Passersystem", (fields) => {
    delete fields["purpose"];
    // Something to see, or the file would hold nothing new.
    fields["supplier"] = "Leverantör 17";
  });
}

test("a text that began on two devices is settled, and words that came late to it are not lost", async ({ page, newDevice }) => {
  test.slow();
  const other = await apart(page, newDevice, withoutItsText);
  await (await open(page, "Passersystem")).write("Användningsområde", "Larm och passage i skolor.");
  await (await open(other, "Passersystem")).write("Användningsområde", "Larm och kamera i skolor.");
  await give(page, other);
  await give(other, page);
  const name = "Användningsområde: Passersystem";
  for (const device of [page, other]) {
    const conflicts = await Conflicts.visit(device);
    await conflicts.menuSays(1);
    const versions = conflicts.question(name).getByRole("listitem");
    await expect(versions.filter({ hasText: "Larm och passage i skolor." })).toContainText("Objektägare (Kim), ");
    await expect(versions.filter({ hasText: "Larm och kamera i skolor." })).toContainText("Arkivarie, ");
    await expect(versions.getByText("Visas nu")).toHaveCount(1);
    await expect(versions.locator("mark").filter({ hasText: /^(passage|kamera)$/ })).toHaveCount(2);
  }

  // One puts a third together; the other, who doesn't know, writes on in the one that is shown.
  const here = await Conflicts.visit(page);
  const own = here.question(name).getByLabel("Eller skriv ihop en egen text");
  await expect(own).toHaveValue(/Larm och (passage|kamera) i skolor\.\n\nLarm och (passage|kamera) i skolor\./);
  await expect(here.question(name).getByRole("button", { name: "Använd det" })).toBeDisabled();
  await own.fill("Larm, passage och kamera i skolor.");
  await here.question(name).getByRole("button", { name: "Använd det" }).click();
  await expect(here.decided).toBeFocused();
  await expect(here.questions).toHaveCount(0);
  await here.isSaved();
  const there = await open(other, "Passersystem");
  const shown = await there.field("Användningsområde").inputValue();
  await there.write("Användningsområde", `${shown} Även förskolor.`);
  await give(other, page);

  // The question is back, with what was decided and what came late.
  const system = await open(page, "Passersystem");
  await expect(system.field("Användningsområde")).toHaveValue("Larm, passage och kamera i skolor.");
  await Conflicts.visit(page);
  const late = here.question(name).getByRole("listitem").filter({ hasText: "Även förskolor." });
  await expect(late).toContainText("Arkivarie, ");
  await late.getByRole("button", { name: "Välj den här" }).click();
  await expect(here.questions).toHaveCount(0);
  await expect((await open(page, "Passersystem")).field("Användningsområde")).toHaveValue(`${shown} Även förskolor.`);
  await system.isSaved();

  await give(page, other);
  await (await Conflicts.visit(other)).menuSays(0);
  await expect((await open(other, "Passersystem")).field("Användningsområde")).toHaveValue(`${shown} Även förskolor.`);

  await Conflicts.visit(page);
  await here.undo.click();
  await expect((await open(page, "Passersystem")).field("Användningsområde")).toHaveValue("Larm, passage och kamera i skolor.");
});

for (const language of ["sv", "en"]) {
  for (const theme of ["light", "dark"]) {
    test(`questions to settle have no barrier in ${language}, ${theme}`, async ({ page, newDevice }) => {
      test.slow();
      const other = await apart(page, newDevice, withoutItsText);
      const system = await open(page, "Passersystem");
      await system.write("Avtalet löper ut", "2027-06-30");
      await system.write("Enhet", "Säkerhet");
      await system.write("Användningsområde", "Larm och passage i skolor.");
      const there = await open(other, "Passersystem");
      await there.write("Användningsområde", "Larm och kamera i skolor.");
      await there.write("Avtalet löper ut", "2026-01-31");
      await there.write("Enhet", "Fastighet");
      await give(other, page);
      await (await Conflicts.visit(page)).menuSays(3);
      await page.evaluate(
        ([language, theme]) => {
          localStorage.setItem("klassrum.language", JSON.stringify(language));
          localStorage.setItem("klassrum.theme", JSON.stringify(theme));
        },
        [language, theme],
      );
      await page.reload();
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await expect(new Conflicts(page).questions).toHaveCount(3);
      await expectNoBarriers(page);
    });
  }
}
