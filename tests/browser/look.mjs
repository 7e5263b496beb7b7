// Opens one page in Chromium as each look asks, and prints what it saw as JSON.
// usage: node look.mjs < {"modules", "chromium", "proxy", "url", "looks"}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const require = createRequire(`${asked.modules}/package.json`);
const { default: puppeteer } = await import(`file://${require.resolve("puppeteer-core")}`);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");

const browser = await puppeteer.launch({
  executablePath: asked.chromium,
  args: [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    `--proxy-server=${asked.proxy}`, "--proxy-bypass-list=<-loopback>",
  ],
});
const seen = [];
for (const look of asked.looks) {
  const page = await browser.newPage();
  const found = { console: [], requests: [] };
  page.on("console", (message) => found.console.push(message.text()));
  page.on("pageerror", (error) => found.console.push(String(error)));
  page.on("dialog", (dialog) => { found.console.push("dialog"); dialog.dismiss(); });
  page.on("request", (request) => found.requests.push(request.url()));
  await page.setJavaScriptEnabled(look.script ?? true);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look.scheme ?? "light" }]);
  if (look.print) await page.emulateMediaType("print");
  await page.setViewport({ width: look.width ?? 920, height: 900 });
  await page.goto(asked.url, { timeout: 120_000 });
  if (look.evaluate) found.value = await page.evaluate(look.evaluate);
  if (look.axe) {
    await page.evaluate(axe);
    const result = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
    found.violations = result.violations.map(({ id, impact, nodes }) =>
      ({ id, impact, first: nodes[0].html, why: nodes[0].failureSummary }));
  }
  if (look.picture) await page.screenshot({ path: look.picture, fullPage: true });
  seen.push(found);
  await page.close();
}
await browser.close();
console.log(JSON.stringify(seen));
