#!/usr/bin/env bash
# man.sh SOURCE_DIR BIN_DIR: the manual pages are what pages.py makes of these programs, and mandoc finds nothing wrong with them.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
unset "${!CHATD_@}" SERVER_PORT KAFKA_BROKERS
/usr/bin/python3 "$1/docs/man/pages.py" "$2" "$room"
for page in "$room"/*; do
  diff -u "$1/docs/man/${page##*/}" "$page" || {
    echo "FAILED: docs/man/${page##*/} is not what the programs say; run: make docs"
    exit 1
  }
done
(($(find "$room" -type f | wc -l) == $(find "$1/docs/man" -name '*.[1-9]' | wc -l))) || {
  echo "FAILED: docs/man has other pages than pages.py makes"
  exit 1
}
mandoc -T lint -W warning "$room"/*
# Each page is found by its name, and begins with it.
for page in "$room"/*; do
  name=${page##*/}
  mandoc -T ascii "$page" | sed 's/.\x08//g' | grep -cE "^ +${name%.*} - " >/dev/null || {
    echo "FAILED: $name does not say what it is about"
    exit 1
  }
done
