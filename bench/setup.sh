# Sourced by the benchmarks: a fresh server before a simulated upstream, both ended on exit.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. .mvn/jdk25.sh
find_jdk25
./nightjar --version >/dev/null

IN_FLIGHT=${IN_FLIGHT:-256}
SIM_PORT=${SIM_PORT:-9871}
PORT=${PORT:-9872}
work=$(mktemp -d)
trap 'kill $server $sim 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

simulated() {
  exec ./nightjar sim --port "$SIM_PORT" --usage fast --latency "${LATENCY:-0ms}"
}
"${UPSTREAM_COMMAND:-simulated}" 2>"$work/sim.log" &
sim=$!
NIGHTJAR_JAVA_OPTS="${SERVER_JAVA_OPTS:-}" ./nightjar serve --port "$PORT" --data "$work/data" \
  --upstream "http://127.0.0.1:$SIM_PORT/v1" --max-in-flight "$IN_FLIGHT" 2>"$work/serve.log" &
server=$!

await() { # await URL: until it answers 200
  for _ in $(seq 300); do
    curl -sf -o /dev/null "$1" && return
    sleep 0.1
  done
  cat "$work"/*.log >&2
  echo "bench: $1 does not answer" >&2
  exit 1
}
await "http://127.0.0.1:$SIM_PORT/health"
await "http://127.0.0.1:$PORT/healthz/ready"

bench() {
  "$JAVA_HOME/bin/java" bench/Bench.java "$@"
}
