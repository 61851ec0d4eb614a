// A browser driven over W3C WebDriver: https://www.w3.org/TR/webdriver2/. Only what the tests ask for.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/** How long anything may take before it counts as never. */
const PATIENCE = 60_000;

/** Starts a driver, `command` with `{port}` in it, and a browser by it. */
export async function startBrowser(command, capabilities) {
  const port = await freePort();
  const [program, ...args] = command.map((word) => word.replace("{port}", port));
  // A process group of its own, so that what the driver starts ends with it.
  const driver = spawn(program, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const said = [];
  driver.stderr.on("data", (data) => said.push(String(data)));
  let gone = null;
  driver.once("error", (why) => (gone = `${program}: ${why.message}`));
  driver.once("exit", (code) => (gone ??= `${program} ended with ${code}: ${said.join("").slice(-2000)}`));
  const stop = async () => {
    if (gone) return;
    const exit = once(driver, "exit");
    process.kill(-driver.pid, "SIGTERM");
    await exit;
  };
  try {
    const base = `http://127.0.0.1:${port}`;
    await until(`${program} to answer`, async () => {
      if (gone) throw new Error(gone);
      return (await call(base, "GET", "/status").catch(() => null))?.ready;
    });
    const { sessionId } = await call(base, "POST", "/session", { capabilities: { alwaysMatch: capabilities } });
    return new Browser(`${base}/session/${sessionId}`, stop);
  } catch (why) {
    await stop();
    throw why;
  }
}

class Browser {
  #session;
  #stop;

  constructor(session, stop) {
    this.#session = session;
    this.#stop = stop;
  }

  #call(method, path, body) {
    return call(this.#session, method, path, body);
  }

  open(url) {
    return this.#call("POST", "/url", { url });
  }

  /** Reloads as a person does. WebDriver's own refresh passes by the service worker in Firefox. */
  async reload() {
    await this.run(() => {
      window.isBefore = true;
      setTimeout(() => location.reload(), 0);
    });
    // Between two pages there is none to ask.
    await until("the page again", () => this.run(() => !window.isBefore).catch(() => false));
  }

  /** Runs a function in the page; it may return a promise. */
  run(what, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve((${what}).apply(null, [...arguments].slice(0, -1)))
        .then((value) => done({ value: value ?? null }), (why) => done({ why: String(why) }));`;
    return this.#call("POST", "/execute/async", { script, args }).then(({ value, why }) => {
      if (why) throw new Error(why);
      return value;
    });
  }

  /** The element at an XPath, once it is there and shown. */
  find(xpath) {
    return until(xpath, async () => {
      const element = await this.#call("POST", "/element", { using: "xpath", value: xpath }).catch(notThere);
      const id = element?.[ELEMENT];
      return id && (await this.#call("GET", `/element/${id}/displayed`).catch(notThere)) ? id : null;
    });
  }

  button(name) {
    return this.find(`//button[normalize-space()="${name}"]`);
  }

  link(name) {
    return this.find(`//a[normalize-space()="${name}" or span[normalize-space()="${name}"]]`);
  }

  field(label) {
    return this.find(`//*[@id=//label[normalize-space()="${label}"]/@for]`);
  }

  async click(found) {
    const id = await found;
    // As far in as a person would scroll: WebKit's driver moves only the innermost of two that scroll.
    await this.run((element) => element.scrollIntoView({ block: "center" }), { [ELEMENT]: id });
    return this.#call("POST", `/element/${id}/click`, {});
  }

  async type(found, text) {
    return this.#call("POST", `/element/${await found}/value`, { text });
  }

  async valueOf(found) {
    return this.#call("GET", `/element/${await found}/property/value`);
  }

  async textOf(found) {
    return this.#call("GET", `/element/${await found}/text`);
  }

  async close() {
    // A browser that does not answer any more ends with its driver.
    await this.#call("DELETE", "").catch(() => {});
    await this.#stop();
  }
}

/** Asks again and again, until there is an answer. */
export async function until(what, ask) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (deadline < Date.now()) throw new Error(`waited for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function notThere(why) {
  if (["no such element", "stale element reference"].includes(why.code)) return null;
  throw why;
}

async function call(base, method, path, body) {
  const answer = await fetch(base + path, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { "content-type": "application/json" },
    signal: AbortSignal.timeout(2 * PATIENCE),
  });
  const { value } = await answer.json();
  if (answer.ok) return value;
  throw Object.assign(new Error(`${value.error}: ${value.message}`), { code: value.error });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
