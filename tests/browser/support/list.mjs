// A list of systems as long as one likes, as organisations have them.

import { zip } from "./zip.mjs";

const HEADINGS = [
  "System/tjänst", "Användningsområde", "Enhet", "Systemägare", "Objektägare", "Objektledare", "Informationsägare",
  "Leverantör", "Driftform", "Personuppgifter", "Klassad", "K", "R", "T", "S", "Kommentar",
];
const WORDS = ["Ärende", "Bygg", "Drift", "Ekonomi", "Fastighet", "Hyres", "Inköps", "Larm", "Nyckel", "Ritnings", "Skol", "Tids"];
const KINDS = ["arkiv", "portal", "register", "stöd", "system", "tjänst"];
const HOSTING = ["SaaS", "Egen drift", "Molntjänst", "Driftleverantör"];

/** The rows of a list of `count` systems: a fifth of them classified, some without owners. */
export function rowsOf(count) {
  return Array.from({ length: count }, (_, n) => {
    const word = WORDS[n % WORDS.length];
    const unit = `Enhet ${n % 12}`;
    const levels = n % 5 ? ["", "", "", "", ""] : [`2024-${two((n % 12) + 1)}-${two((n % 28) + 1)}`, ...[0, 1, 2, 3].map((a) => String((n + a) % 4))];
    return [
      `${word}${KINDS[n % KINDS.length]} ${n + 1}`,
      `${word} och uppföljning för ${unit.toLowerCase()}, del ${n % 40}`,
      unit,
      n % 7 ? `Chef ${unit}` : "",
      n % 3 ? `Objektägare ${n % 12}` : "",
      n % 3 ? `Objektledare ${n % 40}` : "",
      n % 4 ? "" : `Informationsägare ${unit}`,
      `Leverantör ${n % 90} AB`,
      HOSTING[n % HOSTING.length],
      n % 3 ? "Nej" : "Ja",
      ...levels,
      n % 9 ? "" : "Ses över under året",
    ];
  });
}

const two = (number) => String(number).padStart(2, "0");
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** The same list as a workbook with one sheet, its texts shared as spreadsheets programs write them. */
export function workbookOf(count) {
  const shared = new Map();
  const number = (text) => shared.get(text) ?? (shared.set(text, shared.size), shared.size - 1);
  const cell = (text, column, row) =>
    text && `<c r="${String.fromCharCode(65 + column)}${row}" t="s"><v>${number(text)}</v></c>`;
  const rows = [HEADINGS, ...rowsOf(count)].map(
    (cells, n) => `<row r="${n + 1}">${cells.map((text, column) => cell(text, column, n + 1)).join("")}</row>`,
  );
  const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
  const SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const part = (name, kind) => `<Override PartName="/${name}" ContentType="${SHEETS}.${kind}+xml"/>`;
  const relation = (id, kind, target) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  return zip({
    "[Content_Types].xml":
      `${XML}<Types xmlns="${PACKAGE}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      part("xl/workbook.xml", "sheet.main") + part("xl/worksheets/sheet1.xml", "worksheet") +
      part("xl/sharedStrings.xml", "sharedStrings") + "</Types>",
    "_rels/.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relation("r1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Systemlista" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels":
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
      relation("r1", "worksheet", "worksheets/sheet1.xml") + relation("r2", "sharedStrings", "sharedStrings.xml") + "</Relationships>",
    "xl/worksheets/sheet1.xml": `${XML}<worksheet xmlns="${MAIN}"><sheetData>${rows.join("")}</sheetData></worksheet>`,
    "xl/sharedStrings.xml":
      `${XML}<sst xmlns="${MAIN}" uniqueCount="${shared.size}">` +
      [...shared.keys()].map((text) => `<si><t>${escaped(text)}</t></si>`).join("") + "</sst>",
  });
}
