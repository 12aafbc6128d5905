// Photographs scenes of the built preview with headless chromium, and prints what is wrong with each:
//   node preview/shoot.mjs <folder> [--size=1280x770] [--axe] [--density=compact] [scene …]
import { execFile } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const out = new URL("./out/", import.meta.url).pathname;
const [folder, ...rest] = process.argv.slice(2);
const option = (name) => rest.find((part) => part.startsWith(`--${name}`))?.split("=")[1];
const size = option("size") ?? "1280x770";
const themes = (option("themes") ?? "light,dark").split(",");
const named = (file, list) => [...readFileSync(new URL(file, import.meta.url), "utf8").split(`export const ${list}`)[1].matchAll(/^ {2}"?([a-z-]+)"?: /gmu)].map((match) => match[1]);
const all = [...named("./plays.ts", "plays"), ...named("./administration-plays.ts", "administration"), ...named("./team-plays.ts", "teamPlays")];
const wanted = rest.filter((part) => !part.startsWith("--"));
const barsNotDrawn = 143;
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const server = createServer((request, response) => {
  const path = join(out, new URL(request.url, "http://x").pathname);
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain" });
  createReadStream(path).pipe(response);
}).listen(0, "127.0.0.1");
await new Promise((up) => server.once("listening", up));
mkdirSync(folder, { recursive: true });

async function shoot(scene, theme) {
  const profile = mkdtempSync(join(tmpdir(), "shoot-"));
  const query = `scene=${scene}&theme=${theme}&density=${option("density") ?? "comfortable"}${rest.includes("--axe") ? "&axe" : ""}`;
  const flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars".split(" ");
  const common = [...flags, `--user-data-dir=${profile}`, "--virtual-time-budget=30000"];
  const [width, height] = size.split("x").map(Number);
  const url = `http://127.0.0.1:${server.address().port}/index.html?${query}`;
  const picture = join(folder, `${scene}${theme === "dark" ? "-dark" : ""}.png`);
  const look = (more, tall) => run("chromium", [...common, ...more, `--window-size=${width},${tall}`, url], { timeout: 60_000, maxBuffer: 1e8 }).catch((failed) => ({ stdout: String(failed.message).slice(0, 300) }));
  // Headless chromium keeps room for bars it does not draw: only the picture has the size asked for.
  const { stdout } = await look(["--dump-dom"], height + barsNotDrawn);
  if (!rest.includes("--no-picture")) await look([`--screenshot=${picture}`], height);
  rmSync(profile, { recursive: true, force: true });
  const report = /<pre[^>]*id="report"[^>]*>(.*?)<\/pre>/su.exec(stdout)?.[1]?.replaceAll("&quot;", '"').replaceAll("&gt;", ">") ?? `no report ${stdout.slice(0, 200)}`;
  console.log(report);
}
for (const scene of wanted.length > 0 ? wanted : all) for (const theme of themes) await shoot(scene, theme);
server.close();
