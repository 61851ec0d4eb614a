// A tap on the way to a relay: all that goes through, as those in between would see it.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Listens at a port of its own and passes everything on to `url`. */
export async function tapBefore(url) {
  const connections = [];
  const sockets = new Set();
  const server = createServer((client) => {
    const relay = connect(Number(new URL(url).port), "127.0.0.1");
    const heard = { sent: [], received: [] };
    connections.push(heard);
    client.on("data", (bytes) => heard.sent.push(bytes));
    relay.on("data", (bytes) => heard.received.push(bytes));
    client.pipe(relay).pipe(client);
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Every byte of the connections to the relay's socket, without the masks that browsers put on theirs. */
    socketBytes: () =>
      connections
        .map(({ sent, received }) => [Buffer.concat(sent), Buffer.concat(received)])
        .filter(([sent]) => sent.subarray(0, 9).toString() === "GET /sync")
        .map(([sent, received]) => Buffer.concat([unmasked(sent), received])),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(done));
    },
  };
}

/** What a browser's side of a WebSocket says (RFC 6455, 5.2). */
function unmasked(bytes) {
  const parts = [];
  let at = bytes.indexOf("\r\n\r\n") + 4;
  while (at + 6 <= bytes.length) {
    let length = bytes[at + 1] & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const mask = bytes.subarray(at, at + 4);
    const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
    for (let place = 0; place < payload.length; place++) payload[place] ^= mask[place & 3];
    parts.push(payload);
    at += 4 + length;
  }
  return Buffer.concat(parts);
}
