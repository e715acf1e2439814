// Compiles the contracts into out/*.json (ABI, bytecode); with --check, says whether out/ is what the
// sources give: exit 0 equal, 1 different, 2 could not measure.
"use strict";
const fs = require("fs");
const path = require("path");

const CONTRACTS = [
  "IModelRegistry", "IInference", "Classifier", "test/Probe",
  "bench/Token", "bench/Pair", "bench/Router", "bench/RayTracer",
];
const here = (...parts) => path.join(__dirname, ...parts);

let solc;
try {
  solc = require("solc");
} catch {
  console.error("solc is not installed: run `npm ci` in " + path.basename(__dirname));
  process.exit(2);
}
const pinned = require("./package.json").devDependencies.solc;
if (!solc.version().startsWith(pinned + "+")) {
  console.error(`this is solc ${solc.version()}, pinned is ${pinned}: run \`npm ci\``);
  process.exit(2);
}

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    [...CONTRACTS, "Isocortex"].map((name) => [`${name}.sol`, { content: fs.readFileSync(here(`${name}.sol`), "utf8") }]),
  ),
  settings: {
    evmVersion: "osaka",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const problem of output.errors ?? []) console.error(problem.formattedMessage);
if (output.errors?.length) process.exit(1);

const check = process.argv.includes("--check");
let differs = false;
fs.mkdirSync(here("out"), { recursive: true });
for (const source of CONTRACTS) {
  const name = path.basename(source);
  const contract = output.contracts[`${source}.sol`][name];
  const text = JSON.stringify({ abi: contract.abi, bytecode: "0x" + contract.evm.bytecode.object }, null, 1) + "\n";
  const file = here("out", `${name}.json`);
  if (check) {
    const same = fs.existsSync(file) && fs.readFileSync(file, "utf8") === text;
    console.log(`${same ? "equal" : "DIFFERS"}  out/${name}.json`);
    differs ||= !same;
  } else {
    fs.writeFileSync(file, text);
    console.log(`written  out/${name}.json`);
  }
}
process.exit(differs ? 1 : 0);
