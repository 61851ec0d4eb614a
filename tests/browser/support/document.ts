// A plain register file in Automerge for JavaScript, as any other program meets it.

import * as Automerge from "@automerge/automerge";

type Fields = Record<string, unknown>;
type Document = Record<string, Record<string, Fields>>;
type File = { name: string; mimeType: string; buffer: Buffer };

/** Opens a plain register file. */
export function load(file: File) {
  return Automerge.load<Document>(new Uint8Array(file.buffer));
}

/** The collection and the key of the record with this name. */
export function placeOf(document: Document, name: string): [string, string] {
  for (const [kind, records] of Object.entries(document)) {
    if (typeof records !== "object") continue;
    for (const [key, fields] of Object.entries(records)) {
      if (String(fields["name"]) === name) return [kind, key];
    }
  }
  throw new Error(`there is no ${name}`);
}

/** The file after another program's edit of the record with this name. */
export function edited(file: File, name: string, edit: (fields: Fields, document: Document, path: [string, string]) => void): File {
  const theirs = load(file);
  const [kind, key] = placeOf(theirs, name);
  const changed = Automerge.change(theirs, (document) => edit(document[kind]![key]!, document, [kind, key]));
  return { ...file, buffer: Buffer.from(Automerge.save(changed)) };
}
