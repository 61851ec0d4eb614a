// Registers with a past: changes that are dated earlier than any that a browser makes.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as Automerge from "@automerge/automerge";

type Fields = Record<string, string>;
type Document = Record<string, Record<string, Record<string, unknown>>>;

/** What was written on a day: records by kind and key. */
export type Written = { on: string; records: Record<string, Record<string, Fields>> };

/** A plain register file in which this was written, in this order. */
export function registerOf(...written: Written[]) {
  const genesis = fileURLToPath(new URL("../../../src/document/genesis.automerge", import.meta.url));
  let document = Automerge.load<Document>(new Uint8Array(readFileSync(genesis)));
  for (const { on, records } of written) {
    const time = Date.parse(`${on}T12:00:00Z`) / 1000;
    document = Automerge.change(document, { time }, (document) => {
      for (const [kind, byKey] of Object.entries(records)) {
        for (const [key, fields] of Object.entries(byKey)) {
          document[kind]![key] ??= {};
          const record = document[kind]![key]!;
          for (const [field, text] of Object.entries(fields)) record[field] = new Automerge.ImmutableString(text);
        }
      }
    });
  }
  return { name: "register.automerge", mimeType: "application/octet-stream", buffer: Buffer.from(Automerge.save(document)) };
}
