import { expect, test } from "../fixtures.ts";
import { Measures, Method } from "../pages/method.ts";
import { Shell } from "../pages/shell.ts";
import { Start } from "../pages/start.ts";
import { systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";

const OWN = `kind: measures
id: egen
version: 1
name.sv: Egna åtgärder
builds-on: klassrum

[m08]
title.sv: Behörighet efter beslut
expects.sv: Varje behörighet är beslutad av informationsägaren.
from: G
side: business

[e1]
title.sv: Vakt vid intag
expects.sv: Någon tar emot.
from: K2
side: property
`;

test("what the levels ask for is answered, and what is missing becomes the action plan", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const systems = await Systems.visit(page);
  await systems.find.fill("Passersystem");
  await systems.says(1, 80);
  const system = await systems.open("Passersystem");
  await expect(page.locator('[data-due="now"]')).toContainText("Sekretess för säkerhets- och bevakningsåtgärder");

  const measures = new Measures(page);
  await measures.counts("Inte uppfyllda", 2);
  await measures.chip("Alla").click();
  await measures.answer("m13", "Ej uppfyllt");
  await measures.counts("Inte uppfyllda", 3);

  // What doesn't apply says why before it counts.
  await measures.answer("m18", "Ej tillämpligt");
  await measures.measure("m18").getByLabel("Varför är åtgärden inte tillämplig?").fill("Inga diskar");
  await measures.measure("m18").getByRole("button", { name: "Svara" }).click();
  await expect(measures.measure("m18")).toContainText("”Inga diskar”");

  await measures.measure("m13").getByRole("button", { name: /^Så gör vi här/ }).click();
  await measures.measure("m13").getByLabel("Så gör vi här").fill("BankID för alla");
  await measures.measure("m13").getByLabel("Så gör vi här").blur();

  await expect(measures.section).toContainText("3 åtgärder är inte uppfyllda");
  await measures.section.getByRole("button", { name: "Lägg till i handlingsplanen" }).click();
  const plan = page.locator("#handlingsplan");
  await expect(plan.getByRole("button", { name: /M13 Flerfaktor i systemet/ })).toBeVisible();
  await expect(plan.getByRole("button", { name: /M(01|09|13) / })).toHaveCount(3);
  await expect(measures.section.getByRole("button", { name: "Lägg till i handlingsplanen" })).toHaveCount(0);

  await system.isSaved();
  await page.reload();
  await measures.counts("Inte uppfyllda", 3);
  await measures.chip("Inte uppfyllda").click();
  await expect(measures.measure("m13").getByRole("radio", { name: "Ej uppfyllt" })).toBeChecked();
  await measures.measure("m13").getByRole("button", { name: /^Så gör vi här/ }).click();
  await expect(measures.measure("m13").getByLabel("Så gör vi här")).toHaveValue("BankID för alla");
});

test("a floor names its fact, and a level below it says why", async ({ page }) => {
  await systemIn(page, "Ritningsarkiv");
  const information = page.locator("#information");
  await information.getByLabel("Informationsmängd", { exact: true }).fill("Larmritningar");
  await information.getByRole("button", { name: "Lägg till: informationsmängd" }).click();
  await information.getByLabel("Sekretess (OSL)").fill("OSL 18 kap. 8 §");
  await information.getByLabel("Sekretess (OSL)").blur();
  await expect(information).toContainText("K minst 3: Sekretess för säkerhets- och bevakningsåtgärder");

  const section = page.locator("#klassning");
  await section.getByRole("button", { name: "Ny klassning" }).click();
  await section.getByLabel("Informationsmängd").selectOption("Larmritningar");
  const aspect = section.getByRole("group", { name: /^K – / });
  await expect(aspect).toContainText("K minst 3: Sekretess");
  await aspect.getByRole("radio", { name: "1 måttlig" }).check();
  await expect(aspect).toContainText("Nivån är lägre: skriv varför.");
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(section.getByRole("alert")).toContainText("En nivå ligger under sitt golv");

  await aspect.getByLabel("Skäl").fill("Bara gamla ritningar");
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(section).toContainText("Konfidentialitet: Bara gamla ritningar");
  await expect(page.locator('[data-due="now"]')).toContainText("K minst 3");

  // The whole may be higher than its information, with a reason.
  await section.getByRole("button", { name: "Ny klassning" }).click();
  await aspect.getByRole("radio", { name: "3 allvarlig" }).check();
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(section.getByRole("alert")).toContainText("Hela systemet ligger högre");
  await aspect.getByLabel("Varför högre än informationsmängderna?").selectOption("Ackumulering (mängden)");
  await aspect.getByLabel("Skäl").fill("Tillsammans visar de alla skolors larm");
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(section).toContainText("höjd: Ackumulering (mängden)");

  // Level 4 is not decided here.
  await section.getByRole("button", { name: "Ny klassning" }).click();
  await aspect.getByRole("radio", { name: "4 synnerligen allvarlig" }).check();
  await section.getByRole("button", { name: "Besluta" }).click();
  await expect(section.getByRole("alert").last()).toContainText("säkerhetsskyddschefen");
});

test("a risk is placed in the matrix from the keyboard, and its level says what may be done", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  const section = page.locator("#riskanalys");
  await section.getByRole("button", { name: "Lägg till: riskanalys" }).click();
  await section.getByRole("button", { name: "Lägg till: risk", exact: true }).click();
  await section.getByLabel("Händelse").fill("Ett gammalt kort släpper in en obehörig");
  await section.getByLabel("Händelse").blur();
  await expect(section.locator(".risk__said")).toHaveText("Det kan hända att ett gammalt kort släpper in en obehörig.");

  const before = section.getByRole("group", { name: "Före åtgärd" });
  await before.getByRole("radio", { name: "Trolig, betydande: hög", exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(section.locator(".risk")).toContainText("Hög · åtgärd inom 90 dagar · informera: Bolagschefen");
  await page.keyboard.press("ArrowRight");
  await expect(before.getByRole("radio", { name: "Trolig, allvarlig: hög" })).toBeChecked();

  await section.getByLabel("Behandling").selectOption("Accepteras");
  await expect(section.locator(".risk")).toContainText("Lyft den, och skriv till vem.");
  await section.getByLabel("Lyft till").fill("Bolagschef");
  await section.getByLabel("Lyft till").blur();
  await expect(section.locator(".risk")).not.toContainText("Lyft den");
  await expect(section.getByRole("table", { name: "Riskerna som lista" })).toContainText("Hög");

  // Another matrix has another table; the risk is where it was.
  await section.getByRole("combobox", { name: "Riskmatris" }).selectOption("Fem gånger fem");
  await expect(before.getByRole("radio")).toHaveCount(25);
  await system.isSaved();
});

test("a treatment says which of the system's risks it treats", async ({ page }) => {
  const system = await systemIn(page, "Passersystem");
  const analyses = page.locator("#riskanalys");
  await analyses.getByRole("button", { name: "Lägg till: riskanalys" }).click();
  await analyses.getByRole("button", { name: "Lägg till: risk", exact: true }).click();
  const event = "Ett gammalt kort släpper in en obehörig";
  await analyses.getByLabel("Händelse").fill(event);
  await analyses.getByLabel("Händelse").blur();

  const plan = page.locator("#atgardsplan");
  await plan.getByLabel("Åtgärd", { exact: true }).fill("Spärra kort som inte används");
  await plan.getByRole("button", { name: "Lägg till: riskåtgärd" }).click();
  const risk = plan.getByLabel("Risk som åtgärdas");
  await expect(plan.locator(`datalist[id="${await risk.getAttribute("list")}"] option`)).toHaveAttribute("value", event);
  await risk.fill(event);
  await risk.blur();
  await expect(plan.locator(".record__head")).toContainText(event);
  await system.isSaved();
});

test("an organisation's own measures are taken into use, and answers follow them", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  let method = await Method.visit(page);
  await method.read(OWN.replace("from: K2", "from: K9"));
  await expect(page.getByRole("alert")).toContainText("Rad 16: from kan inte vara ”K9”. Inget är ändrat.");
  await method.read(OWN);
  await expect(page.getByRole("main")).toContainText("Nya åtgärder: 1. Ändrade: 1. Borttagna: 0.");
  await page.getByRole("button", { name: "Ta i bruk" }).click();
  await expect(page.getByRole("main")).toContainText("klassrum-1+egen-1 för åtgärderna");
  await method.isSaved();

  const systems = await Systems.visit(page);
  await systems.find.fill("Passersystem");
  await systems.says(1, 80);
  await systems.open("Passersystem");
  const measures = new Measures(page);
  await expect(measures.section).toContainText("Svaren är givna mot klassrum-1. Nu gäller klassrum-1+egen-1.");
  await expect(measures.section).toContainText("7 besvarade åtgärder kräver samma sak som förut.");
  await measures.section.getByRole("button", { name: "Behåll de svaren" }).click();
  const changed = measures.section.getByRole("table");
  await expect(changed.getByRole("row").filter({ has: page.getByRole("cell") })).toHaveCount(1);
  await expect(changed).toContainText("M08 Behörighet efter behov");
  await expect(changed).toContainText("M08 Behörighet efter beslut");
  await changed.getByRole("button", { name: "Behåll: Uppfyllt" }).click();
  await expect(measures.section).not.toContainText("Svaren är givna mot");
  await measures.chip("Alla").click();
  await expect(measures.measure("e1")).toContainText("Någon tar emot.");

  method = await Method.visit(page);
  await page.getByRole("button", { name: "Återkalla" }).click();
  await page.getByLabel("Skäl").fill("Bara ett prov");
  await page.getByRole("button", { name: "Återkalla" }).click();
  await expect(page.getByRole("main")).toContainText("klassrum-1 för åtgärderna");
});

test("the backlog says why each system comes next, and becomes a plan", async ({ page }) => {
  await (await Start.visit(page)).tryExample();
  const shell = new Shell(page);
  await shell.go("På tur");
  const items = page.locator(".backlog__item");
  await expect(items.first()).toContainText("Aldrig klassat.");
  await expect(items.first()).toContainText("Personuppgifter.");
  await expect(items).toHaveCount(50);
  await page.getByLabel("Klassningsmöten per månad").fill("3");
  await page.getByLabel("Klassningsmöten per månad").blur();
  await expect(page.getByRole("status").filter({ hasText: "möten" })).toContainText("33 möten, ungefär 50 timmar");
  await page.getByRole("button", { name: "Skriv in planen" }).click();
  await expect(page.getByRole("button", { name: "Skriv in planen" })).toBeDisabled();
  await expect(items.first()).toContainText("planerat till");
  await shell.undo.click();
  await expect(page.getByRole("button", { name: "Skriv in planen" })).toBeEnabled();
});
