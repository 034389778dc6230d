#!/usr/bin/env bash
# scripts.sh SOURCE_DIR: every script parses, can be started, and every package stands in the list once, in order.
set -euo pipefail
cd "$1"
failed=0
for script in .ci/run scripts/*; do
  [[ $script == scripts/packages ]] && continue
  bash -n "$script" || failed=1
  [[ $script == *.sh || -x $script ]] || { echo "$script is not executable"; failed=1; }
done
for group in build test ci; do
  grep "^$group " scripts/packages | LC_ALL=C sort -c -k 2,2 || failed=1
done
twice=$(grep -v '^#' scripts/packages | awk '{ print $2 }' | sort | uniq -d)
[[ -z $twice ]] || { echo "listed twice: $twice"; failed=1; }
exit $failed
