#!/usr/bin/env bash
# The package as a user gets it: packed, checked, installed into an empty folder, and asked.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

npm pack --ignore-scripts --silent --pack-destination "$scratch" > /dev/null
tarball="$(ls "$scratch"/*.tgz)"
bytes="$(stat -c %s "$tarball")"
echo "package: $bytes bytes"
[ "$bytes" -lt 10000000 ] || { echo "error: the package is larger than 10 MB" >&2; exit 1; }

npx publint --strict "$tarball"
npx attw "$tarball" --profile esm-only

mkdir "$scratch/empty"
cd "$scratch/empty"
npm init --yes > /dev/null
npm install --no-audit --no-fund --silent "$tarball"
npx --no-install llm-placement --version
npx --no-install llm-placement doctor
npx --no-install llm-placement solve --model llama-3.3-70b --providers AWS --regions us-east-1 --gpus H100,L40S \
  --max-count 2 --input-length 2048 --output-length 512 --concurrency 64 --json > solution.json
node -e '
  const { status, metrics } = JSON.parse(require("node:fs").readFileSync("solution.json", "utf8"));
  if (status !== "optimal") throw new Error(`the installed package answers "${status}"`);
  console.log(`installed package: ${status}, $${metrics.dollar_per_million_token.toFixed(4)} per million tokens`);
'
cat > snippet.mjs <<'EOF'
import { SHIPPED, evaluate } from "llm-placement";
import { readProblem } from "llm-placement/node";
if (typeof evaluate !== "function" || typeof readProblem !== "function" || !SHIPPED) throw new Error("exports are missing");
EOF
node snippet.mjs
