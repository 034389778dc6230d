#!/usr/bin/env bash
# install.sh CMAKE BUILD_DIR: installs into an empty prefix and compares the tree with what the host expects to find around itself.
set -euo pipefail
cmake=$1
build=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

"$cmake" --install "$build" --prefix "$prefix" >"$prefix/install.log" || { cat "$prefix/install.log"; exit 1; }
rm "$prefix/install.log"

for file in bin/chatd bin/chat lib/chatd/identity.so lib/chatd/memory.so lib/chatd/prometheus.so etc/chatd/chat.toml; do
  [[ -f $prefix/$file ]] || { echo "$file was not installed. What was:"; (cd "$prefix" && find . -type f | sort); exit 1; }
done
for file in bin/chatd bin/chat lib/chatd/identity.so lib/chatd/memory.so; do
  [[ -f $build/$file ]] || { echo "$file is installed, but in the build tree it stands elsewhere"; exit 1; }
done
# Nothing else: no test, no header of a library that is linked in, no static library but the SDK's.
sdk='include/chatd/sdk/(testing/)?[a-z_]+\.hpp|lib/libchatd-sdk(-testing)?\.a|lib/cmake/chatd-sdk/[A-Za-z.-]+|lib/pkgconfig/chatd-sdk\.pc'
sdk+='|share/chatd/template/(broker|identity|metrics)/[A-Za-z_.]+'
others=$(cd "$prefix" && find . -type f | grep -vE "^\./(bin/(chatd|chat)|lib/chatd/[a-z_]+\.so|etc/chatd/[a-z_]+\.toml|$sdk)\$" || true)
[[ -z $others ]] || { echo "installed, but part of no product: $others"; exit 1; }

# The build tree's plugins must not be what makes it work.
if grep -aq "$build" "$prefix/bin/chatd" && readelf -d "$prefix/bin/chatd" | grep -E 'R(UN)?PATH.*'"$build"; then
  echo "bin/chatd looks for libraries in the build tree"
  exit 1
fi
cd /
"$prefix/bin/chatd" check --config "$prefix/etc/chatd/chat.toml"
