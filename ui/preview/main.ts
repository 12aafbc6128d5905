// Plays one scene: ?scene=call-check&theme=dark. With &axe it also looks for what a screen reader or a
// keyboard would stumble over, and writes it into the title.
import { plays } from "./plays";
import { scene, usual } from "./scene";
import { wait } from "./hands";

const wanted = new URLSearchParams(location.search);
const name = wanted.get("scene") ?? "first-run";
const play = plays[name];
if (wanted.has("list")) {
  const list = document.createElement("pre");
  list.id = "report";
  list.textContent = JSON.stringify({ scenes: Object.keys(plays) });
  document.body.append(list);
  throw new Error("only the list of scenes was asked for");
}
if (play === undefined) throw new Error(`no scene ${name}: ${Object.keys(plays).join(" ")}`);

const theme = wanted.get("theme") === "dark" ? "dark" : "light";
const density = wanted.get("density") === "compact" ? "compact" : "comfortable";
localStorage.setItem("recovery-desk-preferences", JSON.stringify({ theme, density }));

scene.answers = usual();
if (play.now !== undefined) scene.now = new Date(`2026-11-24T${play.now}`).getTime();
const started = performance.now();
Date.now = () => scene.now + Math.round(performance.now() - started);
play.set?.();

const problems: string[] = [];
let looked = 0;
document.addEventListener("securitypolicyviolation", (event) => problems.push(`csp ${event.violatedDirective} ${event.sourceFile}`));
window.addEventListener("error", (event) => problems.push(`error ${event.message}`));

await import("../src/main");
await wait(150);
await play.act?.();
await wait(450);
if (wanted.has("axe")) {
  const { default: axe } = await import("axe-core");
  const { violations, passes } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  looked = passes.length;
  for (const violation of violations) problems.push(`${violation.id}: ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`);
}
const wide = document.documentElement.scrollWidth > window.innerWidth;
const columns = document.querySelector(".columns, .look-up-body, main.entry");
const scrolls = columns !== null && columns.scrollHeight > columns.clientHeight + 1;
const report = document.createElement("pre");
report.hidden = true;
report.id = "report";
report.textContent = JSON.stringify({ name, theme, height: window.innerHeight, problems, looked, wide, scrolls: scrolls ? columns.scrollHeight - columns.clientHeight : 0, focus: document.activeElement?.id ?? "" });
document.body.append(report);
document.title = "played";
