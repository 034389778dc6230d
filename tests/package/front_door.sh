#!/usr/bin/env bash
# front_door.sh SOURCE_DIR CASE: one test of the Makefile and scripts/, in a copy of its own. cmake, ninja, apt-get and their like are
# stand-ins that write down how they were called; so are the programs that the build would have made.
set -euo pipefail
source_dir=$1
case=$2
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
calls=$room/calls
tree=$room/tree
mkdir -p "$tree/docs" "$room/bin"
cp -r "$source_dir/Makefile" "$source_dir/scripts" "$tree/"
cp "$source_dir/CMakePresets.json" "$tree/"
: >"$calls"
cd "$tree"
# Nothing of the make and the shell that run this test may reach the one under test.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CONFIG PRESET SERVER_PORT CHATD_WERROR
export USER=login calls room PATH="$room/bin:$PATH"

fail() {
  echo "FAILED: $*"
  echo "--- calls:"
  cat "$calls"
  echo "--- output:"
  cat "$room"/*.out 2>/dev/null || true
  exit 1
}
# stand_in NAME: a program NAME whose script is read from stdin; it can write down its call with `call`.
stand_in() {
  { echo '#!/bin/bash'; echo 'call() { echo "$(basename "$0") $*" >>"$calls"; }'; cat; } >"$room/bin/$1"
  chmod +x "$room/bin/$1"
}
# called TEXT: some call contains TEXT. says FILE TEXT: the output contains it.
called() { grep -qF -- "$1" "$calls" || fail "no call \"$1\""; }
not_called() { ! grep -qF -- "$1" "$calls" || fail "a call \"$1\""; }
says() { grep -qF -- "$2" "$room/$1.out" || fail "$1 does not say \"$2\""; }
# run NAME EXPECTED_STATUS COMMAND...: its output goes to NAME.out.
run() {
  local status=0
  "${@:3}" >"$room/$1.out" 2>&1 </dev/null || status=$?
  [[ $status == "$2" ]] || fail "$1: status $status, expected $2"
}
# eventually COMMAND...: until it succeeds; at most 20 seconds.
eventually() {
  local end=$((SECONDS + 20))
  until "$@"; do
    ((SECONDS < end)) || fail "in vain: $*"
    sleep 0.02
  done
}

stand_in cmake <<'END'
call "$@"
mkdir -p build/release
cache=build/release/CMakeCache.txt
touch $cache
for option; do
  [[ $option == -D* ]] || continue
  name=${option%%=*} name=${name#-D}
  sed -i "/^$name:/d" $cache
  echo "$name:BOOL=${option#*=}" >>$cache
done
touch build/release/build.ninja
END
stand_in ninja <<'END'
call "$@"
[[ ! -e bin ]] || echo "ninja: no work to do."
mkdir -p bin
for program in chatd chat; do
  cat >bin/$program <<'PROGRAM'
#!/bin/bash
echo "$(basename "$0")$(printf ' [%s]' "$@") PORT=$SERVER_PORT" >>"$calls"
flock -n build/.lock true && echo "lock is free" >>"$calls"
true
PROGRAM
  chmod +x bin/$program
done
END
stand_in dpkg-query <<'END'
for package; do [[ $package == -* ]] || [[ " ${absent:-} " == *" $package "* ]] || printf 'installed:%s ' "$package"; done
[[ -z ${absent:-} ]]
END
stand_in apt-get <<'END'
call "$@"
[[ ! -e /proc/$$/fd/9 ]] || call holds the lock
END
stand_in id <<'END'
echo "${uid:-0}"
END

help_names_every_target() {
  run help 0 make
  local target
  for target in $(sed -n 's/^\.PHONY: //p' Makefile); do says help "make $target "; done
}

client_needs_a_name_on_the_command_line() {
  run unnamed 2 make client
  says unnamed "make client USER=alice"
  run environment 2 env USER=alice make client
  run empty 2 make client USER=
  [[ ! -s $calls ]] || fail "something was built or run"
}

client_gets_its_name_and_the_port() {
  run client 0 env SERVER_PORT=8082 make client "USER=alice o'hara"
  called "chat [client] [alice o'hara] PORT=8082"
}

server_gets_its_configuration_and_the_port() {
  run server 0 env SERVER_PORT=8082 make server
  called "chatd [--config] [config/chat.toml] PORT=8082"
  run other 0 make server "CONFIG=my host.toml"
  called "chatd [--config] [my host.toml] PORT="
}

clean_exit_is_silent() {
  run first 0 make server
  run second 0 make server
  [[ ! -s $room/second.out ]] || fail "the second make server says something"
}

builds_wait_for_each_other() {
  mkfifo "$room/go"
  local real
  real=$(command -v flock)
  export real
  stand_in flock <<'END'
call "$@"
exec "$real" "$@"
END
  stand_in ninja <<'END'
call begin
mkdir "$room/busy" || call overlap
[[ $(grep -c begin "$calls") -gt 1 ]] || read -rt 30 <>"$room/go"
rmdir "$room/busy"
call end
END
  make build >"$room/first.out" 2>&1 & local first=$!
  eventually grep -q begin "$calls"
  make build >"$room/second.out" 2>&1 & local second=$!
  # It waits in flock, or it builds.
  eventually awk '/^flock 9$/ || (/begin/ && ++builds == 2) { found = 1 } END { exit !found }' "$calls"
  says second "waiting for another build…"
  [[ $(grep -c begin "$calls") == 1 ]] || fail "the second did not wait"
  echo >"$room/go"
  wait $first || fail "the first failed"
  wait $second || fail "the second failed"
  not_called overlap
  [[ $(grep -c end "$calls") == 2 ]] || fail "not both have built"
}

running_server_does_not_hold_the_lock() {
  run server 0 make server
  called "lock is free"
}

second_build_does_not_configure() {
  run first 0 make build
  run second 0 make build
  [[ $(grep -c '^cmake' "$calls") == 1 ]] || fail "configured again"
  run strict 0 env CHATD_WERROR=1 make build
  called "-DCHATD_WERROR=ON"
  touch -d '+1 minute' CMakePresets.json
  run presets 0 make build
  [[ $(grep -c '^cmake' "$calls") == 3 ]] || fail "changed presets were not taken up"
}

tests_stay_once_configured() {
  stand_in ctest <<'END'
call "$@"
END
  run server 0 make server
  called "-DCHATD_TESTS=OFF"
  run test 0 make test
  called "-DCHATD_TESTS=ON"
  called "ctest --output-on-failure --no-tests=error"
  run again 0 make server
  [[ $(grep -c '^cmake' "$calls") == 2 ]] || fail "make server took the tests out again"
}

failed_build_runs_nothing() {
  run good 0 make server
  : >"$calls"
  stand_in ninja <<'END'
echo "main.cpp: error"
exit 1
END
  run bad 2 make server
  says bad "main.cpp: error"
  not_called chatd
}

failed_configure_is_shown_and_repeated() {
  run good 0 make build
  : >"$calls"
  # As CMake does: the cache has the new option though the build files were not made.
  stand_in cmake <<'END'
call "$@"
echo CHATD_WERROR:BOOL=ON >build/release/CMakeCache.txt
echo "no such library" >&2
exit 1
END
  run first 2 env CHATD_WERROR=1 make build
  says first "no such library"
  run second 2 env CHATD_WERROR=1 make build
  [[ $(grep -c '^cmake' "$calls") == 2 ]] || fail "the second did not configure"
  not_called ninja
}

only_missing_packages_are_installed() {
  run build 0 env absent="libedit-dev cmake" make build
  says build "Installing 2 Debian packages that are missing: cmake libedit-dev"
  called "apt-get update"
  called "apt-get install -y --no-install-recommends cmake libedit-dev"
  not_called "holds the lock"
  : >"$calls"
  run present 0 make build
  not_called apt-get
}

failed_installation_shows_why() {
  stand_in apt-get <<'END'
[[ $1 == update ]] || { echo "E: Unable to locate package"; exit 100; }
END
  run build 2 env absent=cmake make build
  says build "E: Unable to locate package"
  says build "apt-get install -y --no-install-recommends cmake"
  not_called cmake
}

without_root_it_says_what_to_run() {
  stand_in sudo <<'END'
call "$@"
exit 1
END
  run build 2 env uid=1000 absent=cmake make build
  says build "Run: apt-get install -y --no-install-recommends cmake"
  not_called "apt-get update"
}

sudo_is_used_where_it_asks_nothing() {
  stand_in sudo <<'END'
call "$@"
[[ $1 != -n ]] || shift
exec "$@"
END
  run build 0 env uid=1000 absent=cmake make build
  called "sudo apt-get update"
  called "apt-get install -y --no-install-recommends cmake"
}

without_dpkg_it_goes_on() {
  # A PATH of everything but dpkg-query.
  rm "$room/bin/dpkg-query"
  mkdir "$room/rest"
  ln -s /usr/bin/* "$room/rest/"
  rm -f "$room/rest/dpkg-query" "$room/rest/cmake"
  export PATH="$room/bin:$room/rest"
  run build 0 make build
  not_called apt-get
  rm "$room/bin/cmake"
  run without 2 make build
  says without "libgrpc++-dev"
}

"$case"
