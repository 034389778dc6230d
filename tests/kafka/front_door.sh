#!/usr/bin/env bash
# front_door.sh SOURCE_DIR CASE: one test of `make kafka-up` and `make kafka-down`, in a copy of its own, with stand-ins for Docker, Java
# and Maven that write down how they were called.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir -p "$room/bin" "$room/tree/tests"
cp -r "$1/Makefile" "$1/scripts" "$1/compose" "$room/tree/"
cp -r "$1/tests/kafka" "$room/tree/tests/"
cd "$room/tree"
# Nothing else is found, so what is not put here is missing.
for program in awk bash cat chmod cksum cp dirname env find flock grep make mkdir mktemp mv readlink rm rmdir sed seq sh sleep sort tail tee wc; do
  ln -s "$(command -v "$program")" "$room/bin/"
done
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES KAFKA_HOME KAFKA_STATE KAFKA_PORTS KAFKA_CONTROLLER_PORTS
export PATH=$room/bin calls=$room/calls
: >"$calls"

fail() {
  echo "FAILED: $*"
  cat "$calls" "$room"/*.out
  exit 1
}
stand_in() { # name, its script from stdin
  { echo '#!/usr/bin/env bash'; echo 'echo "${0##*/} $*" >>"$calls"'; cat; } >"$room/bin/$1"
  chmod +x "$room/bin/$1"
}
called() { grep -qF -- "$1" "$calls" || fail "no call \"$1\""; }
not_called() { ! grep -qF -- "$1" "$calls" || fail "a call \"$1\""; }
says() { grep -qF -- "$2" "$room/$1.out" || fail "$1 does not say \"$2\""; }
run() { # name, expected status, command
  local status=0
  "${@:3}" >"$room/$1.out" 2>&1 </dev/null || status=$?
  [[ $status == "$2" ]] || fail "$1: status $status, expected $2"
}
engine() {
  stand_in docker <<'END'
[[ $* != *" ps "* || ! -e $calls.up ]] || printf 'a\nb\nc\n'
[[ $* != *" up "* ]] || : >"$calls.up"
END
}

without_engine_and_java_it_says_what_to_install() {
  run up 2 make kafka-up
  says up "apt-get install default-jre-headless maven"
}

an_engine_that_does_not_answer_is_not_used() {
  stand_in docker <<<'exit 1'
  run up 2 make kafka-up
  says up "default-jre-headless"
  not_called "up --detach"
}

only_what_is_missing_is_named() {
  stand_in java <<<''
  run up 2 make kafka-up
  says up "apt-get install maven"
}

a_failed_download_shows_why() {
  stand_in java <<<''
  stand_in mvn <<<'echo "[ERROR] no route to anywhere"; exit 1'
  run up 2 make kafka-up
  says up "no route to anywhere"
  says up "could not fetch the jars"
}

with_an_engine_compose_starts_brokers_and_makes_topics() {
  engine
  run up 0 make kafka-up
  called "compose --file compose/kafka.yaml up --detach --wait kafka-1 kafka-2 kafka-3"
  called "compose --file compose/kafka.yaml run --rm topics"
  says up "make server CONFIG=config/kafka.toml"
  : >"$calls"
  run again 0 make kafka-up
  says again "up already"
  not_called " up "
  run down 0 make kafka-down
  called "compose --file compose/kafka.yaml down"
}

case $2 in
  *[!a-z_]*) exit 2 ;;
  *) "$2" ;;
esac
