#!/usr/bin/env python3
"""filter.py HEADER: the header as Doxygen reads it.

Comments of ours begin with two slashes and stand above what they are about, or behind it. Those that end in a contract tag, such as
"[control] may block", have it as a paragraph of its own.
"""
import re
import sys

lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
TAG = re.compile(r"\s*\[((?:any|control|queue|delivery|accept loop|caller|one thread|several|ready|its|threads?|another)[^\]]*)\]\s*([^\[\]]*)$")


def written(texts, indent):
    """A block of text as a comment of Doxygen's, its tag apart."""
    whole = "\n".join(texts)
    tag = TAG.search(whole)
    if tag:
        whole = whole[: tag.start()]
    out = [f"{indent}/// {text}".rstrip() for text in whole.split("\n") if text or not tag]
    if tag:
        rest = " ".join(tag[2].split())
        out += [f"{indent}///", f"{indent}/// @par Threads", f"{indent}/// [{tag[1]}]{' ' + rest if rest else ''}"]
    return out


# What says itself what it is.
EVIDENT = [
    (re.compile(r"operator(==|<=>)\(.*= default;"), "Member by member."),
    (re.compile(r"^\s*(?:explicit )?(\w+)\(\1&&\)"), "Moves what it has."),
    (re.compile(r"operator=\((\w+)&&\)"), "Moves what it has."),
]
# Lines that a comment above the first of them is about, too: one declaration each.
DECLARATION = re.compile(r"^\s*(?!return|using namespace|friend class|public:|private:|protected:|template|#|\}|case )\S.*(;|\{.*\})\s*$")

out, at = [], 0
first = True
shared = None  # the comment that the next declaration has, too
whole = True
abouts = {}  # what the file says of its class, by name
while at < len(lines):
    line = lines[at]
    if re.match(r"\s*//(?!/)", line):
        block = []
        while at < len(lines) and re.match(r"\s*//(?!/)", lines[at]):
            block.append(lines[at])
            at += 1
        texts = [re.sub(r"^\s*// ?", "", one) for one in block]
        indent = re.match(r"\s*", block[0])[0]
        shared = None
        if first:
            out += ["/// @file"] + [f"/// {text}".rstrip() for text in texts]
            about = re.match(r"(\w+): (.*)$", "\n".join(texts), re.S)
            if about:
                abouts[about[1]] = (about[2][:1].upper() + about[2][1:]).split("\n")
        elif at < len(lines) and lines[at].strip() and not lines[at].lstrip().startswith("}"):
            shared = written(texts, indent)
            out += shared
        else:
            out += block
        first = False
        continue
    first = first and not line.strip()
    name = re.match(r"^(?:class|struct)(?: [A-Z_]+)? (\w+)(?: final)?(?: :.*)? \{$", line)
    if name and name[1] in abouts and not (out and out[-1].startswith("///")):
        out += written(abouts.pop(name[1]), "")
    # Behind code, and on the lines below it.
    behind = re.match(r"^(.*[;,{)}\w>]\s*)// (.*)$", line)
    if behind and not line.lstrip().startswith(("}", "#")):
        column = line.index("// ", len(behind[1]) - 1)
        texts = [behind[2]]
        while at + 1 < len(lines) and re.match(r"\s{%d}// " % column, lines[at + 1]) and column > 4:
            at += 1
            texts.append(lines[at].strip().removeprefix("// "))
        out.append(behind[1] + "///< " + " ".join(texts))
    else:
        evident = next((text for pattern, text in EVIDENT if pattern.search(line)), None)
        alone = not (out and out[-1].lstrip().startswith("///"))
        if evident and alone:
            out.append("/// " + evident)
        elif shared and alone and whole and DECLARATION.match(line):
            out += shared
        elif alone or not DECLARATION.match(line):
            shared = None if not DECLARATION.match(line) and alone else shared
        out.append(line)
        if not line.strip():
            shared = None
    # Whether what follows is a declaration of its own.
    whole = re.sub(r"\s*//.*$", "", line).rstrip().endswith((";", "{", "}", ":"))
    at += 1
print("\n".join(out))
