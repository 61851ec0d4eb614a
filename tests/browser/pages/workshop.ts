import { expect, type Locator, type Page } from "../fixtures.ts";
import { systemIn } from "./system.ts";

/** A seat at a workshop's table. */
export class Seat {
  readonly heading: Locator;
  readonly cards: Locator;
  readonly voted: Locator;
  readonly circles: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
    this.cards = page.getByRole("list", { name: "Nivåer" });
    this.voted = page.locator("[data-voted]");
    this.circles = page.getByRole("list", { name: "Vid bordet" }).first();
  }

  /** Begins a workshop about a system of the register that is made for it, with these information sets. */
  static async found(page: Page, system: string, sets: string[]) {
    const there = await systemIn(page, system);
    const key = new URL(page.url()).pathname.split("/").pop();
    await there.isSaved();
    const seat = await Seat.begin(page);
    await seat.next("Till informationsmängderna");
    for (const set of sets) {
      await page.getByLabel("Informationsmängd", { exact: true }).fill(set);
      await page.getByRole("button", { name: "Lägg till", exact: true }).click();
      await expect(page.getByRole("heading", { name: set })).toBeVisible();
    }
    // The one for all that the system holds makes room for them.
    await page.getByRole("button", { name: /^Ta bort från dagordningen ?: All information/ }).click();
    await seat.stop("Syfte och fakta");
    return { seat, system: key ?? "" };
  }

  /** Begins a workshop about the system whose page is open. */
  static async begin(page: Page) {
    await page.getByRole("link", { name: "Håll workshop" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Håll workshop");
    await page.getByRole("button", { name: "Börja workshopen" }).click();
    const seat = new Seat(page);
    await expect(seat.heading).toHaveText("Syfte och fakta", { timeout: 30_000 });
    return seat;
  }

  /** Comes in with the code, and sits down. */
  static async join(page: Page, code: string, role: string, observer = false) {
    await page.goto("/workshop");
    await page.getByLabel("Kod", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Gå in" }).click();
    await Seat.sitDown(page, role, observer);
    return new Seat(page);
  }

  /** Says who one is. */
  static async sitDown(page: Page, role: string, observer = false) {
    await page.getByLabel("Roll").fill(role, { timeout: 30_000 });
    if (observer) await page.getByLabel("Jag är observatör och röstar inte").check();
    await page.getByRole("button", { name: "Slå dig ner" }).click();
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(/^(Workshop|Vem är du\?)$/);
  }

  async code() {
    const code = this.page.locator(".invite__code");
    await expect(code).toHaveText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    return code.innerText();
  }

  /** The facilitator's way on. */
  async next(button: string) {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  /** The facilitator goes straight to a stop of the agenda. */
  async stop(name: string | RegExp) {
    await this.page.getByRole("navigation", { name: "Dagordning" }).getByRole("button", { name, exact: true }).click();
  }

  /** The facilitator goes straight to a question. */
  async ask(set: string, aspect: string) {
    const group = this.page.getByRole("navigation", { name: "Dagordning" }).getByRole("group", { name: set });
    await group.getByRole("button", { name: new RegExp(`^${aspect}:`) }).click();
    await this.isAsked(set, aspect);
  }

  async isAsked(set: string, aspect: string) {
    await expect(this.heading).toContainText(set);
    await expect(this.heading).toContainText(aspect);
  }

  async open() {
    await this.next("Öppna röstningen");
  }

  async vote(level: number) {
    const card = this.cards.getByRole("button", { name: new RegExp(`^${level} `) });
    await card.click();
    await expect(card).toHaveAttribute("aria-pressed", "true");
  }

  /** Somebody more sits down at this device, and has it. */
  async sitDownHere(role: string) {
    await this.page.getByRole("button", { name: "Lägg till någon här" }).click();
    await this.page.locator("#more-role").fill(role);
    await this.page.getByRole("button", { name: "Slå dig ner" }).click();
    await this.holder(role).click();
  }

  /** Somebody who may have this device. */
  holder(role: string) {
    return this.page.getByRole("group", { name: "Vem håller surfplattan?" }).getByRole("button", { name: role, exact: true });
  }

  /** Whoever takes up a device that goes round says so. */
  async takeUp(role: string) {
    const next = this.page.getByRole("group", { name: "Vem är näst?" });
    await next.getByRole("button", { name: new RegExp(`^${role}( – har röstat)?$`) }).click();
    await expect(next).toHaveCount(0);
  }

  /** Votes at a device that goes round: nothing of the vote is left on the screen. */
  async voteAndPass(level: number) {
    await expect(this.cards.getByRole("button", { pressed: true })).toHaveCount(0);
    await this.cards.getByRole("button", { name: new RegExp(`^${level} `) }).click();
    await expect(this.page.getByRole("status").filter({ hasText: "Röstat – lämna vidare" })).toBeVisible();
    await expect(this.page.getByRole("heading", { name: "Vem är näst?" })).toBeFocused();
    await expect(this.cards.getByRole("button")).toHaveCount(0);
    await expect(this.page.getByText("Din röst")).toHaveCount(0);
  }

  async hasVoted(count: number, of: number) {
    await expect(this.voted).toHaveText(`${count} av ${of} har röstat`);
  }

  async show() {
    await this.next("Visa rösterna");
  }

  /** How the votes of the round fell: for each level, the highest first. */
  async fell(votes: Record<number, number>) {
    for (const [level, count] of Object.entries(votes)) {
      const row = this.page.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name: new RegExp(`^${level}\\b`) }) });
      await expect(row.getByRole("cell").first()).toHaveText(String(count));
    }
  }

  async decide(level: number, reason = "") {
    if (reason) await this.page.getByLabel(/^(Motivering i en rad|Varför inte den högsta)/).fill(reason);
    await this.page.getByRole("button", { name: `Besluta ${level}`, exact: true }).click();
  }

  /** Proposes a risk. */
  async propose(cause: string, event: string, value?: string) {
    await this.page.getByLabel("Eftersom … (orsak)").last().fill(cause);
    await this.page.getByLabel("kan det hända att … (händelse)").last().fill(event);
    if (value) await this.page.getByRole("radio", { name: value, exact: true }).last().check();
    await this.next("Föreslå risken");
  }

  risk(event: string) {
    return this.page.getByRole("list", { name: "Föreslagna risker" }).getByRole("listitem").filter({ hasText: event });
  }

  async isDecided(level: number) {
    await expect(this.page.locator("[data-decided]")).toContainText(`Beslutat: ${level},`);
  }
}
