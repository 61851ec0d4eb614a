import { expect, test } from "../fixtures.ts";
import { Report } from "../pages/report.ts";
import { Start } from "../pages/start.ts";
import { ADDRESSES, visit, type PageKey } from "../pages/tour.ts";

// Every test fails on an error on the console; this one goes everywhere, and asks for nothing from elsewhere.
test("a whole tour breaks no policy and asks only its own address", async ({ page, baseURL }) => {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== baseURL && !request.url().startsWith("blob:")) elsewhere.push(request.url());
  });
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => console.error(`stopped: ${event.blockedURI}`)),
  );
  await (await Start.visit(page)).tryExample();
  for (const key of Object.keys(ADDRESSES) as PageKey[]) await visit(page, key);
  await (await Report.visit(page)).words();
  expect(elsewhere).toEqual([]);
});

test("the page is answered with a policy that allows its own files and wasm, and nothing else", async ({ page }) => {
  const answer = await page.goto("/");
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
});
