import { expect, test } from "../fixtures.ts";
import { type RegisterFile } from "../pages/register-file.ts";
import { Settings } from "../pages/settings.ts";
import { Start } from "../pages/start.ts";
import { systemIn } from "../pages/system.ts";
import { Systems } from "../pages/systems.ts";

const PASSPHRASE = "häst batteri klammer rätt";

test("a sealed register file opens on another device with its passphrase alone", async ({ page, newDevice }) => {
  test.slow();
  const system = await systemIn(page, "Passersystem");
  await system.write("Enhet", "Säkerhet");
  await system.isSaved();
  const file = await (await Settings.visit(page)).saveSealed(PASSPHRASE);
  expect(file.name).toMatch(/^klassrum-skolfastigheter-ab-.*\.klassrum$/);
  expect(file.buffer.subarray(0, 8).toString()).toBe("KLASSRUM");
  expect(file.buffer.includes("Passersystem")).toBe(false);

  const other = await newDevice();
  const start = await Start.visit(other);
  await start.open.choose(file);
  await expect(start.open.passphrase).toBeFocused();
  await start.open.unseal("häst batteri klammer fel");
  await expect(start.open.error).toHaveText(/^Lösenfrasen stämmer inte\. Inget har ändrats\./);
  await expect(start.create).toBeEnabled();
  // Typed on a Mac, pasted, with a space after it: the same passphrase.
  await start.open.unseal(`${PASSPHRASE.normalize("NFD")} `);
  const there = await (await Systems.visit(other)).open("Passersystem");
  await expect(there.field("Enhet")).toHaveValue("Säkerhet");
});

test("a passphrase that is too short or mistyped makes no file", async ({ page }) => {
  await (await Start.visit(page)).createRegister("Skolfastigheter AB");
  const settings = await Settings.visit(page);
  const save = settings.copy.getByRole("button", { name: "Spara registerfil" });
  let downloads = 0;
  page.on("download", () => (downloads += 1));
  await settings.typePassphrase("kort");
  await save.click();
  await expect(settings.copy.getByRole("alert")).toHaveText("Lösenfrasen är för kort. Ta minst tolv tecken, eller fyra ord.");
  await expect(settings.copy.getByLabel("Lösenfras", { exact: true })).toBeFocused();
  await settings.typePassphrase(PASSPHRASE, `${PASSPHRASE}!`);
  await save.click();
  await expect(settings.copy.getByRole("alert")).toHaveText("De två lösenfraserna är inte lika. Skriv dem igen.");
  expect(downloads).toBe(0);
});

test("what a file would change is shown first, and then taken in", async ({ page, newDevice }) => {
  const here = await systemIn(page, "Passersystem");
  await here.isSaved();
  const file = await (await Settings.visit(page)).savePlain();

  const other = await newDevice();
  await systemIn(other, "Fastighetssystem");
  const settings = await Settings.visit(other);
  await settings.open.choose(file);
  await expect(other.getByText(/1 poster tillkommer/)).toBeVisible();
  await settings.go("System");
  const systems = new Systems(other);
  await systems.says(1);
  await settings.go("Inställningar");
  await settings.open.choose(file);
  await settings.open.merge();
  await settings.isSaved();
  await settings.go("System");
  await systems.says(2);
});

test("what others have changed in a file is listed and marked, without any relay", async ({ page, newDevice }) => {
  const here = await systemIn(page, "Passersystem");
  await here.isSaved();
  const file = await (await Settings.visit(page)).savePlain();
  const other = await newDevice();
  const start = await Start.visit(other);
  await start.open.choose(file);
  const there = await (await Systems.visit(other)).open("Passersystem");
  await there.write("Enhet", "Säkerhet");
  await there.isSaved();
  const back = await (await Settings.visit(other)).savePlain();

  const settings = await Settings.visit(page);
  await expect(page.getByRole("link", { name: /^Nytt från andra/ })).toHaveCount(0);
  await settings.open.choose(back);
  await settings.open.merge();
  await page.getByRole("link", { name: /^Nytt från andra/ }).click();
  const news = page.getByRole("row").filter({ hasText: "Passersystem" });
  await expect(news).toHaveCount(1);
  await expect(news).toContainText("Säkerhet");
  await expect((await Systems.visit(page)).rows.filter({ hasText: "Ändrad av andra" })).toHaveCount(1);
});

test("a file that can't be taken in says why, and nothing is touched", async ({ page }) => {
  test.slow();
  const system = await systemIn(page, "Passersystem");
  await system.isSaved();
  const settings = await Settings.visit(page);
  const plain = await settings.savePlain();
  await settings.copy.getByLabel("Krypterad med lösenfras (.klassrum)").check();
  const sealed = await settings.saveSealed(PASSPHRASE);

  const changed = (file: RegisterFile, at: number, to: number) => {
    const buffer = Buffer.from(file.buffer);
    buffer[at < 0 ? buffer.length + at : at] = to;
    return { ...file, buffer };
  };
  const cut = (file: RegisterFile) => ({ ...file, buffer: file.buffer.subarray(0, file.buffer.length - 20) });
  const other = (text: string | Buffer) => ({ ...plain, name: "annat.automerge", buffer: Buffer.from(text) });
  const wrong: [RegisterFile, RegExp][] = [
    [cut(sealed), /^Filen är avklippt: slutet saknas\./],
    [cut(plain), /^Filen är avklippt: slutet saknas\./],
    [changed(plain, -30, plain.buffer.at(-30)! ^ 0x40), /^Filen är skadad:/],
    [other("PK\u0003\u0004 en arbetsbok"), /^Det här är ingen registerfil\./],
    [other(""), /^Det här är ingen registerfil\./],
    [other(Buffer.from(WORKSHOP, "hex")), /^Filen innehåller något annat än ett register\./],
    [other(Buffer.from(NEWER, "hex")), /^Filen är sparad med en nyare version av Klassrum/],
    [changed(sealed, 8, 2), /^Filen är sparad med en nyare version av Klassrum/],
  ];
  for (const [file, why] of wrong) {
    await settings.open.choose(file);
    await expect(settings.open.error).toHaveText(why);
    await expect(settings.open.passphrase).toHaveCount(0);
  }
  await settings.open.choose(changed(sealed, -1, sealed.buffer.at(-1)! ^ 1));
  await settings.open.unseal(PASSPHRASE);
  await expect(settings.open.error).toHaveText(/^Filen är skadad:/);
  // The whole file, by contrast, has nothing new.
  await settings.open.choose(sealed);
  await settings.open.unseal(PASSPHRASE);
  await expect(page.getByText("Filen innehåller inget som inte redan finns här.")).toBeVisible();
  await settings.go("System");
  await new Systems(page).says(1);
});

// An Automerge document that says it is a workshop, and an empty register with the schema of a later version.
const WORKSHOP =
  "856f4a83d81edeef007901106b6c61737372756d2d616e6f7468657201e2c86c7a7d4d28793669a304714de2d9e8d792aa195e96473a4ce63f49409fec060102030213022302400256020815062102230234014202560357088001027f007f017f017f007f007f077f046b696e647f007f01017f017f8601776f726b73686f707f0000";
const NEWER =
  "856f4a83c45d9f1300910302106b6c61737372756d2d67656e657369731091e8b77682dc41df3934bf4ce4fdf38601a01d596d57181946c80a189c7a11f3b7b08a7399fe2ef64a344ab794765994a80701030303130323024003430256020c0104020415c201210623143401420a560b570a8001068101028301027e00017e01007e120102007e00017f00020700127f0000127f03760c616374696f6e5f706c616e7307616374696f6e730f636c617373696669636174696f6e7309696e636964656e747310696e666f726d6174696f6e5f73657473046b696e640c6f7267616e69736174696f6e07726576696577730d7269736b5f616e616c79736573057269736b730206736368656d61790873656374696f6e730773797374656d730f747261696e696e675f636f756e747309747261696e696e67730f74726561746d656e745f706c616e730a74726561746d656e7473036f776e0b007f0107006d08017e07787b020e790177117f730b7f7d01771305007f0104000201070005007f8601040002130700726567697374657201020a007f0108007f017f1301";
