"""The report's files in other programs: what they make of them, held against what the report says.

    check.py FOLDER

FOLDER holds what `tests/report_files.rs` writes with KLASSRUM_FILES: for each register NAME.json (what the files must say),
NAME.docx, NAME-i-mall.docx and, of a report, NAME.xlsx, and `tests/pdf.rs` NAME.pdf. Read by LibreOffice, python-docx, mammoth,
openpyxl, a validator of Open XML, poppler, qpdf and a checker of PDF/UA. Ends with one line that counts.

What is claimed of tables on pages is tried on spoilt twins of a PDF too: a check that lets those through has failed.
"""

import datetime
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import docx
import mammoth
import openpyxl
import openxml_audit
import pdfua
import pikepdf

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# A row with so many letters may be longer than a page, and is the only one that may go on over its foot.
PAGE = 4_000
# Two letters that stand for a space, or for nothing.
SOFT = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\ufe0f\u200e\u200f"))


class Checks:
    """What has been asked, and what was wrong."""

    def __init__(self):
        self.count = 0
        self.wrong = []

    def that(self, holds, file, claim, found=""):
        self.count += 1
        if not holds:
            self.wrong.append(f"{file}: {claim}" + (f": {found}" if found != "" else ""))
        return holds

    def equal(self, found, expected, file, claim):
        self.that(found == expected, file, claim, f"{found!r}, not {expected!r}")


def run(*command):
    # poppler writes an element's title in UTF-16.
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300)
    return done.returncode, done.stdout, done.stderr


def squashed(text):
    """Without spaces and marks that aren't seen, in one form."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.translate(SOFT)))


def shown(line):
    """A line's cells, without the words that need a font or an order of writing that isn't everywhere."""
    for cell in line.split("\t"):
        plain = [word for word in cell.split() if all(ordinary(letter) for letter in word)]
        if "".join(plain) == "".join(cell.split()):
            yield cell
        else:
            yield from plain


def ordinary(letter):
    return unicodedata.bidirectional(letter) not in ("R", "AL") and ord(letter) < 0x2E80 and letter not in "\u0301"


def holds(text, line):
    """Whether a squashed text holds a line, perhaps parted by the foot of one page and the head of the next."""
    wanted = squashed(line)
    for _ in range(4):
        if wanted in text:
            return True
        low, high = 0, len(wanted)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if wanted[:middle] in text else (low, middle - 1)
        if low < 4:
            return False
        wanted = wanted[low:]
    return False


def missing(text, lines):
    text = squashed(text)
    return [cell for line in lines for cell in shown(line) if not holds(text, cell)]


def check_docx(checks, path, said, folder):
    name = path.name
    check_with_validator(checks, path)
    check_with_python_docx(checks, path, said)

    with open(path, "rb") as file:
        # Cells and paragraphs become blocks of text; the contents say the headings once more.
        text = mammoth.extract_raw_text(file).value
    pieces = {squashed(piece) for piece in text.split("\n")}
    notes = set(said["notes"])
    lines = [part for line in said["lines"] if line not in notes for cell in line.split("\t") for part in cell.split("\n")]
    lost = [line for line in lines if squashed(line) and squashed(line) not in pieces and squashed(line) not in squashed(text)]
    checks.that(not lost, name, "mammoth reads every line", lost[:3])
    known = {squashed(line) for line in lines} | {squashed("Innehåll"), ""}
    known |= {squashed(line) for line in said["lines"]} | {squashed(cell) for line in said["lines"] for cell in line.split("\t")}
    more = [piece for piece in pieces - known if piece not in squashed("\n".join(said["lines"]))]
    checks.that(not more, name, "mammoth reads nothing else", more[:3])

    made = folder / f"{path.stem}.pdf"
    if checks.that(made.exists(), name, "LibreOffice opens it"):
        _, text, _ = run("pdftotext", "-raw", str(made), "-")
        lost = missing(text, said["lines"])
        checks.that(not lost, name, "LibreOffice shows every line", lost[:3])
        _, tree, _ = run("pdfinfo", "-struct-text", str(made))
        found = [(level, squashed(words)) for level, words in headings_of(tree)]
        outline = [(one["level"], squashed(one["heading"])) for one in said["outline"]]
        numbered = [(level, words) for level, words in found if any(words.endswith(heading) for _, heading in outline)]
        checks.that(
            len(numbered) == len(outline)
            and all(a == c and b.endswith(d) for (a, b), (c, d) in zip(numbered, outline)),
            name, "LibreOffice takes the headings for headings", [one for one in found if one not in outline][:3],
        )
        checks.that(tree.count("Table ") >= len(said["tables"]), name, "LibreOffice has each table")
        check_pages(checks, made, f"{name} in LibreOffice", said)


def check_with_validator(checks, path):
    result = openxml_audit.OpenXmlValidator(max_errors=0).validate(str(path))
    errors = [f"{error.part_uri}: {error.description}" for error in result.errors]
    checks.that(not errors, path.name, "it is valid Open XML", errors[:3])


def check_with_python_docx(checks, path, said):
    name = path.name
    document = docx.Document(str(path))
    by_id = {style.style_id: style for style in document.styles}

    def level(paragraph):
        own = paragraph._p.find(f"{W}pPr/{W}outlineLvl")
        style = paragraph.style
        while own is None and style is not None:
            own = style.element.find(f"{W}pPr/{W}outlineLvl")
            style = style.base_style
        return None if own is None else int(own.get(f"{W}val")) + 1

    found = [(level(one), one.text) for one in document.paragraphs if level(one)]
    checks.equal(found, [(one["level"], one["heading"]) for one in said["outline"]], name, "headings are in order")
    checks.that(all(b <= a + 1 for a, b in zip([0] + [l for l, _ in found], [l for l, _ in found])), name, "no level is skipped")

    checks.equal(len(document.tables), len(said["tables"]), name, "every table is there")
    for table, expected in zip(document.tables, said["tables"]):
        first = table.rows[0]
        checks.that(first._tr.find(f"{W}trPr/{W}tblHeader") is not None, name, "the header row is repeated", expected["caption"])
        checks.equal([cell.text for cell in first.cells], expected["header"], name, "the header is the table's")
        checks.equal(len(table.rows) - 1, expected["rows"], name, f"{expected['caption']} has its rows")
        caption = table._tbl.find(f"{W}tblPr/{W}tblCaption")
        checks.equal(caption is not None and caption.get(f"{W}val"), expected["caption"], name, "the table is named")
        shows = table._tbl.find(f"{W}tblPr/{W}tblDescription")
        checks.equal(shows is not None and shows.get(f"{W}val"), expected["shows"], name, "the table says what it shows")
        checks.that(table.style.style_id in by_id, name, "the table's style is there", table.style.style_id)

    core = document.core_properties
    checks.equal(core.title, said["title"], name, "the title is in its properties")
    checks.equal(core.author, said["author"], name, "so is who wrote it")
    checks.equal(core.language, said["language"], name, "so is the language")
    checks.equal(core.identifier, said["dnr"], name, "so is the registration number")
    checks.equal(str(core.created.date()), said["date"], name, "so is the day")
    language = document.styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    checks.equal(language is not None and language.get(f"{W}val"), said["language"], name, "all text is in the language")

    with zipfile.ZipFile(path) as package:
        outside = [one for one in package.namelist() if one.endswith(".rels") and b"TargetMode" in package.read(one)]
        checks.that(not outside, name, "nothing leads outside", outside)
        notes = ET.fromstring(package.read("word/footnotes.xml"))
        texts = ["".join(note.itertext()).strip() for note in notes if note.get(f"{W}type") is None]
        checks.equal(texts, said["notes"], name, "every footnote is there")
        body = package.read("word/document.xml").decode()
        checks.that("TOC \\o" in body, name, "the contents can be brought up to date")


def check_xlsx(checks, path, said):
    name = path.name
    check_with_validator(checks, path)
    workbook = openpyxl.load_workbook(path)
    checks.equal(workbook.sheetnames[: len(said["sheets"])], [sheet["name"] for sheet in said["sheets"]], name, "sheets are in order")
    for expected in said["sheets"]:
        sheet = workbook[expected["name"]]
        where = f"{name}, {expected['name']}"
        checks.equal(sheet.freeze_panes, "A2", where, "the first row stays")
        last = openpyxl.utils.get_column_letter(len(expected["columns"]))
        checks.equal(sheet.auto_filter.ref, f"A1:{last}{len(expected['rows']) + 1}" if expected["rows"] else sheet.auto_filter.ref, where, "it can be filtered")
        rows = list(sheet.iter_rows(min_row=1, max_col=len(expected["columns"])))
        checks.equal([cell.value for cell in rows[0]], expected["columns"], where, "columns have headings")
        checks.equal(len(rows) - 1, len(expected["rows"]), where, "every row is there")
        wrong = [
            (cell.coordinate, cell.value, wanted)
            for row, wanteds in zip(rows[1:], expected["rows"])
            for cell, wanted in zip(row, wanteds)
            if not same(cell, wanted)
        ]
        checks.that(not wrong, where, "every cell is what it is: text, a number, a day", wrong[:3])
    formulas = [
        f"{sheet.title}!{cell.coordinate}" for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    checks.that(not formulas, name, "there is no formula", formulas[:3])
    with zipfile.ZipFile(path) as package:
        parts = [one for one in package.namelist() if one.startswith("xl/worksheets/sheet")]
        checks.that(not any(b"<f>" in package.read(one) or b"<f " in package.read(one) for one in parts), name, "nor in the file")


def same(cell, wanted):
    if wanted is None:
        return cell.value is None
    (kind, value), = wanted.items()
    if kind == "text":
        return isinstance(cell.value, str) and (cell.value == value or 32_000 < len(value.encode("utf-16-le")) // 2)
    if kind == "number":
        return cell.value == value and cell.data_type == "n"
    when = datetime.datetime.fromisoformat(value)
    # Excel's days begin with 1900.
    return cell.value == (str(value) if when.year < 1900 else when.replace(second=0)) and (when.year < 1900 or cell.is_date)


def headings_of(tree):
    """The headings of a PDF's structure, as `pdfinfo -struct-text` writes it: indented elements, texts in quotes."""
    found, inside = [], None
    for line in tree.split("\n"):
        depth = len(line) - len(line.lstrip())
        element = re.match(r"\s*H([1-6])\b", line)
        if element:
            inside = (depth, int(element.group(1)))
            found.append([inside[1], ""])
        elif inside and line.strip() and depth <= inside[0]:
            inside = None
        if inside and (text := re.match(r'\s*"(.*)"$', line)):
            found[-1][1] += text.group(1)
    return [(level, text) for level, text in found]


def check_pdf(checks, path, said):
    name = path.name
    code, out, err = run("qpdf", "--check", str(path))
    checks.that(code == 0, name, "qpdf finds nothing wrong", (out + err).strip()[-300:])

    findings = [f"{finding.rule_id}: {finding.message}" for finding in pdfua.validate(str(path)).findings]
    checks.that(not findings, name, "it is PDF/UA as far as the checker can tell", findings[:3])

    _, out, _ = run("pdfinfo", str(path))
    about = dict(re.split(r":\s+", line, maxsplit=1) for line in out.split("\n") if re.search(r":\s+\S", line))
    checks.equal(about.get("Title"), said["title"], name, "its title is the report's")
    checks.equal(about.get("Tagged"), "yes", name, "it has a structure")
    checks.equal(about.get("Encrypted"), "no", name, "it is open to anyone")
    checks.equal(about.get("JavaScript"), "no", name, "it has no programs")
    _, about, _ = run("pdfinfo", "-meta", str(path))
    checks.that(re.search(r"pdfaid:part\W+2\b", about), name, "it says that it is PDF/A-2")
    checks.that(re.search(r"pdfaid:conformance\W+A\b", about), name, "and that it is so for everybody, level A")
    checks.that(re.search(r"pdfuaid:part\W+1\b", about), name, "it says that it is PDF/UA-1")
    _, fonts, _ = run("pdffonts", str(path))
    # The columns after a font's name and kind: embedded, a subset, with a table of letters.
    bare = [line for line in fonts.split("\n")[2:] if line and not re.search(r"\byes\s+(yes|no)\s+yes\s+\d+\s+\d+$", line)]
    checks.that(fonts.count("\n") > 2 and not bare, name, "every font is in it, and tells its letters", bare)

    code, out, _ = run("qpdf", "--json", str(path))
    facts = json.loads(out)
    objects = facts["qpdf"][1]
    catalogue = next((one["value"] for one in objects.values() if is_a(one, "/Catalog")), {})
    checks.equal(catalogue.get("/Lang", "").removeprefix("u:"), said["language"], name, "it is in the language")
    checks.that(catalogue.get("/OutputIntents"), name, "its colours are told")
    check_structure(checks, objects, name, said)
    check_pages(checks, path, name, said)
    titles = []

    def gather(entries):
        for entry in entries:
            titles.append(squashed(entry["title"]))
            gather(entry["kids"])

    gather(facts["outlines"])
    lost = [one["heading"] for one in said["outline"] if not any(title.endswith(squashed(one["heading"])) for title in titles)]
    checks.that(not lost, name, "every heading is a bookmark", lost[:3])

    _, text, _ = run("pdftotext", "-raw", str(path), "-")
    lost = missing(text, said["lines"])
    checks.that(not lost, name, "it holds every line", lost[:3])
    _, places, _ = run("pdftotext", "-bbox", str(path), "-")
    outside = outside_of_pages(places)
    checks.that(not outside, name, "no word goes over a page's edge", outside[:3])
    pictures = {letter for line in said["lines"] for letter in line if 0x1F300 <= ord(letter) < 0x1FB00}
    lost = sorted(letter for letter in pictures if letter not in text)
    checks.that(not lost, name, "every emoji is one", lost)

    _, tree, _ = run("pdfinfo", "-struct-text", str(path))
    found = headings_of(tree)
    levels = [level for level, _ in found]
    checks.that(all(b <= a + 1 for a, b in zip([0] + levels, levels)), name, "no level is skipped", levels)
    wanted = [squashed(one["heading"]) for one in said["outline"]]
    inside = [squashed(text) for _, text in found]
    place = 0
    for heading in wanted:
        place = next((at + 1 for at in range(place, len(inside)) if inside[at].endswith(heading)), None)
        if not checks.that(place is not None, name, "every heading is one in the structure, in order", heading):
            break

def check_structure(checks, objects, name, said):
    """Tables with header cells, figures with words."""

    def below(value):
        """The elements under what an element has for kids."""
        if isinstance(value, list):
            for one in value:
                yield from below(one)
        elif isinstance(value, str) and value.endswith(" R"):
            yield from below(objects.get(f"obj:{value}", {}).get("value"))
        elif isinstance(value, dict) and "/S" in value:
            yield value
            yield from below(value.get("/K"))

    root = next((one["value"] for one in objects.values() if is_a(one, "/StructTreeRoot")), {})
    elements = list(below(root.get("/K")))
    kinds = resolved(objects, root.get("/RoleMap")) or {}

    def kind(element):
        return kinds.get(element["/S"], element["/S"])

    tables = [element for element in elements if kind(element) == "/Table"]
    for number, table in enumerate(tables, 1):
        inside = {kind(element) for element in below(table.get("/K"))}
        checks.that("/TH" in inside, name, f"table {number} has header cells")
    checks.that(len(said["tables"]) <= len(tables), name, "every table is one in the structure", len(tables))
    figures = [element for element in elements if kind(element) == "/Figure"]
    bare = [number for number, figure in enumerate(figures, 1) if figure.get("/Alt", "u:") in ("u:", "b:")]
    checks.that(not bare, name, "figures have words for those who can't see them", bare)
    told = {squashed(figure.get("/Alt", "").removeprefix("u:")) for figure in figures}
    lost = [words for words in said["figures"] if squashed(words) not in told]
    checks.that(not lost, name, "every chart is told in its own words", lost[:1])


def outside_of_pages(places):
    """The words that aren't whole on their page, in what poppler says of where each word is."""
    found = []
    for line in places.split("\n"):
        if size := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            width, height = map(float, size.groups())
        if word := re.search(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)</word>', line):
            left, top, right, bottom = map(float, word.groups()[:4])
            if left < 0 or top < 0 or width < right or height < bottom:
                found.append(word.group(5))
    return found


class Row:
    """A row of a table: whether it is one of headings, and the pages that its words stand on."""

    def __init__(self, element, is_header, pages):
        self.element, self.is_header, self.pages = element, is_header, pages


def tables_of(pdf):
    """The rows of each table in a PDF's structure, in order."""
    number = {page.obj.objgen: nth for nth, page in enumerate(pdf.pages, 1)}
    roles = pdf.Root.StructTreeRoot.get("/RoleMap", {})

    def kind(element):
        own = element.get("/S")
        return str(roles.get(str(own), own))

    def below(element, page=None):
        """The elements under one, and the pages of the words right in it or in them: an element's own page is the default."""
        page = element.get("/Pg", page)
        kids = element.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                yield None, number[page.objgen]
            elif kid.get("/Type") in ("/MCR", "/OBJR"):
                yield None, number[kid.get("/Pg", page).objgen]
            else:
                yield kid, None
                yield from below(kid, page)

    def row_of(element):
        inside = list(below(element))
        cells = {kind(one) for one, _ in inside if one is not None} & {"/TH", "/TD"}
        return Row(element, cells == {"/TH"}, {page for _, page in inside if page})

    return [
        [row_of(row) for row, _ in below(table) if row is not None and kind(row) == "/TR"]
        for table, _ in below(pdf.Root.StructTreeRoot)
        if table is not None and kind(table) == "/Table"
    ]


def torn(tables, said):
    """The rows that stand on more than one page, by table and row from 1, but for those that are longer than a page."""
    found = []
    for nth, rows in enumerate(tables):
        below_header = [row for row in rows if not row.is_header]
        letters = said["tables"][nth]["letters"] if len(tables) == len(said["tables"]) else [0] * len(below_header)
        fair = [row for row, letters in zip(below_header, letters) if PAGE < letters]
        found += [(nth + 1, at) for at, row in enumerate(rows, 1) if 1 < len(row.pages) and row not in fair]
    return found


def alone(tables):
    """The tables, from 1, whose headings stand on a page without any of the rows below them."""
    found = []
    for nth, rows in enumerate(tables, 1):
        below_header = set().union(*(row.pages for row in rows if not row.is_header))
        if below_header and any(row.is_header and not row.pages & below_header for row in rows):
            found.append(nth)
    return found


def check_pages(checks, path, name, said):
    """No row is torn by a page's foot, and no table's headings stand alone at one."""
    with pikepdf.open(path) as pdf:
        tables = tables_of(pdf)
        checks.equal(len(tables), len(said["tables"]), name, "the tables in the structure are the report's")
        checks.that(not torn(tables, said), name, "no row is torn", torn(tables, said)[:3])
        checks.that(not alone(tables), name, "no heading of a table stands alone", alone(tables)[:3])


def over_a_foot(tables):
    """The first table of which a row ends a page and another begins the next, and those two rows."""
    for rows in tables:
        whole = [row for row in rows if not row.is_header and len(row.pages) == 1]
        for before, after in zip(whole, whole[1:]):
            if before.pages != after.pages:
                return rows, before, after
    return None


def check_spoilt(checks, path, said):
    """What check_pages asks is not so in a PDF where a row goes on over a page's foot, or headings stand alone."""
    name = f"{path.name}, spoilt"
    with pikepdf.open(path) as pdf:
        found = over_a_foot(tables_of(pdf))
        if not checks.that(found, name, "a table goes over a page's foot"):
            return
        _, before, after = found
        before.element.K = pikepdf.Array([*before.element.K, *after.element.K])
        checks.that(torn(tables_of(pdf), said), name, "a torn row is found")
    with pikepdf.open(path) as pdf:
        rows, *_ = over_a_foot(tables_of(pdf))
        of_header = next(row.pages for row in rows if row.is_header)
        for row in rows:
            if not row.is_header and row.pages & of_header:
                row.element.K = pikepdf.Array()
        checks.that(alone(tables_of(pdf)), name, "headings that stand alone are found")


def is_a(one, kind):
    return isinstance(one.get("value"), dict) and one["value"].get("/Type") == kind


def resolved(objects, value):
    return objects.get(f"obj:{value}", {}).get("value") if isinstance(value, str) and value.endswith(" R") else value


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    checks, files = Checks(), 0
    expectations = sorted(folder.glob("*.json"))
    checks.that(expectations, str(folder), "there is something to check")
    documents = sorted(folder.glob("*.docx"))
    with tempfile.TemporaryDirectory() as made:
        made = Path(made)
        command = ["soffice", "--headless", f"-env:UserInstallation={(made / 'profile').as_uri()}", "--convert-to",
                   'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}', "--outdir", str(made)]
        if documents:
            code, out, err = run(*command, *map(str, documents))
            checks.that(code == 0, str(folder), "LibreOffice ends well", err[-300:])
        for expectation in expectations:
            said = json.loads(expectation.read_text())
            stem = expectation.stem
            for ending, check in [
                (".docx", lambda path: check_docx(checks, path, said, made)),
                ("-i-mall.docx", lambda path: check_docx(checks, path, said, made)),
                (".xlsx", lambda path: check_xlsx(checks, path, said)),
                (".pdf", lambda path: check_pdf(checks, path, said)),
            ]:
                path = folder / f"{stem}{ending}"
                if ending == ".xlsx" and said["sheets"] is None:
                    # The lists are of the report alone.
                    checks.that(not path.exists(), path.name, "it wasn't written")
                elif path.exists():
                    before = len(checks.wrong)
                    check(path)
                    files += 1
                    print(f"{path.name}: {'as it should be' if len(checks.wrong) == before else 'wrong'}")
                else:
                    checks.that(False, path.name, "it was written")
    longest = max(folder.glob("*.pdf"), key=lambda path: path.stat().st_size, default=None)
    if checks.that(longest, str(folder), "there is a PDF to spoil"):
        check_spoilt(checks, longest, json.loads(longest.with_suffix(".json").read_text()))
    for wrong in checks.wrong:
        print(f"  {wrong}", file=sys.stderr)
    failed = len(checks.wrong)
    print(f"{files} files read by other programs: {checks.count - failed} checks passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
