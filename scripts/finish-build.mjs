// The last step of the app's build, run by trunk before it puts the files in dist/.
//
// 1. The inline start scripts become files, so that the content security policy needs no exception; the stylesheets
//    become one file, so that the page waits for one.
// 2. The pieces that were cut off from the page's module (see scripts/trunk/wasm-bindgen) are made small and put beside it.
// 3. The workers' modules and the page's are named by their content, so that a page never meets another build's worker
//    or piece. The page finds the workers' names in <meta name="worker-…">.
// 4. The service worker gets its lists of files and the build's name.
// 5. What a browser accepts compressed is compressed, once.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const WORKERS = ["keeper", "files", "pdf"];
const COMPRESSED = /\.(css|html|js|json|svg|ttf|wasm|webmanifest)$/;
// Browsers ask for these on their own, or never.
const NOT_KEPT = /^(sw\.js|index\.html)$|\.txt$/;
// What sets PDFs: kept when a page that may want it is first open.
const KEPT_LATER = /^pdf-|^fonts\/paper\//;
// Compressing the largest files as well as can be takes minutes and gives a few per cent.
const LARGE = 8_000_000;

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("TRUNK_STAGING_DIR is not set: this script is run by trunk");
const release = process.env.TRUNK_PROFILE === "release";
const at = (name) => join(staging, name);

await finish();

async function finish() {
  let html = await readFile(at("index.html"), "utf8");
  html = await bringPiecesIn(html);
  html = await moveScripts(html);
  html = await joinStyles(html);
  for (const worker of WORKERS) html = await nameWorker(html, worker);
  await writeFile(at("index.html"), html);
  if (release) {
    await fillServiceWorker();
    await compressAll();
  } else {
    // While developing, yesterday's build must not come back from a cache.
    await rm(at("sw.js"), { force: true });
  }
}

async function bringPiecesIn(html) {
  const cut = join(process.env.CARGO_TARGET_DIR ?? "target", "wasm-bindgen", release ? "release" : "debug", "klassrum-pieces");
  const pieces = (await readdir(cut)).filter((file) => file.endsWith(".wasm") && file !== "klassrum.wasm").sort();
  if (release) await makeSmall(pieces.map((piece) => join(cut, piece)));
  const contents = await Promise.all(pieces.map((piece) => readFile(join(cut, piece))));

  const [whole] = html.match(/klassrum-[0-9a-f]+(?=\.js)/) ?? [];
  if (!whole) throw new Error("index.html names no module of the page");
  const glue = await readFile(at(`${whole}.js`), "utf8");
  const wasm = await readFile(at(`${whole}_bg.wasm`));
  const loader = await readFile(join(cut, "__wasm_split.js"), "utf8");
  // They name each other, so they are named together.
  const build = hash(glue, wasm, loader, ...contents);
  const page = `klassrum-${build}`;
  const named = (piece) => `page-${basename(piece, ".wasm").replace(/[^0-9A-Za-z]+/g, "-")}-${build}.wasm`;

  await writeFile(at(`${page}.js`), replaced(glue, 'from "./__wasm_split.js"', `from "./pages-${build}.js"`));
  await unlink(at(`${whole}.js`));
  await rename(at(`${whole}_bg.wasm`), at(`${page}_bg.wasm`));
  let fetches = replaced(loader, "./klassrum.js", `./${page}.js`);
  for (const [piece, content] of pieces.map((piece, i) => [piece, contents[i]])) {
    fetches = replaced(fetches, `./${piece}`, `./${named(piece)}`);
    await writeFile(at(named(piece)), content);
  }
  // A page that could not be fetched is told to whoever asked for it; one that was left meanwhile is no error.
  fetches = replaced(fetches, "console.error(e)", "console.warn(e)");
  await writeFile(at(`pages-${build}.js`), fetches);
  const preload = `<link rel="modulepreload" href="/pages-${build}.js">`;
  return replaced(html, whole, page).replace("</head>", () => `${preload}</head>`);
}

/** With the settings that index.html gives trunk for the page's module. */
async function makeSmall(files) {
  const source = await readFile(process.env.TRUNK_HTML_FILE ?? "index.html", "utf8");
  const settings = source.match(/data-bin="klassrum"[^>]*data-wasm-opt-params="([^"]*)"/)?.[1].split(/\s+/) ?? [];
  for (const file of files) await promisify(execFile)("wasm-opt", ["-Oz", ...settings, file, "-o", file]);
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`${from} is not there to be replaced`);
  return text.replaceAll(from, () => to);
}

async function moveScripts(html) {
  const inline = /<script type="module"( async)?>([\s\S]*?)<\/script>/g;
  for (const [element, soon = "", source] of [...html.matchAll(inline)]) {
    const script = source.trim() + "\n";
    const name = `start-${hash(script)}.js`;
    await writeFile(at(name), script);
    html = html.replace(element, () => `<script type="module"${soon} src="/${name}"></script>`);
  }
  return html;
}

async function joinStyles(html) {
  const sheets = [...html.matchAll(/<link rel="stylesheet" href="\/([^"]+)"[^>]*>\s*/g)];
  if (!sheets.length) throw new Error("index.html names no stylesheet");
  const all = (await Promise.all(sheets.map(([, file]) => readFile(at(file), "utf8")))).join("\n");
  const name = `style-${hash(all)}.css`;
  await writeFile(at(name), all);
  for (const [n, [element, file]] of sheets.entries()) {
    await unlink(at(file));
    html = html.replace(element, () => (n ? "" : `<link rel="stylesheet" href="/${name}">\n`));
  }
  return html;
}

async function nameWorker(html, worker) {
  const glue = await readFile(at(`${worker}.js`));
  const wasm = await readFile(at(`${worker}_bg.wasm`));
  const base = `${worker}-${hash(glue, wasm)}`;
  await unlink(at(`${worker}.js`));
  await rename(at(`${worker}_bg.wasm`), at(`${base}_bg.wasm`));
  const start = `wasm_bindgen({ module_or_path: "/${base}_bg.wasm" });\n`;
  await writeFile(at(`${base}.js`), `${glue}\n${start}`);
  // Before the script that starts one of them.
  return html.replace('<meta charset="utf-8">', (first) => `${first}<meta name="worker-${worker}" content="/${base}.js">`);
}

async function fillServiceWorker() {
  const files = (await list(staging)).filter((file) => !NOT_KEPT.test(file));
  const later = files.filter((file) => KEPT_LATER.test(file));
  const kept = ["index.html", ...files.filter((file) => !KEPT_LATER.test(file))];
  const all = [...kept, ...later];
  const contents = await Promise.all(all.map((file) => readFile(at(file))));
  const source = await readFile(at("sw.js"), "utf8");
  const build = hash(source, ...all, ...contents);
  const paths = (files) => JSON.stringify(files.map((file) => `/${file}`));
  const filled = source
    .replace('const BUILD = "";', () => `const BUILD = ${JSON.stringify(build)};`)
    .replace("const FILES = [];", () => `const FILES = ${paths(kept)};`)
    .replace("const LATER = [];", () => `const LATER = ${paths(later)};`);
  if (/BUILD = ""|FILES = \[\]|LATER = \[\]/.test(filled)) throw new Error("sw.js has lost a line that is filled in");
  await writeFile(at("sw.js"), filled);
}

async function compressAll() {
  const files = (await list(staging)).filter((file) => COMPRESSED.test(file));
  const sizes = await Promise.all(files.map(compress));
  for (const [file, [plain, small]] of files.map((file, i) => [file, sizes[i]])) {
    console.log(`  ${kilobytes(plain)} kB, ${kilobytes(small)} kB sent  ${file}`);
  }
}

async function compress(file) {
  const plain = await readFile(at(file));
  const small = await promisify(brotliCompress)(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: plain.length < LARGE ? 11 : 9, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  await writeFile(at(`${file}.br`), small);
  return [plain.length, small.length];
}

async function list(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1))
    .sort();
}

function hash(...parts) {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex").slice(0, 16);
}

function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1).padStart(7);
}
