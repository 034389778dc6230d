#!/usr/bin/env bash
# documented.sh SOURCE_DIR BUILD_DIR CASE: the commands of README.md, docs/kafka.md and docs/operations.md do what is written beside them, in a tree of their
# own with the programs of BUILD_DIR, on free ports.
set -euo pipefail
source_dir=$1
build=$2
case=$3
room=$(mktemp -d)
tree=$room/tree
export KAFKA_STATE=$room/state KAFKA_PORTS=free
# What runs is ended by its process group, brokers by their folder.
started=()
finish() {
  local group
  for group in "${started[@]}"; do kill -KILL -- "-$group" 2>/dev/null || true; done
  [[ ! -e $KAFKA_STATE ]] || "$source_dir/tests/kafka/cluster" wipe
  rm -rf "$room"
}
trap finish EXIT

fail() {
  echo "FAILED: $*"
  tail -n 20 "$room"/*.out 2>/dev/null || true
  exit 1
}
says() { grep -qF -- "$2" "$room/$1.out" 2>/dev/null; }
# eventually COMMAND...: until it succeeds; at most 90 seconds.
eventually() {
  local end=$((SECONDS + 90))
  until "$@"; do
    ((SECONDS < end)) || fail "in vain: $*"
    sleep 0.05
  done
}

# Lines of code blocks that begin as a command does, without their comments.
commands() {
  sed -nE '/^    ([A-Z_]+=[^ ]+ )*(make|chatd|cmake|ctest|build\/release\/bin\/[a-z]+|tests\/kafka\/cluster) /{s/^ +//;s/ +#.*//;p}' \
    "$source_dir/README.md" "$source_dir/docs/kafka.md" "$source_dir/docs/operations.md" | sort -u
}

memory_commands=(
  "build/release/bin/chatd --config config/chat.toml"
  "build/release/bin/chatd --set host.listen=127.0.0.1:0"
  "build/release/bin/chatd admin status"
  "build/release/bin/chatd check --config config/chat.toml"
  "build/release/bin/chatd demo"
  "build/release/bin/chatd doctor"
  "build/release/bin/chatd doctor --config config/chat.toml"
  "build/release/bin/chatd drain"
  "make client USER=alice"
  "make client USER=bob"
  "make server"
)
kafka_commands=(
  "SERVER_PORT=8082 make client USER=bob"
  "SERVER_PORT=8082 make server CONFIG=config/kafka.toml"
  "chatd consumer --config config/kafka.toml"
  "chatd consumer --config config/kafka.toml --group audit"
  "chatd consumer --config config/kafka.toml --json"
  "make consumer"
  "make kafka-down"
  "make kafka-up"
  "make server CONFIG=config/kafka.toml"
)
# What runs this test, and what tests/package/install.sh does.
elsewhere_commands=("cmake --install build/release --prefix /opt/chatd" "ctest --test-dir build/dev -L kafka" "make build" "make test")

every_command_is_tested() {
  diff <(commands) <(printf '%s\n' "${memory_commands[@]}" "${kafka_commands[@]}" "${elsewhere_commands[@]}" | sort -u) ||
    fail "left: the documents, right: what $0 runs"
}

free_port() {
  local port
  while port=$((15000 + SRANDOM % 15000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

make_tree() {
  mkdir -p "$tree/build/release" "$tree/tests" "$room/bin"
  cp -r "$source_dir/Makefile" "$source_dir/scripts" "$source_dir/config" "$source_dir/compose" "$tree/"
  ln -s "$source_dir/tests/kafka" "$tree/tests/"
  ln -s "$build/bin" "$tree/build/release/"
  # It is built.
  printf '#!/bin/sh\n' >"$tree/scripts/build"
  # Were there a Docker engine, it would be used.
  printf '#!/bin/sh\nexit 1\n' >"$room/bin/docker"
  chmod +x "$room/bin/docker"
  cd "$tree"
  unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CONFIG PRESET "${!CHATD_@}"
  local port=$(free_port)
  second_port=$(free_port)
  export SERVER_PORT=$port PATH=$room/bin:$build/bin:$PATH
  # A free port for each host that has one, streams that end at once, and lines as people read them.
  export CHATD_ADMIN__LISTEN=127.0.0.1:0 CHATD_HOST__DRAIN_WINDOW_MS=0 CHATD_LOG__FORMAT=text
}

# do_it NAME COMMAND: to its end; its stdin is ours.
do_it() {
  echo "$2"
  bash -c "${2/SERVER_PORT=8082/SERVER_PORT=$second_port}" >"$room/$1.out" 2>&1 || fail "status $?: $2"
}
# start NAME COMMAND: in a process group of its own. It is ended by its first process; make tells its child.
start() {
  echo "$2 &"
  setsid bash -c "${2/SERVER_PORT=8082/SERVER_PORT=$second_port}" >"$room/$1.out" 2>&1 &
  started+=($!)
  disown
}
# serve NAME COMMAND: until it listens.
serve() {
  start "$@"
  eventually says "$1" "chatd listening on "
}
# stop NAME...: what was started last; each drains and says so.
stop() {
  kill -TERM "${started[-1]}"
  eventually says "$1" "stopped"
}
# Somebody who listens until the end of the test.
listen() { # name, command
  mkfifo "$room/$1.in"
  start "$1" "$2 <>'$room/$1.in'"
}

on_the_memory_broker() {
  make_tree
  serve server "make server"
  listen bob "make client USER=bob"
  # Until bob is there, nobody hears; so it is said until it is heard.
  heard() {
    echo "hello from alice" | do_it alice "make client USER=alice" >/dev/null
    says bob "hello from alice"
  }
  eventually heard
  kill -TERM "${started[0]}"
  eventually says server "stopped"
  do_it check "build/release/bin/chatd check --config config/chat.toml"
  local admin_port=$(free_port)
  export CHATD_ADMIN__LISTEN=127.0.0.1:$admin_port
  serve plain "build/release/bin/chatd --config config/chat.toml"
  do_it status "build/release/bin/chatd admin status"
  says status "serving              yes"
  do_it drain "build/release/bin/chatd drain"
  eventually says plain "stopped"
  do_it doctor "build/release/bin/chatd doctor --config config/chat.toml"
  says doctor "who clients are"
  do_it defaults "build/release/bin/chatd doctor"
  serve demo "build/release/bin/chatd demo"
  eventually says demo "alice: hello, everybody"
  kill -INT "${started[-1]}"
  eventually says demo "That was it"
  unset SERVER_PORT
  serve free "build/release/bin/chatd --set host.listen=127.0.0.1:0"
  stop free
}

on_kafka() {
  [[ ! -e $build/kafka.skipped ]] || exit 77  # the fixture has said why
  export KAFKA_HOME=$source_dir/build/kafka
  make_tree
  do_it up "make kafka-up"
  CHATD_PLUGINS__KAFKA__BROKERS=$(<"$KAFKA_STATE/brokers")
  export CHATD_PLUGINS__KAFKA__BROKERS
  serve first "make server CONFIG=config/kafka.toml"
  serve second "SERVER_PORT=8082 make server CONFIG=config/kafka.toml"
  eventually says first " serving"
  eventually says second " serving"
  listen bob "SERVER_PORT=8082 make client USER=bob"
  heard() {
    echo "hello from alice" | do_it alice "make client USER=alice" >/dev/null
    says bob "hello from alice"
  }
  eventually heard
  start lines "make consumer"
  eventually says lines "alice: hello from alice"
  kill -TERM "${started[-1]}"
  eventually says lines "records printed"
  start json "chatd consumer --config config/kafka.toml --json"
  eventually says json "partition"
  kill -TERM "${started[-1]}"
  eventually says json "printed"
  start again "chatd consumer --config config/kafka.toml"
  eventually says again "partition"
  kill -TERM "${started[-1]}"
  eventually says again "printed"
  start audit "chatd consumer --config config/kafka.toml --group audit"
  eventually says audit "alice: hello from alice"
  kill -TERM "${started[-1]}"
  eventually says audit "records printed"
  kill -TERM "${started[@]:0:2}"
  eventually says first "stopped"
  eventually says second "stopped"
  do_it down "make kafka-down"
}

"$case"
