#!/usr/bin/env bash
# sdk.sh SOURCE_DIR CMAKE BUILD_DIR COMPILER: the SDK as a stranger meets it: installed into a prefix and used by the commands of
# docs/plugin-guide.md, as they stand there; then a plugin of each other kind, and all of them in one host.
set -euo pipefail
source_dir=$1
cmake=$2
build=$3
export CXX=$4
export CXXFLAGS="-Wall -Wextra -Wpedantic -Wshadow -Werror"
room=$(mktemp -d)
prefix=$room/prefix
host=
finish() {
  [[ -z $host ]] || kill -KILL "$host" 2>/dev/null || true
  rm -rf "$room"
}
trap finish EXIT
fail() {
  echo "FAILED: $*"
  tail -n 40 "$room"/*.out 2>/dev/null || true
  exit 1
}
# eventually COMMAND...: until it succeeds; at most 60 seconds.
eventually() {
  local end=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < end)) || fail "in vain: $*"
    sleep 0.02
  done
}

guide() { sed -n '/^## From nothing/,/^## Its life/{s/^    //p}' "$source_dir/docs/plugin-guide.md"; }

# The guide's "build/release" is whatever tree this is.
mkdir -p "$room/home" "$room/build"
ln -s "$build" "$room/build/release"
ln -s "$(command -v "$cmake")" "$room/home/cmake"
export HOME=$room/home PATH=$room/home:$PATH
export CHATD_HOST__LISTEN=127.0.0.1:0 CHATD_ADMIN__LISTEN=
prefix=$HOME/chatd
cd "$room"
[[ $(guide | tail -n 1) == "chatd --config chat.toml" && $(guide | wc -l) -ge 10 ]] || fail "the guide's commands are not what this test knows"
# Each of them by itself, in one shell; the last one is a host, which does not end.
while read -r command; do
  eval "$command" >>"$room/guide.out" 2>&1 || fail "the guide's: $command"
done < <(guide | head -n -1)
: >host.out
chatd --config chat.toml >host.out 2>&1 &
host=$!
eventually grep -q '^chatd listening on ' host.out
kill -TERM "$host"
wait "$host" || fail "the guide's host did not end well"
host=
cd "$room"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

# What has no CMake finds it, too.
printf '#include "chatd/sdk/error.hpp"\nint main() { return chatd::sdk::name(chatd::sdk::Code::not_found) == "NOT_FOUND" ? 0 : 1; }\n' >plain.cpp
read -ra flags <<<"$(pkg-config --cflags --libs chatd-sdk)"
"$CXX" plain.cpp -o plain "${flags[@]}" >plain.out 2>&1 && ./plain || fail "pkg-config's flags do not do"

for kind in identity filter metrics; do
  chatd new-plugin "my-$kind" --kind "$kind" >"$kind.out" || fail "new-plugin --kind $kind"
  {
    "$cmake" -S "my-$kind" -B "my-$kind/build" -DCMAKE_PREFIX_PATH="$prefix" &&
      "$cmake" --build "my-$kind/build" -j2 &&
      ctest --test-dir "my-$kind/build" --output-on-failure &&
      "$cmake" --install "my-$kind/build" --prefix "$prefix"
  } >>"$kind.out" 2>&1 || fail "the $kind plugin of the template"
  [[ $(nm -D --defined-only "my-$kind/build/my-$kind.so" | awk '{ print $3 }') == chatd_plugin ]] || fail "my-$kind.so exports more than chatd_plugin"
  ! chatd new-plugin "my-$kind" --kind "$kind" >again.out 2>&1 || fail "new-plugin writes over what is there"
done

# All four in one host, and through it messages.
cat >chat.toml <<'T'
[host]
listen = "127.0.0.1:0"
[admin]
listen = ""
[broker]
plugin = "word-log"
[plugins]
load = ["word-log", "my-identity", "my-filter", "my-metrics"]
[plugins.my-identity]
tokens = ["alice:correct-horse-battery", "bob:battery-correct-horse"]
[plugins.my-filter]
refuse = ["buy now"]
[plugins.my-metrics]
file = "metrics.txt"
every_ms = 100
T
: >host.out
chatd --config chat.toml >host.out 2>&1 &
host=$!
eventually grep -q '^chatd listening on ' host.out
server=$(sed -n 's/^chatd listening on //p' host.out)
printf correct-horse-battery >alice.token
printf battery-correct-horse >bob.token
printf another-token-of-this-length >mallory.token
: >bob.out
mkfifo bob.in
chat client bob --server "$server" --token-file bob.token <bob.in >bob.out 2>&1 &
exec 3>bob.in
eventually grep -q '^chatd_streams 1$' metrics.txt
! echo "I am alice" | chat client alice --server "$server" --token-file mallory.token >mallory.out 2>&1 || fail "mallory was let in"
echo "from a stranger's plugins" | chat client alice --server "$server" --token-file alice.token >alice.out 2>&1 || fail "alice was not let in"
eventually grep -q "from a stranger's plugins" bob.out
! echo "Buy now!" | chat client alice --server "$server" --token-file alice.token >advert.out 2>&1 || fail "the filter did not refuse"
grep -q '"buy now" is not said here' advert.out || fail "the filter's words did not get to the client"
echo "DO YOU HEAR ME" | chat client alice --server "$server" --token-file alice.token >shout.out 2>&1 || fail "alice was not let in again"
eventually grep -q "do you hear me" bob.out
exec 3>&-
kill -TERM "$host"
wait "$host" || fail "the host did not end well"
host=

# docs/testing.md: its project as it stands there, all its tests in one program.
mkdir -p "$room/tests"
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$source_dir/docs/testing.md"; }
blocks cmake >"$room/tests/CMakeLists.txt"
blocks cpp >"$room/tests/test.cpp"
(($(grep -c '^TEST_CASE' "$room/tests/test.cpp") >= 6)) || fail "docs/testing.md's code is not what this test knows"
{
  "$cmake" -S "$room/tests" -B "$room/tests/build" -DCMAKE_PREFIX_PATH="$prefix" &&
    "$cmake" --build "$room/tests/build" &&
    (cd "$room/tests" && build/my-tests)
} >testing.out 2>&1 || fail "the tests of docs/testing.md"
