// Six round a table: sealed votes, decisions with reasons, and one classification in the register.

import { readFileSync } from "node:fs";
import * as Automerge from "@automerge/automerge";
import { chromium, type Locator } from "@playwright/test";
import { expect, test as base, type Page } from "../fixtures.ts";
import { accept, atRelay, invite } from "../pages/invitation.ts";
import { Measures } from "../pages/method.ts";
import { Start } from "../pages/start.ts";
import { systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";
import { Seat } from "../pages/workshop.ts";
import { filmOf, qrFrame } from "../support/film.ts";
import { tabTo } from "../support/keys.ts";
import { expectNoBarriers } from "../support/barriers.ts";
import { startForger } from "../support/forger.mjs";
import { startRelay } from "../support/relay.mjs";
import { tapBefore } from "../support/tap.mjs";
import { wordsOf } from "../support/zip.mjs";

const test = base.extend<{ relay: { url: string; stop: () => Promise<void> } }>({
  relay: async ({}, use) => {
    const relay = await startRelay();
    await use(relay);
    await relay.stop();
  },
  baseURL: async ({ relay }, use) => use(relay.url),
  newDevice: async ({ newDevice, relay }, use) => use((options) => newDevice({ baseURL: relay.url, ...options })),
});

const ROLES = ["Informationsägare", "Objektledare", "Arkivarie", "IT", "Dataskyddsombud"];
const ASPECTS = ["Konfidentialitet", "Riktighet", "Tillgänglighet", "Spårbarhet"];

/** A facilitator with a workshop, and the others at the table. */
async function table(ada: Page, newDevice: () => Promise<Page>, roles = ROLES, sets = ["Kort"]) {
  const { seat: leader, system } = await Seat.found(ada, "Passersystem", sets);
  const code = await leader.code();
  const others: Seat[] = [];
  for (const role of roles) others.push(await Seat.join(await newDevice(), code, role));
  await expect(leader.circles.getByRole("listitem")).toHaveCount(roles.length + 1);
  return { leader, others, code, system };
}

test("a whole sitting ends as one classification with its votes, attendance and reasons", async ({ page: ada, newDevice }) => {
  test.setTimeout(240_000);
  const { leader, others } = await table(ada, newDevice);
  const everyone = [leader, ...others];
  await leader.stop("Informationsmängder");
  await leader.next("Till frågorna");

  for (const [place, aspect] of ASPECTS.entries()) {
    for (const seat of everyone) await seat.isAsked("Kort", aspect);
    await leader.open();
    // The information owner is for 3, the others for 2.
    for (const [number, seat] of everyone.entries()) await seat.vote(number === 1 ? 3 : 2);
    for (const seat of everyone) await seat.hasVoted(6, 6);
    await leader.show();
    for (const seat of everyone) await seat.fell({ 3: 1, 2: 5 });
    await expect(leader.page.getByText("Kan någon på 3 berätta varför?")).toBeVisible();
    if (place === 0) {
      // Lower than the highest vote needs a reason.
      await leader.page.getByLabel(/^2 /).check();
      await leader.page.getByRole("button", { name: "Besluta 2", exact: true }).click();
      await expect(leader.page.getByText("Skriv varför ni beslutar lägre än den högsta rösten.")).toBeVisible();
      await leader.decide(2, "Korten spärras samma dag");
      for (const seat of everyone) await seat.isDecided(2);
      await others[0].page.getByLabel("Du röstade annorlunda. Vill du att något antecknas?").fill("Ett kort räcker för att komma in.");
      await others[0].page.getByRole("button", { name: "Anteckna" }).click();
      await expect(others[0].page.getByText("Antecknat.")).toBeVisible();
    } else {
      await leader.decide(3, "Högsta rösten gäller");
      for (const seat of everyone) await seat.isDecided(3);
    }
    await leader.next(place === 3 ? "Till åtgärderna" : "Nästa fråga");
  }

  const measures = leader.page.locator(".measure");
  await expect(measures.first()).toBeVisible();
  expect(await measures.count()).toBeGreaterThan(20);
  await measures.nth(0).getByLabel("Klart", { exact: true }).check();
  await measures.nth(1).getByLabel("Saknas").check();
  await measures.nth(1).getByLabel("Ansvarig").fill("IT");
  await measures.nth(1).getByLabel("Ansvarig").blur();
  await measures.nth(1).getByLabel("Klart senast").fill("2027-03-01");
  const missing = await measures.nth(1).getByRole("group").locator("legend").innerText();
  await expect(others[3].page.getByText(missing)).toBeVisible();
  // Everybody sees all that is asked, and what each thing asks for.
  await expect(others[3].page.locator(".notes__row")).toHaveCount(await measures.count());
  expect(await others[3].page.locator(".measure__expects").allInnerTexts()).toEqual(
    await measures.locator(".measure__expects").allInnerTexts(),
  );
  // What is another's says whose, and is not done for that.
  await measures.nth(2).getByLabel("Inte vårt").check();
  await expect(measures.nth(2).getByText("Skriv vems det är.")).toBeVisible();
  await measures.nth(2).getByLabel("Vems är det?").fill("Driftleverantör");
  await measures.nth(2).getByLabel("Vems är det?").blur();
  await expect(measures.nth(2).getByText("Skriv vems det är.")).toBeHidden();
  const theirs = await measures.nth(2).getByRole("group").locator("legend").innerText();
  await expect(others[3].page.locator(".notes__row").filter({ hasText: theirs })).toContainText("Driftleverantör");

  await leader.next("Till gallringen");
  await expect(leader.page.getByText("Arkivfunktionen sitter vid bordet.")).toBeVisible();
  await leader.page.getByLabel("Gallras", { exact: true }).check();
  await leader.page.getByLabel("Gallras när").fill("två år efter att kortet lämnats tillbaka");
  await leader.page.getByLabel("Gallras när").blur();
  await leader.next("Till sammanfattningen");

  for (const seat of everyone) {
    await expect(seat.page.getByText("Korten spärras samma dag")).toBeVisible();
    await expect(seat.page.getByText("Ett kort räcker för att komma in.")).toBeVisible();
    await expect(seat.page.getByText("Gallras två år efter att kortet lämnats tillbaka")).toBeVisible();
  }
  await expect(leader.page.getByLabel("Beslutas av (informationsägare)")).toHaveValue("Informationsägare");
  await leader.next("Avsluta workshopen");
  for (const seat of everyone) await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();

  const download = leader.page.waitForEvent("download");
  await leader.next("Hämta protokollet (Word)");
  const minutes = wordsOf(readFileSync(await (await download).path()));
  for (const said of ["Protokoll: klassning av Passersystem", "Arkivarie", "Korten spärras samma dag", "Omgång 1: 1 på 3, 5 på 2", missing]) {
    expect(minutes).toContain(said);
  }
  // On paper the minutes have a head, and nothing of the page round them.
  const paper = leader.page.locator(".minutes__title");
  await expect(paper).toBeHidden();
  await leader.page.emulateMedia({ media: "print" });
  await expect(paper).toHaveText("Protokoll: klassning av Passersystem");
  await expect(paper).toBeVisible();
  await expect(leader.page.getByRole("table", { name: "Åtgärder" })).toBeVisible();
  for (const name of ["För in i registret", "Sammanfattning"]) {
    await expect(leader.page.getByRole("heading", { name, exact: true })).toBeHidden();
  }
  await expect(leader.page.getByText("Läs det högt innan ni avslutar.")).toBeHidden();
  await expect(leader.page.getByRole("button")).toHaveCount(0);
  await leader.page.emulateMedia({ media: null });

  await leader.next("För in i registret");
  await expect(leader.page.getByText("Workshopen är införd i registret.")).toBeVisible();

  // What is changed after the end is in no minutes before it is ended again, and then comes into the register too.
  await leader.ask("Kort", "Riktighet");
  await leader.next("Ändra beslutet");
  await leader.page.getByLabel(/^2 /).check();
  await leader.decide(2, "Den andra källan räcker");
  for (const seat of everyone) await seat.isDecided(2);
  await leader.stop("Sammanfattning");
  for (const seat of everyone) {
    await expect(seat.page.getByText(/^Något har ändrats sedan workshopen avslutades/)).toBeVisible();
    await expect(seat.page.getByText("Den andra källan räcker")).toBeVisible();
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeHidden();
    await expect(seat.page.getByRole("button", { name: "Hämta protokollet (Word)" })).toHaveCount(0);
  }
  await expect(leader.page.getByText("Workshopen är införd i registret.")).toHaveCount(0);
  await leader.next("Avsluta igen");
  for (const seat of everyone) await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
  await leader.next("För in i registret");
  await leader.page.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Passersystem");
  const held = ada.locator(".held");
  await expect(held).toContainText("K 2");
  await expect(held).toContainText("R 2");
  await expect(held).toContainText("S 3");
  await expect(ada.locator("#handlingsplan").getByText(missing)).toBeVisible();
  await expect(ada.locator("#handlingsplan").getByText(theirs)).toBeVisible();
  // The decision that stands leads back to its sitting.
  const decision = ada.locator("#klassning .decision").filter({ has: ada.locator("caption"), hasNotText: "Återkallad" });
  await decision.getByText(/^Klassningsmötet /).click();
  await expect(decision.getByText(/^Leddes av Informationssäkerhetssamordnare\./)).toBeVisible();
  await expect(decision.getByRole("listitem").filter({ hasText: "Arkivarie" })).toBeVisible();
  await expect(decision.getByRole("row", { name: /^Konfidentialitet, omgång 1/ })).toContainText("1 på 3, 5 på 2");
  await expect(decision.getByRole("listitem").filter({ hasText: "Ett kort räcker för att komma in." })).toBeVisible();
  await expect(ada.locator("#information").getByText("Kort", { exact: true })).toBeVisible();
});

test("what the table writes down of its information sets a floor, and nobody decides below it", async ({ page: ada, newDevice }) => {
  test.setTimeout(120_000);
  const { leader, others } = await table(ada, newDevice, ["Informationsägare"]);
  const everyone = [leader, ...others];
  const facts = ada.getByRole("group", { name: /^Det här vet vi om informationen ?: Kort$/ });
  await leader.stop("Informationsmängder");
  await facts.getByLabel("Känsliga personuppgifter").check();
  for (const seat of everyone) await expect(seat.page.getByText("K minst 2: Här finns känsliga personuppgifter")).toBeVisible();
  // Only whoever leads writes it down.
  await expect(others[0].page.getByRole("checkbox")).toHaveCount(0);

  await leader.ask("Kort", "Konfidentialitet");
  for (const seat of everyone) await expect(seat.page.locator("[data-floor]")).toContainText("Här finns känsliga personuppgifter");
  await leader.open();
  for (const seat of everyone) await seat.vote(1);
  await leader.hasVoted(2, 2);
  await leader.show();
  await leader.fell({ 1: 2 });
  await ada.getByLabel(/^1 /).check();
  await expect(ada.getByText(/^Nivån ligger under golvet\./)).toBeVisible();
  await expect(ada.getByRole("button", { name: "Besluta 1", exact: true })).toBeDisabled();
  await ada.getByLabel(/^2 /).check();
  await leader.decide(2);
  for (const seat of everyone) await seat.isDecided(2);

  // What comes to light after the decision is said where it was taken.
  await leader.stop("Informationsmängder");
  await facts.getByLabel("Sekretess: paragraf i OSL").fill("18 kap. 8 §");
  await facts.getByLabel("Sekretess: paragraf i OSL").blur();
  for (const seat of everyone) await expect(seat.page.getByText(/^K minst 3: Sekretess för säkerhets- och bevakningsåtgärder/)).toBeVisible();
  await leader.ask("Kort", "Konfidentialitet");
  for (const seat of everyone) await expect(seat.page.locator("[data-not-counted]")).toContainText("Ett beslut om 2 räknas inte");
  await leader.decide(3);
  for (const seat of everyone) {
    await seat.isDecided(3);
    await expect(seat.page.locator("[data-not-counted]")).toHaveCount(0);
  }
});

test("what the register has answered is at the table, and one touch says it again", async ({ page: ada, newDevice }) => {
  test.setTimeout(120_000);
  await (await Start.visit(ada)).tryExample();
  const systems = await Systems.visit(ada);
  await systems.find.fill("Passersystem");
  const system = await systems.open("Passersystem");
  const measures = new Measures(ada);
  await measures.chip("Alla").click();
  await measures.answer("m13", "Delvis");
  await system.isSaved();

  const leader = await Seat.begin(ada);
  const ben = await Seat.join(await newDevice(), await leader.code(), "Informationsägare");
  const agenda = ada.getByRole("navigation", { name: "Dagordning" });
  await agenda.getByRole("group").first().getByRole("button", { name: /^Konfidentialitet:/ }).click();
  await leader.open();
  for (const seat of [leader, ben]) await seat.vote(3);
  await leader.hasVoted(2, 2);
  await leader.show();
  await leader.decide(3, "Sekretess");
  await leader.isDecided(3);
  await leader.stop("Åtgärder");

  const title = "Flerfaktor i systemet";
  const row = leader.page.locator(".measure").filter({ hasText: title });
  const today = new Date().toLocaleDateString("sv-SE");
  await expect(row).toContainText(`I registret: Delvis, ${today}`);
  await expect(row.getByRole("radio", { checked: true })).toHaveCount(0);
  const heard = ben.page.getByRole("listitem").filter({ hasText: title });
  await expect(heard).toContainText(`I registret: Delvis, ${today}`);

  // The wall shows the one to talk about: the first that nothing is said of.
  const wall = await ada.context().newPage();
  await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);
  const next = wall.locator("[data-next] .measure__title");
  await expect(wall.getByRole("main")).toContainText(/Ni har svarat om 0 av \d\d\./);
  const first = (await next.textContent()) ?? "";
  expect(first).not.toBe("");
  await leader.page.getByRole("group", { name: first, exact: true }).getByRole("radio").first().check();
  await expect(next).not.toHaveText(first);
  await expect(wall.getByRole("main")).toContainText(/Ni har svarat om 1 av \d\d\./);

  await row.getByRole("button", { name: /^Stämmer fortfarande/ }).click();
  await expect(row.getByRole("radio", { name: "Delvis" })).toBeChecked();
  await expect(row.getByRole("button", { name: /^Stämmer fortfarande/ })).toHaveCount(0);
  await expect(heard.getByText("Delvis", { exact: true })).toBeVisible();

  await leader.stop("Sammanfattning");
  await leader.next("Avsluta workshopen");
  await leader.next("För in i registret");
  await leader.page.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Passersystem");
  await measures.chip("Alla").click();
  await expect(measures.measure("m13").getByRole("radio", { name: "Delvis" })).toBeChecked();
  await expect(ada.locator("#handlingsplan").getByText(title)).toHaveCount(1);
});

test("anybody at the table proposes a risk, who leads strikes one, and the rest come into the register and the minutes", async ({
  page: ada,
  newDevice,
}) => {
  test.setTimeout(120_000);
  const { leader, others } = await table(ada, newDevice, ["Informationsägare", "Arkivarie"]);
  const everyone = [leader, ...others];
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  for (const seat of everyone) await seat.vote(2);
  await leader.hasVoted(3, 3);
  await leader.show();
  // As long as a vote is not opened, a decision needs a reason.
  await leader.fell({ 2: 3 });
  await leader.decide(2);
  await leader.isDecided(2);
  await leader.stop("Bevara och gallra");
  await leader.next("Till riskerna, om tiden räcker");
  for (const seat of everyone) await expect(seat.heading).toHaveText("Risker, om tiden räcker");

  const [owner, archivist] = others;
  await owner.page.getByRole("radio", { name: "Trolig, betydande: hög", exact: true }).check();
  await expect(owner.page.getByRole("status").filter({ hasText: "Hög" })).toBeVisible();
  await owner.propose("Korten spärras sent", "Ett gammalt kort släpper in en obehörig");
  await archivist.propose("", "Solen slocknar", "Osannolik, försumbar: låg");
  for (const seat of everyone) {
    await expect(seat.risk("gammalt kort")).toContainText("Hög");
    await expect(seat.risk("solen slocknar")).toContainText("Låg");
  }
  // Of another's risk, only whoever leads says more; and strikes.
  await expect(archivist.risk("gammalt kort").getByRole("button")).toHaveCount(0);
  await expect(archivist.risk("solen slocknar").getByRole("button", { name: /^Stryk/ })).toHaveCount(0);
  await leader.risk("solen slocknar").getByRole("button", { name: /^Stryk/ }).click();
  for (const seat of everyone) await expect(seat.risk("solen slocknar")).toContainText("Struken.");

  const kept = leader.risk("gammalt kort");
  await kept.getByRole("button", { name: /^Ändra/ }).click();
  await kept.getByLabel("Riskägare").fill("Informationsägare");
  await kept.getByLabel("Behandling").selectOption("Accepteras");
  await kept.getByLabel("Accepteras till och med").fill("2027-03-01");
  await kept.getByRole("button", { name: "Spara ändringen" }).click();
  for (const seat of everyone) await expect(seat.risk("gammalt kort")).toContainText("Informationsägare, Accepteras, till och med 1 mars 2027");

  await leader.next("Till sammanfattningen");
  for (const seat of everyone) {
    const minutes = seat.page.getByRole("table", { name: "Risker" });
    await expect(minutes).toContainText("Hög (trolig, betydande)");
    await expect(minutes).not.toContainText("solen slocknar");
  }
  await leader.next("Avsluta workshopen");
  const download = leader.page.waitForEvent("download");
  await leader.next("Hämta protokollet (Word)");
  const words = wordsOf(readFileSync(await (await download).path()));
  expect(words).toContain("Eftersom korten spärras sent kan det hända att ett gammalt kort släpper in en obehörig.");
  expect(words).not.toContain("solen slocknar");

  await leader.next("För in i registret");
  await leader.page.getByRole("link", { name: "Till systemet" }).click();
  const analyses = ada.locator("#riskanalys");
  await expect(analyses.getByRole("button", { name: /^Riskanalys på klassningsworkshop/ })).toHaveCount(1);
  await analyses.getByRole("button", { name: /^Riskanalys på klassningsworkshop/ }).click();
  const list = analyses.getByRole("table", { name: "Riskerna som lista" });
  await expect(list).toContainText("ett gammalt kort släpper in en obehörig");
  await expect(list.getByRole("row")).toHaveCount(2);
});

test("two systems are classified in turn at one table, and each is a decision of its own", async ({ page: ada, newDevice }) => {
  test.setTimeout(240_000);
  await systemIn(ada, "Tidbok");
  const systems = await Systems.visit(ada);
  await systems.startAdding();
  await systems.add("Passersystem");
  await (await systems.open("Passersystem")).isSaved();
  const leader = await Seat.begin(ada);
  const code = await leader.code();
  const others: Seat[] = [];
  for (const role of ["Informationsägare", "Arkivarie"]) others.push(await Seat.join(await newDevice(), code, role));
  const everyone = [leader, ...others];
  await expect(leader.circles.getByRole("listitem")).toHaveCount(3);
  const wall = await ada.context().newPage();
  await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);

  /** Votes on a question, and decides it by the highest vote. */
  const classify = async (system: string, levels: number[]) => {
    await leader.ask(`All information i ${system}`, "Konfidentialitet");
    for (const seat of everyone) await seat.isAsked(`All information i ${system}`, "Konfidentialitet");
    await leader.open();
    for (const [number, seat] of everyone.entries()) await seat.vote(levels[number]);
    for (const seat of everyone) await seat.hasVoted(3, 3);
    await leader.show();
    const highest = Math.max(...levels);
    for (const seat of everyone) await seat.fell({ [highest]: levels.filter((level) => level === highest).length });
    await leader.decide(highest, `Så är det med ${system}`);
    for (const seat of everyone) await seat.isDecided(highest);
  };
  await classify("Passersystem", [1, 1, 3]);
  await leader.stop("Sammanfattning");
  await leader.next("Avsluta workshopen");
  for (const seat of everyone) await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();

  // Only whoever has the register is offered the next, and the one that was taken is not.
  for (const seat of others) await expect(seat.page.getByText("Nästa system")).toHaveCount(0);
  const offered = ada.getByRole("list", { name: "Nästa system" }).getByRole("button");
  await ada.getByLabel("Sök i registret").fill("s");
  await expect(offered).toHaveCount(0);
  await ada.getByLabel("Sök i registret").fill("tid");
  await leader.next("Tidbok");
  for (const seat of everyone) {
    await expect(seat.heading).toHaveText("Syfte och fakta");
    await expect(seat.page.locator(".sitting__name")).toHaveText("Tidbok");
  }
  await expect(wall.locator(".sitting__name")).toHaveText("Tidbok");
  // A vote with the same set and aspect as before: nothing of the first is there.
  await classify("Tidbok", [2, 0, 0]);

  await leader.stop("Sammanfattning");
  for (const seat of everyone) {
    await expect(seat.page.getByRole("cell", { name: "Så är det med Tidbok", exact: true })).toBeVisible();
    await expect(seat.page.getByRole("cell", { name: "Så är det med Passersystem", exact: true })).toHaveCount(0);
  }
  await leader.next("Avsluta workshopen");
  const minutes = async () => {
    const download = ada.waitForEvent("download");
    await leader.next("Hämta protokollet (Word)");
    return wordsOf(readFileSync(await (await download).path()));
  };
  expect(await minutes()).toContain("Protokoll: klassning av Tidbok");
  await leader.next("För in i registret");
  await expect(ada.getByRole("link", { name: "Till systemet" })).toBeVisible();

  // Back to the first, with everybody: it is as it was left, and comes into the register by itself.
  await ada.getByRole("group", { name: "System", exact: true }).getByRole("button", { name: /^Passersystem/ }).click();
  for (const seat of everyone) {
    await expect(seat.page.getByRole("cell", { name: "Så är det med Passersystem", exact: true })).toBeVisible();
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
  }
  const words = await minutes();
  expect(words).toContain("Protokoll: klassning av Passersystem");
  expect(words).not.toContain("Så är det med Tidbok");
  await leader.next("För in i registret");
  await ada.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Passersystem");
  await expect(ada.locator(".held")).toContainText("K 3");
  await (await Systems.visit(ada)).open("Tidbok");
  await expect(ada.locator(".held")).toContainText("K 2");
});

test("the whole is raised for its volume, with the reason, and never below its information", async ({ page: ada }) => {
  const { seat } = await Seat.found(ada, "Passersystem", ["Kort"]);
  await seat.ask("Kort", "Konfidentialitet");
  await seat.open();
  await seat.vote(2);
  await seat.hasVoted(1, 1);
  await seat.show();
  await seat.decide(2);
  await seat.isDecided(2);
  await seat.ask("Systemet som helhet", "Konfidentialitet");
  await expect(ada.getByText("Högst bland informationsmängderna: 2")).toBeVisible();
  await ada.getByLabel(/^1 /).check();
  await expect(ada.getByText("Systemet som helhet kan inte ligga lägre än sina informationsmängder.")).toBeVisible();
  await ada.getByLabel(/^3 /).check();
  await seat.decide(3);
  await expect(ada.getByText(/^Välj varför systemet ligger högre/)).toBeVisible();
  await ada.getByLabel("Varför högre än informationsmängderna?").selectOption("Ackumulering (mängden)");
  await seat.decide(3, "Alla skolors kort på ett ställe");
  await seat.isDecided(3);
  await expect(ada.getByText("Höjd: ackumulering (mängden)")).toBeVisible();
  await seat.stop("Sammanfattning");
  await seat.page.getByLabel("Beslutas av (informationsägare)").fill("Informationsägare");
  await seat.next("Avsluta workshopen");
  await seat.next("För in i registret");
  await ada.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.locator(".held")).toContainText("K 3");
  await expect(ada.locator("#klassning")).toContainText("Alla skolors kort på ett ställe");
  await expect(ada.locator("#klassning")).toContainText("höjd: Ackumulering (mängden)");
});

test("who points the camera at the picture comes in, and the camera goes off", async ({ page: ada, relay, complaints }) => {
  test.setTimeout(120_000);
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  const [other, invitation] = await Promise.all([qrFrame(ada, null), qrFrame(ada, ".invitation__code")]);
  const { film, remove } = filmOf([other, invitation]);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`],
  });
  try {
    const context = await browser.newContext({ baseURL: relay.url, locale: "sv-SE" });
    context.on("weberror", (error) => complaints.hear(String(error.error())));
    const page = await context.newPage();
    // What every camera that was asked for is doing.
    await page.addInitScript(() => {
      const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const tracks: MediaStreamTrack[] = ((window as never as { tracks: MediaStreamTrack[] }).tracks = []);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await asked(constraints);
        tracks.push(...stream.getTracks());
        return stream;
      };
    });
    const states = () => page.evaluate(() => (window as never as { tracks: MediaStreamTrack[] }).tracks.map((track) => track.readyState));
    await page.goto("/workshop");
    const read = page.getByRole("button", { name: "Läs rutkoden med kameran" });
    const box = page.getByRole("dialog", { name: "Läs rutkoden med kameran" });
    await read.click();
    await expect.poll(states).toEqual(["live"]);
    await page.keyboard.press("Escape");
    await expect(box).toBeHidden();
    await expect.poll(states).toEqual(["ended"]);
    await read.click();
    await expect(page.getByLabel("Roll")).toBeVisible({ timeout: 30_000 });
    expect(await states()).toEqual(["ended", "ended"]);
    await Seat.sitDown(page, "Arkivarie");
    await expect(leader.circles.getByRole("listitem")).toHaveCount(2);
  } finally {
    await browser.close();
    remove();
  }
});

test("where the browser gives no camera, the code is typed", async ({ newDevice }) => {
  const without = await newDevice();
  await without.addInitScript(() => Object.defineProperty(Navigator.prototype, "mediaDevices", { value: undefined }));
  await without.goto("/workshop");
  await expect(without.getByLabel("Kod", { exact: true })).toBeVisible();
  await expect(without.getByRole("button", { name: /kameran/ })).toHaveCount(0);
  // The person says no: it is said, and the code is still there.
  const refused = await newDevice();
  await refused.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await refused.goto("/workshop");
  await refused.getByRole("button", { name: "Läs rutkoden med kameran" }).click();
  await expect(refused.getByRole("alert").filter({ hasText: "Kameran får inte användas" })).toBeVisible();
  await refused.getByRole("button", { name: "Avbryt" }).click();
  await expect(refused.getByLabel("Kod", { exact: true })).toBeVisible();
});

test("two who lose the network in the middle vote on, and nothing is lost", async ({ page: ada, newDevice, complaints }) => {
  test.setTimeout(240_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const { leader, others } = await table(ada, newDevice);
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  for (const seat of others) await seat.hasVoted(0, 6);
  const away = others.slice(0, 2);
  for (const seat of away) await seat.page.context().setOffline(true);
  // They can't be heard, but they can vote.
  for (const seat of away) {
    await seat.vote(3);
    await seat.hasVoted(1, 6);
  }
  for (const seat of [leader, ...others.slice(2)]) await seat.vote(1);
  await leader.hasVoted(4, 6);
  for (const seat of away) await seat.page.context().setOffline(false);
  await leader.hasVoted(6, 6);
  // Away again before the votes are shown: theirs count, and are opened when they are back.
  for (const seat of away) await seat.page.context().setOffline(true);
  await leader.show();
  await leader.fell({ 3: 0, 1: 4 });
  await expect(leader.page.getByText("Röster som inte är öppnade än, därför att enheten är borta: 2")).toBeVisible();
  for (const seat of away) await seat.page.context().setOffline(false);
  for (const seat of [leader, ...others]) await seat.fell({ 3: 2, 1: 4 });
  await leader.decide(3, "Två har sett det hända");
  for (const seat of [leader, ...others]) await seat.isDecided(3);
});

test("a whole sitting goes to its end with two away from the first question on, and what they voted counts", async ({
  page: ada,
  newDevice,
  complaints,
}) => {
  test.setTimeout(300_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const { leader, others } = await table(ada, newDevice);
  const there = [leader, ...others.slice(0, 3)];
  const away = others.slice(3);
  await leader.ask("Kort", ASPECTS[0]);
  await leader.open();
  for (const seat of others) await seat.hasVoted(0, 6);
  for (const seat of away) {
    await seat.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await seat.page.context().setOffline(true);
    await seat.vote(3);
  }

  for (const [place, aspect] of ASPECTS.entries()) {
    if (place > 0) {
      await leader.next("Nästa fråga");
      for (const seat of there) await seat.isAsked("Kort", aspect);
      await leader.open();
    }
    for (const seat of there) await seat.vote(1);
    for (const seat of there) await seat.hasVoted(4, 6);
    await leader.show();
    for (const seat of there) await seat.fell({ 3: 0, 1: 4 });
    await leader.decide(1, "Fyra av fyra");
    for (const seat of there) await seat.isDecided(1);
  }
  await leader.stop("Sammanfattning");
  const row = (seat: Seat, aspect: string) => seat.page.getByRole("row", { name: `Kort: ${aspect}` });
  for (const seat of there) {
    await expect(row(seat, "konfidentialitet")).toContainText("Omgång 1: 4 på 1");
    await expect(row(seat, "konfidentialitet")).not.toContainText("kom sent");
  }

  // Those who are away are where they were, with their vote, also when the page begins anew without a network.
  await away[0].page.reload();
  for (const seat of away) {
    await seat.isAsked("Kort", ASPECTS[0]);
    await seat.hasVoted(1, 6);
    await expect(seat.cards.getByRole("button", { pressed: true })).toHaveAccessibleName(/^3 /);
  }

  for (const seat of away) await seat.page.context().setOffline(false);
  for (const seat of [...there, ...away]) {
    await expect(seat.heading).toHaveText("Sammanfattning");
    await expect(row(seat, "konfidentialitet")).toContainText("Omgång 1: 4 på 1; kom sent: 2 på 3");
  }
  await leader.ask("Kort", ASPECTS[0]);
  for (const seat of [...there, ...away]) await expect(seat.page.getByText("Kom sent och räknas inte: 2 på 3")).toBeVisible();
  await leader.next("Räkna med dem");
  for (const seat of [...there, ...away]) await seat.fell({ 3: 2, 1: 4 });
  await leader.next("Ändra beslutet");
  await leader.decide(3, "Två som var borta har sett det hända");
  for (const seat of [...there, ...away]) await seat.isDecided(3);

  await leader.stop("Sammanfattning");
  await leader.next("Avsluta workshopen");
  for (const seat of [...there, ...away]) {
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
    await expect(row(seat, "konfidentialitet")).toContainText("Omgång 1: 2 på 3, 4 på 1");
    await expect(row(seat, "konfidentialitet")).toContainText("Två som var borta har sett det hända");
  }
  await leader.next("För in i registret");
  await ada.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Passersystem");
  for (const level of ["K 3", "R 1", "T 1", "S 1"]) await expect(ada.locator(".held")).toContainText(level);
  const decision = ada.locator("#klassning .decision").filter({ has: ada.locator("caption") });
  await decision.getByText(/^Klassningsmötet /).click();
  for (const role of ROLES) await expect(decision.getByRole("listitem").filter({ hasText: new RegExp(`^${role}$`) })).toBeVisible();
  await expect(decision.getByRole("row", { name: /^Konfidentialitet, omgång 1/ })).toContainText("2 på 3, 4 på 1");
  await expect(decision.getByRole("row", { name: /^Riktighet, omgång 1/ })).toContainText("4 på 1");
});

test("who is back only after the end is heard, and the end stands until whoever leads counts the vote", async ({
  page: ada,
  newDevice,
  complaints,
}) => {
  test.setTimeout(240_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const { leader, others } = await table(ada, newDevice, ["Arkivarie", "IT"]);
  const [archivist, it] = others;
  const everyone = [leader, archivist, it];
  const row = (seat: Seat) => seat.page.getByRole("row", { name: "Kort: konfidentialitet" });
  const isOver = (seat: Seat) => expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  await it.hasVoted(0, 3);
  await it.page.context().setOffline(true);
  await it.vote(3);
  for (const seat of [leader, archivist]) await seat.vote(1);
  await leader.hasVoted(2, 3);
  await leader.show();
  await leader.fell({ 3: 0, 1: 2 });
  await leader.decide(1, "Två av två");
  await leader.stop("Sammanfattning");
  await ada.getByLabel("Beslutas av (informationsägare)").fill("Informationsägare");
  await leader.next("Avsluta workshopen");
  for (const seat of [leader, archivist]) {
    await isOver(seat);
    await expect(row(seat)).not.toContainText("kom sent");
  }
  await leader.next("För in i registret");
  await expect(ada.getByText("Workshopen är införd i registret.")).toBeVisible();
  await it.isAsked("Kort", "Konfidentialitet");

  await it.page.context().setOffline(false);
  for (const seat of everyone) {
    await expect(seat.heading).toHaveText("Sammanfattning");
    await expect(row(seat)).toContainText("Omgång 1: 2 på 1; kom sent: 1 på 3");
    await expect(row(seat)).toContainText("Två av två");
    await isOver(seat);
  }

  await leader.ask("Kort", "Konfidentialitet");
  await leader.next("Räkna med dem");
  for (const seat of everyone) await seat.fell({ 3: 1, 1: 2 });
  await leader.next("Ändra beslutet");
  await leader.decide(3, "IT har sett det hända");
  for (const seat of everyone) await seat.isDecided(3);
  await leader.stop("Sammanfattning");
  for (const seat of everyone) {
    await expect(seat.page.getByText(/^Något har ändrats sedan workshopen avslutades/)).toBeVisible();
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeHidden();
  }
  await leader.next("Avsluta igen");
  for (const seat of everyone) await isOver(seat);
  await leader.next("För in i registret");
  await ada.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.locator(".held")).toContainText("K 3");
  const stands = ada.locator("#klassning .decision").filter({ has: ada.locator("caption"), hasNotText: "Återkallad" });
  await expect(stands).toHaveCount(1);
  await expect(stands).toContainText("IT har sett det hända");
});

test("without any network a single tablet holds a whole sitting, which is in the register and in the minutes", async ({
  page: ada,
  complaints,
}) => {
  test.setTimeout(120_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED|ERR_FAILED \(\S+\/address\)/);
  await ada.goto("/");
  await ada.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await ada.context().setOffline(true);
  await ada.reload();
  const { seat } = await Seat.found(ada, "Passersystem", ["Kort"]);
  await seat.ask("Kort", "Konfidentialitet");
  await seat.open();
  await ada.getByText("Skicka runt").click();
  for (const [role, level] of [["Informationsägare", 2], ["Arkivarie", 1]] as const) {
    await seat.sitDownHere(role);
    await seat.voteAndPass(level);
  }
  await seat.takeUp("Informationssäkerhetssamordnare");
  await seat.voteAndPass(2);
  await seat.hasVoted(3, 3);
  await seat.show();
  await seat.fell({ 2: 2, 1: 1 });
  await seat.decide(2, "Korten spärras samma dag");
  await seat.isDecided(2);

  // The tablet is shut and opened again in the middle.
  await ada.reload();
  await seat.isDecided(2);
  await seat.stop("Sammanfattning");
  await expect(ada.getByLabel("Beslutas av (informationsägare)")).toHaveValue("Informationsägare");
  await seat.next("Avsluta workshopen");
  await expect(ada.getByText("Workshopen är avslutad.")).toBeVisible();
  const download = ada.waitForEvent("download");
  await seat.next("Hämta protokollet (Word)");
  const minutes = wordsOf(readFileSync(await (await download).path()));
  for (const said of ["Protokoll: klassning av Passersystem", "Arkivarie", "Korten spärras samma dag", "Omgång 1: 2 på 2, 1 på 1"]) {
    expect(minutes).toContain(said);
  }
  await seat.next("För in i registret");
  await ada.getByRole("link", { name: "Till systemet" }).click();
  await expect(ada.locator(".held")).toContainText("K 2");
  const decision = ada.locator("#klassning .decision").filter({ has: ada.locator("caption") });
  await decision.getByText(/^Klassningsmötet /).click();
  for (const role of ["Informationsägare", "Arkivarie"]) {
    await expect(decision.getByRole("listitem").filter({ hasText: new RegExp(`^${role}$`) })).toBeVisible();
  }
  await expect(decision.getByRole("row", { name: /^Konfidentialitet, omgång 1/ })).toContainText("2 på 2, 1 på 1");
});

test("two facilitators who decide and end apart without a network are both heard, and somebody settles it", async ({
  page: ada,
  newDevice,
  complaints,
}) => {
  test.setTimeout(240_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  const [code, address] = [await leader.code(), ada.url()];
  await ada.goto("/");
  const link = await invite(ada, "Bjud in att redigera");
  await ada.goto(address);
  // The one who is to lead too has the register, the archivist has not.
  const ben = await newDevice();
  await accept(ben, link);
  await expect(atRelay(ben)).toBeVisible();
  const second = await Seat.join(ben, code, "Objektledare");
  const archivist = await Seat.join(await newDevice(), code, "Arkivarie");
  const everyone = [leader, second, archivist];
  await expect(leader.circles.getByRole("listitem")).toHaveCount(3);
  const agenda = (seat: Seat) => seat.page.getByRole("navigation", { name: "Dagordning" });
  await expect(agenda(second)).toHaveCount(0);
  await leader.next("Gör till mötesledare: Objektledare");
  await expect(agenda(second)).toBeVisible();
  await expect(second.page.getByRole("button", { name: /^Gör till mötesledare/ })).toHaveCount(0);

  await leader.ask("Kort", "Konfidentialitet");
  for (const seat of everyone) await seat.isAsked("Kort", "Konfidentialitet");
  await second.open();
  for (const [number, seat] of everyone.entries()) await seat.vote(number === 1 ? 3 : 2);
  for (const seat of everyone) await seat.hasVoted(3, 3);
  await leader.show();
  for (const seat of everyone) await seat.fell({ 3: 1, 2: 2 });

  const apart = [
    { seat: leader, level: 2, reason: "Korten spärras samma dag" },
    { seat: second, level: 3, reason: "Spärren tog en vecka förra gången" },
  ];
  for (const { seat } of apart) await seat.page.context().setOffline(true);
  for (const { seat, level, reason } of apart) {
    await seat.page.getByLabel(new RegExp(`^${level} `)).check();
    await seat.decide(level, reason);
    await seat.isDecided(level);
    await seat.stop("Sammanfattning");
    await seat.page.getByLabel("Beslutas av (informationsägare)").fill("Informationsägare");
    await seat.next("Avsluta workshopen");
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
    await seat.next("För in i registret");
    await expect(seat.page.getByText("Workshopen är införd i registret.")).toBeVisible();
  }
  await expect(archivist.page.locator("[data-decided]")).toHaveCount(0);
  for (const { seat } of apart) await seat.page.context().setOffline(false);

  for (const seat of everyone) {
    await expect(seat.heading).toHaveText("Sammanfattning");
    await expect(seat.page.getByText(/^Två har avslutat workshopen olika på var sitt håll\. Båda sluten finns kvar/)).toBeVisible();
    await expect(seat.page.getByRole("row", { name: "Kort: konfidentialitet" })).toContainText("Två har beslutat olika; det högre gäller.");
  }
  // In the register both stand, on both devices, each with its reason.
  for (const { seat } of apart) {
    await expect(seat.page.getByText("Workshopen är införd i registret.")).toBeVisible();
    await seat.page.getByRole("link", { name: "Till systemet" }).click();
    const classifications = seat.page.locator("#klassning");
    await expect(classifications.getByText(/^Två klassningar från samma dag säger olika/)).toBeVisible();
    await expect(classifications.locator(".held")).toContainText("K 3");
    for (const { reason } of apart) await expect(classifications.getByText(reason).first()).toBeVisible();
    await seat.page.goto(address);
  }

  // At the table somebody settles it.
  await leader.ask("Kort", "Konfidentialitet");
  const both = apart.map(({ level, reason }) => `${level} (${reason})`);
  for (const seat of everyone) {
    const dispute = seat.page.getByRole("alert").filter({ hasText: /^Två har beslutat olika på var sitt håll: / });
    for (const one of both) await expect(dispute).toContainText(one);
    await seat.isDecided(3);
  }
  await leader.next("Ändra beslutet");
  await ada.getByLabel(/^2 /).check();
  await leader.decide(2, "Spärren är ny sedan i våras");
  for (const seat of everyone) {
    await seat.isDecided(2);
    await expect(seat.page.getByText(/^Två har beslutat olika/)).toBeHidden();
  }
  await leader.stop("Sammanfattning");
  await leader.next("Avsluta igen");
  for (const seat of everyone) {
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
    await expect(seat.page.getByText(/^Två har avslutat workshopen olika/)).toBeHidden();
  }
  await leader.next("För in i registret");
  await expect(ada.getByText("Workshopen är införd i registret.")).toBeVisible();
  for (const { seat } of apart) {
    await seat.page.getByRole("link", { name: "Till systemet" }).click();
    const classifications = seat.page.locator("#klassning");
    await expect(classifications.locator(".held")).toContainText("K 2");
    await expect(classifications.getByText(/^Två klassningar från samma dag säger olika/)).toHaveCount(0);
    const withdrawn = classifications.locator(".decision").filter({ hasText: "Återkallad" });
    for (const { reason } of apart) await expect(withdrawn.filter({ hasText: reason }).first()).toBeVisible();
    const stands = classifications.locator(".decision").filter({ hasNotText: "Återkallad" });
    await expect(stands.filter({ hasText: "Spärren är ny sedan i våras" }).first()).toBeVisible();
  }
});

test("a facilitator whose tab dies comes back to the same question, and the votes are there", async ({ page: ada, newDevice }) => {
  test.setTimeout(120_000);
  const { leader, others } = await table(ada, newDevice, ROLES.slice(0, 2));
  await leader.ask("Kort", "Tillgänglighet");
  await leader.open();
  for (const seat of [leader, ...others]) await seat.vote(2);
  await leader.hasVoted(3, 3);
  const address = ada.url();
  const context = ada.context();
  const cdp = await context.newCDPSession(ada);
  const crashed = ada.waitForEvent("crash");
  // What a crashed page is asked is never answered.
  void cdp.send("Page.crash").catch(() => {});
  await crashed;
  const again = await context.newPage();
  await again.goto(address);
  const back = new Seat(again);
  await back.isAsked("Kort", "Tillgänglighet");
  await back.hasVoted(3, 3);
  // Its own vote is known to it still, and opens.
  await expect(back.cards.getByRole("button", { name: /^2 / })).toHaveAttribute("aria-pressed", "true");
  await back.show();
  for (const seat of [back, ...others]) await seat.fell({ 2: 3 });
});

test("what is decided can be voted on again, and a wall that holds the line opens the facilitator's vote too", async ({
  page: ada,
  newDevice,
}) => {
  test.setTimeout(120_000);
  const { leader, others } = await table(ada, newDevice, ROLES.slice(0, 1));
  await leader.ask("Kort", "Riktighet");
  // The wall stays when the facilitator's own tab comes anew: from then on it is the one that speaks with the relay.
  const wall = await ada.context().newPage();
  await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);
  await expect(wall.getByRole("heading", { level: 1 })).toHaveText("Kort: Riktighet");
  await ada.reload();
  await leader.isAsked("Kort", "Riktighet");
  await leader.open();
  for (const seat of [leader, ...others]) await seat.vote(1);
  await leader.hasVoted(2, 2);
  await leader.show();
  for (const seat of [leader, ...others]) await seat.fell({ 1: 2 });
  await leader.decide(1);
  for (const seat of others) await seat.isDecided(1);

  await leader.next("Ändra beslutet");
  await leader.next("Rösta igen");
  for (const seat of [leader, ...others]) await seat.vote(3);
  await leader.hasVoted(2, 2);
  await leader.show();
  for (const seat of [leader, ...others]) await seat.fell({ 3: 2 });
  await leader.next("Ändra beslutet");
  await leader.decide(3);
  for (const seat of [leader, ...others]) await seat.isDecided(3);
  await expect(wall.locator(".decided__level")).toContainText("3");
});

/** Every database of a device, read by somebody who has the whole device. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const found: { database: string; store: string; bytes: number[] }[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((done, failed) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => done(opening.result);
        opening.onerror = () => failed(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const values = await new Promise<unknown[]>((done, failed) => {
          const asked = database.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => done(asked.result);
          asked.onerror = () => failed(asked.error);
        });
        for (const value of values) found.push({ database: name, store, bytes: [...(value as Uint8Array)] });
      }
      database.close();
    }
    return found;
  });

/** Every statement that anybody has written in the workshop that a device holds, forged or not, also where it was deleted. */
async function writtenIn(page: Page) {
  // The first change is the same in every workshop, and so is not stored with it.
  const first = readFileSync(new URL("../../../src/document/workshop.automerge", import.meta.url));
  let document = Automerge.loadIncremental(Automerge.init(), new Uint8Array(first));
  for (const { database, store, bytes } of await stored(page)) {
    if (/^klassrum\.workshop-[0-9a-f]+$/.test(database) && store === "pieces") {
      document = Automerge.loadIncremental(document, new Uint8Array(bytes));
    }
  }
  const values = Automerge.getAllChanges(document).flatMap((change) => Automerge.decodeChange(change).ops.map((op) => op.value));
  // A version and a key come before the signature, and then what is said.
  return values
    .filter((value) => typeof value === "object" && value !== null)
    .map((value) => Buffer.from(value as Uint8Array))
    .map((bytes) => ({ by: bytes.toString("hex", 1, 33), said: JSON.parse(bytes.toString("utf8", 97)).said }));
}

const statementsIn = async (page: Page) => (await writtenIn(page)).map(({ said }) => said);

test("nobody reads a vote before it is opened: not in what devices store, and not on the wire", async ({ newDevice, relay }) => {
  test.setTimeout(120_000);
  const tap = await tapBefore(relay.url);
  const ada = await newDevice({ baseURL: tap.url });
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  const ben = await Seat.join(await newDevice({ baseURL: tap.url }), await leader.code(), "Arkivarie");
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  await ben.vote(3);
  await leader.hasVoted(1, 2);
  // A vote has come to Ada's device, and holds a hash and nothing else; nothing there or with Ben opens it.
  for (const device of [ada, ben.page]) {
    const said = await statementsIn(device);
    const votes = said.filter((said) => said.vote);
    expect(votes).toHaveLength(1);
    expect(Object.keys(votes[0].vote).sort()).toEqual(["commitment", "round"]);
    expect(votes[0].vote.commitment).toMatch(/^[0-9a-f]{64}$/);
    expect(said.filter((said) => said.reveal)).toHaveLength(0);
  }
  await leader.show();
  await leader.fell({ 3: 1 });
  await expect.poll(async () => (await statementsIn(ada)).filter((said) => said.reveal).length).toBe(1);
  // What goes over the wire is sealed, before and after.
  const traffic = Buffer.concat(tap.socketBytes());
  expect(traffic.length).toBeGreaterThan(2_000);
  for (const word of ["commitment", "nonce", "Arkivarie", "Passersystem"]) expect(traffic.includes(word)).toBe(false);
  await tap.close();
});

test("a vote in another's name, and a second one of one's own, change nothing whatever tools they are made with", async ({
  page: ada,
  newDevice,
  relay,
}) => {
  test.setTimeout(120_000);
  const { leader, others, code } = await table(ada, newDevice, ["Arkivarie"]);
  const [archivist] = others;
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  await leader.vote(2);
  await archivist.vote(2);
  await leader.hasVoted(2, 2);
  const forger = startForger(relay.url, code);
  try {
    await forger.said("voted");
    // Theirs is the third seat and the third vote; the round is still open, and the archivist's vote given.
    for (const seat of [leader, archivist]) await seat.hasVoted(3, 3);
    await expect(archivist.cards.getByRole("button", { pressed: true })).toHaveAccessibleName(/^2 /);
    await leader.show();
    for (const seat of [leader, archivist]) await seat.fell({ 3: 0, 2: 2, 1: 0 });
    forger.goOn();
    await forger.said("opened");
  } finally {
    forger.stop();
  }
  const counted = async (seat: Seat) => {
    await seat.fell({ 3: 0, 2: 2, 1: 1 });
    await expect(seat.page.getByText(/^Kom sent/)).toBeHidden();
    await expect(seat.page.getByText(/^Röster som inte är öppnade än/)).toBeHidden();
    await expect(seat.page.locator("[data-decided]")).toHaveCount(0);
  };
  for (const seat of [leader, archivist]) await counted(seat);

  // All of the forgery has come to the devices: the votes in the archivist's name, and what was to open and decide them.
  const written = await writtenIn(ada);
  const votes = written.filter(({ said }) => said.vote);
  const byOf = (role: string) => written.find(({ said }) => said.join?.role === role)?.by;
  // One is true, one is for another level, one takes it back.
  const asArchivist = votes.filter(({ by }) => by === byOf("Arkivarie")).map(({ said }) => said.vote.commitment);
  expect(new Set(asArchivist).size).toBe(3);
  expect(votes.filter(({ by }) => by === byOf("Driftleverantör"))).toHaveLength(2);
  expect(written.filter(({ said }) => said.decide?.reason === "Förfalskat")).toHaveLength(2);

  // A page that begins anew reads the same, and the sitting goes on.
  await archivist.page.reload();
  for (const seat of [leader, archivist]) await counted(seat);
  await leader.decide(2, "Två av tre");
  for (const seat of [leader, archivist]) await seat.isDecided(2);
  await leader.stop("Sammanfattning");
  for (const seat of [leader, archivist]) {
    await expect(seat.page.getByRole("row", { name: "Kort: konfidentialitet" })).toContainText("Omgång 1: 2 på 2, 1 på 1");
    await expect(seat.page.getByText("Förfalskat")).toHaveCount(0);
  }
});

test("a code with a slip is said to be wrong, and an observer is waited for by nobody", async ({ page: ada, newDevice }) => {
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  const code = await leader.code();
  const ben = await newDevice();
  await ben.goto("/workshop");
  await ben.getByLabel("Kod", { exact: true }).fill(code.slice(0, -1));
  await ben.getByRole("button", { name: "Gå in" }).click();
  await expect(ben.getByRole("alert").filter({ hasText: "Koden stämmer inte." })).toBeVisible();
  await ben.getByLabel("Kod", { exact: true }).fill(code.toLowerCase().replaceAll("-", " "));
  await ben.getByRole("button", { name: "Gå in" }).click();
  await Seat.sitDown(ben, "Praktikant", true);
  const observer = new Seat(ben);
  await leader.ask("Kort", "Riktighet");
  await leader.open();
  await observer.hasVoted(0, 1);
  await expect(observer.cards.getByRole("button")).toHaveCount(0);
  await leader.vote(1);
  await observer.hasVoted(1, 1);
});

test("one tablet goes round the table, and nobody sees the vote of who had it before", async ({ page: ada }) => {
  const { seat } = await Seat.found(ada, "Passersystem", ["Kort"]);
  await seat.ask("Kort", "Spårbarhet");
  await seat.open();
  await ada.getByText("Skicka runt").click();
  for (const role of ["Arkivarie", "IT"]) {
    await seat.sitDownHere(role);
    await seat.voteAndPass(role === "IT" ? 2 : 1);
  }
  await seat.takeUp("Informationssäkerhetssamordnare");
  await seat.voteAndPass(0);
  await seat.hasVoted(3, 3);

  // Whoever taps another's name, in either place, reads nothing of their vote; the person themselves may vote anew.
  await seat.holder("Arkivarie").click();
  await expect(seat.cards.getByRole("button").first()).toBeVisible();
  await expect(seat.cards.getByRole("button", { pressed: true })).toHaveCount(0);
  await expect(ada.getByText("Din röst")).toHaveCount(0);
  await expect(ada.getByText(/^Du har röstat\. Välj ett kort om du vill ändra rösten/)).toBeVisible();
  await seat.voteAndPass(3);
  await seat.takeUp("IT");
  await expect(seat.cards.getByRole("button", { pressed: true })).toHaveCount(0);
  await seat.hasVoted(3, 3);
  await seat.show();
  await seat.fell({ 3: 1, 2: 1, 1: 0, 0: 1 });

  // What each has to say of the decision is their own too.
  await ada.getByLabel(/^2 /).check();
  await seat.decide(2, "Loggen räcker");
  await seat.isDecided(2);
  const dissent = ada.getByLabel("Du röstade annorlunda. Vill du att något antecknas?");
  await expect(dissent).toHaveCount(0);
  await seat.holder("Arkivarie").click();
  await dissent.fill("Arkivet behöver mer.");
  await ada.getByRole("button", { name: "Anteckna" }).click();
  await expect(ada.getByText("Antecknat.")).toBeVisible();
  await seat.holder("Informationssäkerhetssamordnare").click();
  await expect(dissent).toHaveValue("");
  await expect(ada.getByText("Antecknat.")).toHaveCount(0);

  // Who has the device when the next round opens, nobody knows.
  await seat.next("Ändra beslutet");
  await seat.next("Rösta igen");
  await seat.takeUp("IT");
  await seat.voteAndPass(1);
});

test("a vote that comes late is shown with its level, and counts when whoever leads says so", async ({ page: ada, newDevice, complaints }) => {
  test.setTimeout(120_000);
  complaints.expect(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  const { leader, others } = await table(ada, newDevice, ["Arkivarie", "IT"]);
  const [archivist, it] = others;
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  await it.hasVoted(0, 3);
  await it.page.context().setOffline(true);
  await it.vote(3);
  await leader.vote(1);
  await archivist.vote(1);
  await leader.hasVoted(2, 3);
  await leader.show();
  await leader.fell({ 3: 0, 1: 2 });
  await expect(leader.page.getByRole("button", { name: "Räkna med dem" })).toBeHidden();
  await it.page.context().setOffline(false);
  for (const seat of [leader, archivist]) {
    await expect(seat.page.getByText("Kom sent och räknas inte: 1 på 3")).toBeVisible();
    await seat.fell({ 3: 0, 1: 2 });
  }
  await expect(archivist.page.getByRole("button", { name: "Räkna med dem" })).toHaveCount(0);
  await leader.next("Räkna med dem");
  for (const seat of [leader, archivist, it]) {
    await seat.fell({ 3: 1, 1: 2 });
    await expect(seat.page.getByText(/^Kom sent/)).toBeHidden();
  }
});

test("level 4 stops: all see what to do instead, nobody is asked why, and it can't be brought into the register", async ({ page: ada, newDevice }) => {
  test.setTimeout(120_000);
  const { leader, others } = await table(ada, newDevice, ["Arkivarie"]);
  const everyone = [leader, ...others];
  const wall = await ada.context().newPage();
  await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);
  await leader.ask("Kort", "Konfidentialitet");
  await leader.open();
  await leader.vote(2);
  await others[0].vote(4);
  await leader.hasVoted(2, 2);
  await leader.show();
  for (const page of [...everyone.map((seat) => seat.page), wall]) {
    await expect(page.getByText(/^Nivå 4 hör till säkerhetsskyddet/)).toBeVisible();
    await expect(page.getByText("Kan någon på 4 berätta varför?")).toBeHidden();
  }
  await expect(others[0].page.getByText(/^Prata om rösterna/)).toBeHidden();
  await leader.fell({ 4: 1, 2: 1 });
  await expect(ada.getByLabel("Motivering i en rad")).toBeHidden();
  await leader.decide(4);
  for (const seat of everyone) await seat.isDecided(4);
  await leader.stop("Sammanfattning");
  await ada.getByLabel("Beslutas av (informationsägare)").fill("Informationsägare");
  await leader.next("Avsluta workshopen");
  for (const seat of everyone) {
    await expect(seat.page.getByText("Workshopen är avslutad.")).toBeVisible();
    await expect(seat.page.getByText(/^Nivå 4 hör till säkerhetsskyddet/)).toBeVisible();
  }
  await expect(ada.getByRole("button", { name: "För in i registret" })).toHaveCount(0);
});

test("the screen is asked to stay on again when the page is seen again, and on the wall all the time", async ({ newDevice }) => {
  const ada = await newDevice();
  // A browser lets go of the screen when the page is out of sight.
  await ada.context().addInitScript(() => {
    const locks: { released: boolean; release: () => Promise<void> }[] = [];
    Object.assign(window, { locks });
    const request = () => {
      const lock = { released: false, release: () => ((lock.released = true), Promise.resolve()) };
      locks.push(lock);
      return Promise.resolve(lock);
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
  });
  const locks = (page: Page) =>
    page.evaluate(() => (window as never as { locks: { released: boolean }[] }).locks.map((lock) => lock.released));
  const outOfSight = (page: Page) =>
    page.evaluate(() => {
      for (const lock of (window as never as { locks: { released: boolean }[] }).locks) lock.released = true;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    });
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  await leader.ask("Kort", "Konfidentialitet");
  expect(await locks(ada)).toEqual([]);
  await leader.open();
  await expect.poll(() => locks(ada)).toEqual([false]);
  await outOfSight(ada);
  await expect.poll(() => locks(ada)).toEqual([true, false]);
  await leader.vote(2);
  await leader.hasVoted(1, 1);
  await leader.show();
  await expect.poll(() => locks(ada)).toEqual([true, true]);

  const wall = await ada.context().newPage();
  await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);
  await expect(wall.getByRole("heading", { level: 1 })).toHaveText("Kort: Konfidentialitet");
  await expect.poll(() => locks(wall)).toEqual([false]);
  await outOfSight(wall);
  await expect.poll(() => locks(wall)).toEqual([true, false]);
});

test("a question is led and voted on with the keyboard only", async ({ page: ada, newDevice }) => {
  test.setTimeout(120_000);
  const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
  const code = await leader.code();
  const page = await newDevice();
  await page.goto("/workshop");
  await tabTo(page, page.getByLabel("Kod", { exact: true }));
  await page.keyboard.type(code);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Roll")).toBeVisible({ timeout: 30_000 });
  await tabTo(page, page.getByLabel("Roll"));
  await page.keyboard.type("Arkivarie");
  await page.keyboard.press("Enter");
  const ben = new Seat(page);
  await expect(ben.heading).toHaveText("Syfte och fakta");
  await tabTo(ada, ada.getByRole("navigation", { name: "Dagordning" }).getByRole("group", { name: "Kort" }).getByRole("button", { name: /^Konfidentialitet:/ }));
  await ada.keyboard.press("Enter");
  await leader.isAsked("Kort", "Konfidentialitet");
  // The reading begins at the new heading, with whoever leads and with whoever takes part.
  await expect(leader.heading).toBeFocused();
  await expect(ben.heading).toBeFocused();
  await tabTo(ada, ada.getByRole("button", { name: "Öppna röstningen" }));
  await ada.keyboard.press("Enter");
  for (const seat of [leader, ben]) {
    await tabTo(seat.page, seat.cards.getByRole("button", { name: /^2 / }));
    await seat.page.keyboard.press("Space");
  }
  await leader.hasVoted(2, 2);
  await tabTo(ada, ada.getByRole("button", { name: "Visa rösterna" }));
  await ada.keyboard.press("Enter");
  await ben.fell({ 2: 2 });
  await expect(page.locator("[data-said]")).toHaveText("Rösterna visas: 2 på 2");
  // What had the focus is gone; it is at what came in its place.
  for (const seat of [leader, ben]) await expect(seat.page.locator("[data-result]")).toBeFocused();
  await tabTo(ada, ada.getByRole("button", { name: "Besluta 2" }));
  await ada.keyboard.press("Enter");
  await ben.isDecided(2);
  await expect(ada.locator("[data-decided]")).toBeFocused();
  await expect(page.locator("[data-said]")).toHaveText("Beslutat: 2, betydande");
  // Voted on again, the votes are the news, though the decision stands.
  await tabTo(ada, ada.getByRole("button", { name: "Ändra beslutet" }));
  await ada.keyboard.press("Enter");
  await tabTo(ada, ada.getByRole("button", { name: "Rösta igen" }));
  await ada.keyboard.press("Enter");
  await expect(page.locator("[data-said]")).toHaveText("Röstningen är öppen.");
  await expect(leader.heading).toBeFocused();
  for (const seat of [leader, ben]) {
    await tabTo(seat.page, seat.cards.getByRole("button", { name: /^1 / }));
    await seat.page.keyboard.press("Space");
  }
  await leader.hasVoted(2, 2);
  await tabTo(ada, ada.getByRole("button", { name: "Visa rösterna" }));
  await ada.keyboard.press("Enter");
  await expect(page.locator("[data-said]")).toHaveText("Rösterna visas: 2 på 1");
});

test("a whole sitting is led with the keyboard only, from the system's page and back", async ({ page: ada, newDevice }) => {
  test.setTimeout(180_000);
  await systemIn(ada, "Passersystem");
  const press = async (target: Locator, key = "Enter") => {
    await tabTo(ada, target, 150);
    await ada.keyboard.press(key);
  };
  const write = async (label: string | RegExp, text: string) => {
    await tabTo(ada, ada.getByLabel(label), 150);
    await ada.keyboard.type(text);
  };
  /** The one of a group that Tab comes to, and then the arrows. */
  const choose = async (among: Locator, wanted: Locator) => {
    await tabTo(ada, among, 150);
    await ada.keyboard.press("Space");
    while (!(await wanted.isChecked())) await ada.keyboard.press("ArrowDown");
  };
  const button = (name: string | RegExp) => ada.getByRole("button", { name });
  const agenda = ada.getByRole("navigation", { name: "Dagordning" });
  await press(ada.getByRole("link", { name: "Håll workshop" }));
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Håll workshop");
  await press(button("Börja workshopen"));
  const leader = new Seat(ada);
  await expect(leader.heading).toHaveText("Syfte och fakta", { timeout: 30_000 });
  const archivist = await Seat.join(await newDevice(), await leader.code(), "Arkivarie");
  await press(button("Till informationsmängderna"));
  await tabTo(ada, ada.getByLabel("Informationsmängd", { exact: true }));
  await ada.keyboard.type("Kort");
  await ada.keyboard.press("Enter");
  await press(agenda.getByRole("group", { name: "Kort" }).getByRole("button", { name: /^Konfidentialitet:/ }));
  await leader.isAsked("Kort", "Konfidentialitet");
  await press(button("Öppna röstningen"));
  await press(leader.cards.getByRole("button", { name: /^2 / }), "Space");
  await archivist.vote(2);
  await leader.hasVoted(2, 2);
  await press(button("Visa rösterna"));
  await leader.fell({ 2: 2 });
  await press(button("Besluta 2"));
  await archivist.isDecided(2);

  await press(agenda.getByRole("button", { name: "Åtgärder" }));
  const measure = ada.locator(".measure").first();
  await choose(measure.getByRole("radio").first(), measure.getByLabel("Saknas"));
  await tabTo(ada, measure.getByLabel("Ansvarig"));
  await ada.keyboard.type("IT-chef");
  await tabTo(ada, measure.getByLabel("Klart senast"));
  await ada.keyboard.type("20270301");
  await ada.keyboard.press("Tab");
  const missing = await measure.getByRole("group").locator("legend").innerText();
  await expect(archivist.page.locator(".notes__row").filter({ hasText: missing })).toContainText("IT-chef");

  await press(agenda.getByRole("button", { name: "Bevara och gallra" }));
  await choose(ada.getByRole("main").getByRole("radio").first(), ada.getByLabel("Gallras", { exact: true }).first());
  await write("Gallras när", "två år efter att kortet lämnats tillbaka");
  await ada.keyboard.press("Tab");

  await press(agenda.getByRole("button", { name: "Risker, om tiden räcker" }));
  await write("Eftersom … (orsak)", "Korten spärras sent");
  await write("kan det hända att … (händelse)", "Ett gammalt kort släpper in en obehörig");
  await choose(ada.getByRole("main").getByRole("radio").first(), ada.getByRole("main").getByRole("radio").first());
  await press(button("Föreslå risken"));
  await expect(archivist.risk("gammalt kort")).toContainText("Medel");

  await press(agenda.getByRole("button", { name: "Sammanfattning" }));
  await expect(archivist.page.getByText("Gallras två år efter att kortet lämnats tillbaka")).toBeVisible();
  await write("Beslutas av (informationsägare)", "Informationsägare");
  await ada.keyboard.press("Enter");
  await expect(archivist.page.getByText("Workshopen är avslutad.")).toBeVisible();
  await press(button("För in i registret"));
  await press(ada.getByRole("link", { name: "Till systemet" }));
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Passersystem");
  await expect(ada.locator(".held")).toContainText("K 2");
  await expect(ada.locator("#handlingsplan").getByText(missing)).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test(`no step of a sitting has a barrier, ${theme}`, async ({ newDevice }) => {
    test.setTimeout(180_000);
    const ada = await newDevice({ colorScheme: theme });
    const { seat: leader } = await Seat.found(ada, "Passersystem", ["Kort"]);
    const code = await leader.code();
    const page = await newDevice({ colorScheme: theme, viewport: { width: 820, height: 1180 } });
    await page.goto("/workshop");
    await expect(page.getByLabel("Kod", { exact: true })).toBeVisible();
    await test.step("door", () => expectNoBarriers(page));
    await page.getByLabel("Kod", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Gå in" }).click();
    await expect(page.getByLabel("Roll")).toBeVisible({ timeout: 30_000 });
    await test.step("sitting down", () => expectNoBarriers(page));
    await Seat.sitDown(page, "Arkivarie");
    const ben = new Seat(page);
    const both = async (step: string) => {
      await test.step(`${step}, leading`, () => expectNoBarriers(ada));
      await test.step(`${step}, taking part`, () => expectNoBarriers(page));
    };
    await both("facts");
    await leader.stop("Informationsmängder");
    await expect(ben.heading).toHaveText("Informationsmängder");
    await both("sets");
    await leader.ask("Kort", "Konfidentialitet");
    await ben.isAsked("Kort", "Konfidentialitet");
    await both("cards");
    await leader.open();
    await ben.vote(3);
    await leader.vote(1);
    await both("voting");
    await leader.show();
    await ben.fell({ 3: 1, 1: 1 });
    await both("votes");
    await leader.decide(3);
    await ben.isDecided(3);
    await both("decision");
    await leader.stop("Åtgärder");
    await expect(ben.heading).toHaveText("Åtgärder");
    await both("measures");
    await leader.stop("Bevara och gallra");
    await expect(ben.heading).toHaveText("Bevara och gallra");
    await both("records");
    await leader.stop("Risker, om tiden räcker");
    await expect(ben.heading).toHaveText("Risker, om tiden räcker");
    await ben.propose("Korten spärras sent", "Ett gammalt kort släpper in en obehörig", "Trolig, betydande: hög");
    await expect(leader.risk("gammalt kort")).toBeVisible();
    await both("risks");
    await leader.stop("Sammanfattning");
    await expect(ben.heading).toHaveText("Sammanfattning");
    await both("summary");
    const wall = await ada.context().newPage();
    await wall.goto(`${new URL(ada.url()).pathname}?storbild=1`);
    await expect(wall.getByRole("heading", { name: "Sammanfattning" })).toBeVisible();
    await test.step("wall", () => expectNoBarriers(wall));
  });
}
