#!/usr/bin/env bash
# demo.sh BUILD_DIR: `chatd demo` as a newcomer meets it: it says where to look, one looks there and joins in, and Ctrl-C ends it. A second
# one beside it finds other ports.
set -euo pipefail
bin=$1/bin
room=$(mktemp -d)
pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$room"
}
trap finish EXIT
unset "${!CHATD_@}" SERVER_PORT KAFKA_BROKERS

fail() {
  echo "FAILED: $*"
  tail -n 40 "$room"/*
  exit 1
}
says() { grep -qsF -- "$2" "$room/$1"; }
eventually() {
  local end=$((SECONDS + 40))
  until "$@"; do
    ((SECONDS < end)) || fail "in vain: $*"
    sleep 0.05
  done
}
# place NAME LABEL: the HOST:PORT in the line of the demo's output that begins so.
place() { sed -nE "s|^  $2 .*(127\.0\.0\.1:[0-9]+).*|\1|p" "$room/$1"; }
page() { # HOST:PORT PATH
  exec 3<>"/dev/tcp/${1/:/\/}"
  printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' "$2" >&3
  cat <&3
  exec 3>&-
}

for demo in first second; do
  "$bin/chatd" demo --every 20 >"$room/$demo" 2>"$room/$demo.err" &
  pids+=($!)
  eventually says "$demo" "#games bob: e5"
done
says first "carol: good to see you" || fail "carol was not heard"
[[ $(place first "join in") != "$(place second "join in")" ]] || fail "two hosts at one address"

# The commands as they were printed.
join=$(sed -nE 's|^  join in +(.*) --server.*|\1|p' "$room/first")
[[ $join == "$bin/chat client you" ]] || fail "join in by: $join"
echo "may I play, too?" | $join --server "$(place first "join in")" >"$room/you" || fail "could not join in"
eventually says first "  you: may I play, too?"
$(sed -nE 's|^  who is there +||p' "$room/first") >"$room/sessions" || fail "who is there?"
for user in alice bob carol; do says sessions "$user" || fail "$user is not there"; done
three_streams() {
  page "$(place first metrics)" /metrics >"$room/metrics"
  says metrics "chatd_streams 3"
}
eventually three_streams
page "$(place second health)" /statusz >"$room/statusz"
says statusz "  ok   broker" || fail "the second demo is not well"

kill -INT "${pids[0]}"
kill -TERM "${pids[1]}"
for demo in 0 1; do wait "${pids[$demo]}" || fail "a demo ended with $?"; done
says first "That was it" || fail "it did not say good-bye"
[[ ! -s $room/first.err ]] || says first.err "stopping" || fail "it complained"
