#!/usr/bin/env bash
# install.sh CMAKE BUILD_DIR SOURCE_DIR: installs into an empty prefix, compares the tree with what the host expects to find around itself,
# and lives from there: the host as a service manager starts it, a client, the unit of systemd.
set -euo pipefail
cmake=$1
build=$2
source_dir=$3
room=$(mktemp -d)
prefix=$room/prefix
pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$room"
}
trap finish EXIT
fail() {
  echo "FAILED: $*"
  tail -n 10 "$room"/*.out 2>/dev/null || true
  exit 1
}
eventually() {
  local end=$((SECONDS + 40))
  until "$@"; do
    ((SECONDS < end)) || fail "in vain: $*"
    sleep 0.05
  done
}

"$cmake" --install "$build" --prefix "$prefix" >"$room/install.out" || fail "it cannot be installed"

for file in bin/chatd bin/chat bin/chat-bench lib/chatd/identity.so lib/chatd/memory.so lib/chatd/prometheus.so etc/chatd/chat.toml \
  share/man/man1/chatd.1 share/man/man1/chat.1 share/man/man1/chat-bench.1 share/man/man5/chatd.toml.5 lib/libchatd-box.so.1 \
  lib/systemd/system/chatd.service share/chatd/compose/compose.yaml share/chatd/compose/nginx.conf share/doc/chatd/README.md \
  share/doc/chatd/operations.md share/doc/chatd/config.md; do
  [[ -f $prefix/$file ]] || fail "$file was not installed. What was: $(cd "$prefix" && find . -type f | sort)"
done
for file in bin/chatd bin/chat lib/chatd/identity.so lib/chatd/memory.so; do
  [[ -f $build/$file ]] || fail "$file is installed, but in the build tree it stands elsewhere"
done
# Nothing else: no test, no header of a library that is linked in, no static library but the SDK's.
known='bin/(chatd|chat|chat-bench)|lib/chatd/[a-z_]+\.so|etc/chatd/[a-z_]+\.toml|lib/systemd/system/chatd\.service|share/chatd/compose/.+|share/chatd/config/kafka\.toml|share/doc/chatd/.+|share/man/man1/(chatd|chat|chat-bench)\.1|share/man/man5/chatd\.toml\.5'
known+='|include/chatd/sdk/(testing/)?[a-z_]+\.hpp|lib/libchatd-sdk(-testing)?\.a|lib/libchatd-box\.so\.1|lib/cmake/chatd-sdk/[A-Za-z.-]+|lib/pkgconfig/chatd-sdk\.pc'
known+='|share/chatd/template/(broker|identity|filter|metrics)/[A-Za-z_.]+'
others=$(cd "$prefix" && find . -type f | grep -vE "^\./($known)$" || true)
[[ -z $others ]] || fail "installed, but part of no product: $others"

# The build tree's plugins must not be what makes it work.
if grep -aq "$build" "$prefix/bin/chatd" && readelf -d "$prefix/bin/chatd" | grep -E 'R(UN)?PATH.*'"$build"; then
  fail "bin/chatd looks for libraries in the build tree"
fi
cd /
unset "${!CHATD_@}" SERVER_PORT KAFKA_BROKERS
"$prefix/bin/chatd" check --config "$prefix/etc/chatd/chat.toml"

# The unit names what is there, is sandboxed, and gives the host the time and the files that its defaults want.
unit=$prefix/lib/systemd/system/chatd.service
! grep -n '@' <(grep -v '^SystemCallFilter' "$unit") || fail "the unit has names that were not filled in"
systemd-analyze verify "$unit" >"$room/verify.out" 2>&1 || fail "systemd does not take the unit"
[[ ! -s $room/verify.out ]] || fail "systemd complains of the unit"
systemd-analyze security --offline=yes --threshold=20 "$unit" >"$room/security.out" 2>&1 || fail "the unit is not sandboxed enough"
default_of() { sed -nE "s/^\| \`$1\` \|.*\| \`?([0-9]+)\`? \|.*/\1/p" "$source_dir/docs/config.md" | head -n 1; }
value_of() { sed -nE "s/^$1=([0-9]+)$/\1/p" "$unit"; }
(($(value_of TimeoutStopSec) * 1000 > $(default_of drain_deadline_ms) + 5000)) || fail "systemd would kill a host that drains"
(($(value_of LimitNOFILE) >= $(default_of connections) + 256)) || fail "too few open files for limits.connections"

# The image that the Dockerfile makes has what is installed.
# (A sanitized program is linked with other libraries.)
grep -q __asan_init "$prefix/bin/chatd" ||
  /usr/bin/python3 "$source_dir/tests/package/container.py" "$source_dir" "$prefix" || fail "the Dockerfile"

# And so have the containers of the installed compose file, whose image is built elsewhere.
/usr/bin/python3 "$source_dir/tests/package/compose_whole.py" "$prefix/share/chatd" "$prefix/bin/chatd" || fail "the installed compose file"

# As the unit and the image start it: as somebody who owns nothing, from a folder where nobody may write. It says when clients may come, and when it ends.
/usr/bin/python3 - "$room/notify" >"$room/told.out" <<'END' &
import os, socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
for _ in range(2):
    print(manager.recv(4096).decode(), flush=True)
END
pids+=($!)
eventually test -S "$room/notify"
chmod 777 "$room/notify"
export CHATD_HOST__LISTEN=127.0.0.1:0 CHATD_ADMIN__LISTEN=127.0.0.1:0 CHATD_PLUGINS__PROMETHEUS__LISTEN=127.0.0.1:0 CHATD_HOST__DRAIN_WINDOW_MS=0
nobody=()
[[ $(id -u) != 0 ]] || nobody=(setpriv --reuid=65532 --regid=65532 --clear-groups)
chmod 755 "$room"
CHATD_LOG__FORMAT=text NOTIFY_SOCKET=$room/notify "${nobody[@]}" "$prefix/bin/chatd" --config "$prefix/etc/chatd/chat.toml" >"$room/host.out" 2>&1 &
pids+=($!)
eventually grep -qx READY=1 "$room/told.out"
address=$(sed -n 's/^chatd listening on //p' "$room/host.out")
[[ $address == 127.0.0.1:* ]] || fail "it said that it is ready before it listened"
echo hello | "$prefix/bin/chat" client alice --server "$address" >"$room/alice.out" 2>&1 || fail "a client cannot chat"
"$prefix/bin/chat-bench" fanout --target "$address" --streams 5 --messages 20 >"$room/bench.out" 2>&1 || fail "it cannot be measured"
admin=$(sed -nE 's/.*admin service on (\S+).*/\1/p' "$room/host.out")
healthy() { "$prefix/bin/chatd" admin health --admin "$admin" >"$room/health.out" 2>&1; }
eventually healthy
kill -TERM "${pids[1]}"
wait "${pids[1]}" || fail "the host ended with $?"
eventually grep -qx STOPPING=1 "$room/told.out"
! healthy || fail "a host that is gone is said to be healthy"
