#!/usr/bin/env python3
"""abi.py SOURCE_DIR COMPILER: what crosses between host and plugins is what sdk/abi/layout.txt says, for its number; and a change would be
noticed."""

import difflib
import os
import shutil
import subprocess
import sys
import tempfile

source, compiler = sys.argv[1:]
describe = os.path.join(source, "sdk", "abi", "describe")
layout = os.path.join(source, "sdk", "abi", "layout.txt")
include = os.path.join(source, "sdk", "include")


def described(folder):
    return subprocess.run([describe, folder, compiler], check=True, text=True, stdout=subprocess.PIPE).stdout


# Texts of headers, what they become, and what is said of it then.
CHANGES = [
    ("broker.hpp", "  [[nodiscard]] virtual Traits traits()", "  virtual void more() {}\n  [[nodiscard]] virtual Traits traits()", "Broker::more()"),
    ("broker.hpp", "std::size_t limit,", "std::uint32_t limit,", "unsigned int, chatd::sdk::Reader&"),
    ("broker.hpp", "bool durable = false;", "bool first = false, durable = false;", "  at 1: durable, bool"),
    ("authenticator.hpp", "std::string token_id;", "std::string token_id, more;", ": more, std::string"),
    ("error.hpp", "cancelled = 1,", "cancelled = 1,\n  nothing = 42,", "nothing = 42"),
]


def described_after_changes():
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "include")
        shutil.copytree(include, copy)
        for file, old, new, _ in CHANGES:
            path = os.path.join(copy, "chatd", "sdk", file)
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            if old not in text:
                sys.exit(f"{file} has no \"{old}\" to change")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text.replace(old, new, 1))
        return described(copy)


now = described(include)
with open(layout, encoding="utf-8") as stream:
    stored = stream.read()
if now != stored:
    sys.stdout.writelines(difflib.unified_diff(stored.splitlines(True), now.splitlines(True), "sdk/abi/layout.txt", "the headers"))
    same = now.splitlines()[0] == stored.splitlines()[0]
    print("\nWhat crosses between host and plugins has changed" + (", and the number has not." if same else "."))
    print("If a plugin with this number was ever released, raise CHATD_SDK_ABI (docs/abi.md). Then: sdk/abi/describe >sdk/abi/layout.txt")
    sys.exit(1)

after = described_after_changes()
missed = [new for _, _, new, said in CHANGES if said not in after or said in now]
if missed:
    sys.exit("changes that are not seen: " + "; ".join(missed))
