#!/usr/bin/env python3
"""pages.py BIN_DIR OUT_DIR: the manual pages, in mdoc(7).

What a program takes is what its --help says, and what chat.toml may say is what `chatd config doc` does; here stands only what they
do not tell. `make docs` writes the pages anew, and a test compares them with the programs.
"""
import re
import subprocess
import sys
from pathlib import Path

bin_dir, out_dir = Path(sys.argv[1]), Path(sys.argv[2])
DATE = "November 28, 2026"


def run(*arguments):
    return subprocess.run([str(bin_dir / arguments[0]), *arguments[1:]], check=True, capture_output=True, text=True).stdout


def plain(text):
    """Words as mdoc takes them."""
    text = text.replace("\\", "\\e")
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)  # links
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in text.split("\n"))


def marked(text):
    """The same, with `code` set as such."""
    text = re.sub(r"([.?]) (?=[A-Z`\"0-9])", r"\1\n", text)  # a sentence a line, as mdoc wants it
    parts = re.split(r"`([^`]+)`", text)
    out = ""
    for at, part in enumerate(parts):
        out += f"\\fB{plain(part)}\\fR" if at % 2 else plain(part)
    return "\\&" + out if out[:1] in ".'" else out


class Option:
    def __init__(self, spec, text):
        self.text = "One JSON object, for programs" if text.startswith("One JSON object") and not text.endswith("a line") else text
        needs = re.search(r" Needs: (.*?)(?= Excludes:|$)", spec)
        excludes = re.search(r" Excludes: (.*?)(?= Needs:|$)", spec)
        spec = re.sub(r" (Needs|Excludes): .*", "", spec)
        self.required = " REQUIRED" in spec
        spec = spec.replace(" REQUIRED", "")
        self.names, _, rest = spec.partition(" ")
        self.repeated = rest.endswith(" ...")
        rest = rest.removesuffix(" ...")
        remarks = []
        bounds = re.search(r" in \[(\S+) - (\S+)\]", rest)
        if bounds:
            remarks.append(f"{bounds[1]} to {bounds[2]}")
        self.arg = re.match(r"KEY=VALUE|HOST:PORT|[^:=\s]*", rest)[0]
        default = rest.removeprefix(self.arg).partition("=")[2]
        if default:
            remarks.append(f"{default} unless given")
        self.arg = {"UINT": "N", "INT": "N", "FLOAT": "N"}.get(self.arg, self.arg)
        if needs:
            remarks.append("needs " + ", ".join(needs[1].split()))
        if excludes:
            remarks.append("not with " + ", ".join(sorted(excludes[1].split())))
        if remarks and not (len(remarks) == 1 and "unless given" in text):
            self.text += f" ({'; '.join(remarks)})"

    def key(self):
        return (self.names, self.arg, self.text)

    def macro(self):
        flags = " , ".join("Fl " + name[1:] for name in self.names.split(","))
        return flags + (f" Ar {self.arg}" if self.arg else "")


class Command:
    """What `NAME ARGUMENTS --help` says, with its subcommands."""

    def __init__(self, *arguments):
        self.name = " ".join(arguments)
        self.options, self.positionals, self.commands = [], [], []
        lines = run(*arguments, "--help").split("\n")
        self.about = next(line for line in lines if line).removeprefix(arguments[0] + ": ")
        part, item = "", None
        for line in lines:
            head = re.match(r"^ *(Options|Positionals|Subcommands):$", line)
            if head:
                part, item = head[1], None
                continue
            row = re.match(r"^ {2,4}(\S.*?)(?:  +(\S.*))?$", line)
            if re.match(r"^ {20,}\S", line) and item is not None:
                item[1] += (" " if item[1] else "") + line.strip()
            elif row and part and not line.startswith("  ["):
                # A name that leaves no room for its column has its text behind one space.
                tight = re.match(r"^(-.* \.\.\.) (\S.*)$", row[1])
                item = [tight[1], tight[2]] if tight else [row[1], row[2] or ""]
                {"Options": self.options, "Positionals": self.positionals, "Subcommands": self.commands}[part].append(item)
            elif not line.startswith(" "):
                part, item = "", None
        self.options = [Option(*one) for one in self.options if not one[0].startswith(("-h,", "--version"))]
        self.positionals = [(spec.split()[0].split("(")[0], " REQUIRED" in spec, text) for spec, text in self.positionals]
        self.commands = [Command(*arguments, name) for name, _ in self.commands]

    def leaves(self):
        return [leaf for one in self.commands for leaf in (one.leaves() if one.commands else [one])]


def synopsis(command, common):
    words = " ".join(command.name.split()[1:])
    line = [".Nm"] + ([f".Cm {words}"] if words else [])
    for option in command.options:
        if option.key() not in common:
            line.append(f".Op {option.macro()}{' Ns ...' if option.repeated else ''}" if not option.required else f".{option.macro()}")
    for name, required, _ in command.positionals:
        line.append(f".Ar {name}" if required else f".Op Ar {name}")
    return line


def listed(options):
    out = [".Bl -tag -width Ds"]
    for option in options:
        out += [f".It {option.macro()}{' Ns ...' if option.repeated else ''}", sentence(option.text)]
    return out + [".El"]


def sentence(text):
    text = marked(text[:1].upper() + text[1:])
    return text if text.endswith((".", "?")) else text + "."


def head(name, section, about):
    return [".\\\" Written by docs/man/pages.py.", f".Dd {DATE}", f".Dt {name.upper()} {section}", ".Os chatd", ".Sh NAME", f".Nm {name}",
            f".Nd {about}"]


def paragraphs(text):
    out = []
    for paragraph in text.strip().split("\n\n"):
        out += [".Pp", marked(" ".join(paragraph.split()))]
    return out[1:]


def table(rows):
    out = [".Bl -tag -width Ds"]
    for name, text in rows:
        out += [f".It {name}", sentence(text)]
    return out + [".El"]


def program(name, about, description, sections):
    """A page of section 1."""
    top = Command(name)
    leaves = top.leaves()
    keys = [option.key() for one in [*leaves, top] for option in one.options]
    common = {key for key in keys if keys.count(key) > 2}
    shared = {option.key(): option for one in [top, *leaves] for option in one.options if option.key() in common}
    out = head(name, 1, about) + [".Sh SYNOPSIS"]
    usages = ([top] if top.options or not leaves else []) + leaves
    for one in usages:
        out += synopsis(one, common if leaves else set())
        if one is top and common:
            out.append(".Op Ar options")
    out += [".Sh DESCRIPTION", *paragraphs(description)]
    if leaves:
        out += [".Sh COMMANDS", ".Bl -tag -width Ds"]
        for one in leaves:
            words = " ".join(one.name.split()[1:])
            out += [f".It Cm {words}", sentence(one.about)]
            own = [option for option in one.options if option.key() not in common]
            rest = [option.names for option in one.options if option.key() in common]
            positionals = [(f"Ar {word}", text) for word, _, text in one.positionals]
            if positionals:
                out += table(positionals)
            if own:
                out += listed(own)
            if rest:
                out.append(f"Takes {', '.join(rest)} as below.")
        out.append(".El")
    options = list(shared.values()) if leaves else top.options
    if options:
        out += [".Sh OPTIONS", *listed(options)]
    return out + sections


def configuration():
    """chatd.toml(5), out of the Markdown that chatd prints."""
    page = run("chatd", "config", "doc", "--set", "plugins.load=identity,memory,kafka,prometheus,words", "--set", "plugins.words.file=words")
    out = head("chatd.toml", 5, "configuration of chatd") + [".Sh DESCRIPTION"]
    out += paragraphs("""
`chatd` reads one TOML file, then the environment, then `--set`; the last of a key wins. An unknown key or table, and a value that does not
fit, is a problem, told with its place, and a host with problems does not start. `chatd config default` prints a file that has every key.

A key's variable is `CHATD_`, its table and its name, in upper case, with two underscores between the parts: `CHATD_HOST__LISTEN`,
`CHATD_PLUGINS__KAFKA__LINGER_MS`. `SERVER_PORT` is the port of `listen` in `[host]`, `KAFKA_BROKERS` is `brokers` in `[plugins.kafka]`.

Keys that are live change by `chatd reload`, the others when the host starts again.""")
    for part in page.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        if not title.startswith("["):
            continue
        out.append(f".Sh {title}")
        about = body.strip().split("\n")[0]
        if not about.startswith("|"):
            out += paragraphs(about)
        rows = [re.split(r"(?<!\\) \| ", line.strip("|").strip()) for line in body.split("\n") if line.startswith("| `")]
        out.append(".Bl -tag -width Ds")
        for key, kind, default, bounds, changes, meaning in [[cell.replace("\\|", "|") for cell in row] for row in (r if len(r) == 6 else split(r) for r in rows)]:
            remark = "; ".join(word for word in [kind + (f", {bounds}" if bounds.strip() else ""), f"default {default}", changes] if word)
            out += [f".It Ic {key.strip('`')}", sentence(meaning), f"({marked(remark)})"]
        out.append(".El")
    return out + [
        ".Sh FILES", *table([("Pa etc/chatd/chat.toml", "what a host is started with, where it was installed"),
                             ("Pa share/chatd/config/kafka.toml", "one for a cluster of Kafka")]),
        ".Sh SEE ALSO", ".Xr chatd 1"]


def split(row):
    """A row whose bounds are empty loses a column: `a |  | b`."""
    cells = []
    for cell in row:
        parts = re.split(r"(?<!\\) \|  ?\|? ?", cell)
        cells += parts if len(parts) > 1 else [cell]
    return cells


EXIT = [".Sh EXIT STATUS"]
pages = {
    "chatd.1": program(
        "chatd", "a real-time chat and broadcast server", """
Without a command it runs a host: it loads the plugins that its configuration names, takes clients by gRPC, and goes on until it is told to
end. `chatd listening on ADDRESS` on standard output says that clients may come. The log goes to standard error.

Every client gets every message of its rooms, whichever host it is with: all hosts of a cluster share the broker's log.""",
        [".Sh SIGNALS", *table([
             ("Dv SIGTERM , SIGINT", "ends in order: what was taken is answered and delivered, and streams are told to move; a second one ends at once"),
             ("Dv SIGHUP", "reads the configuration again; without the terminal that it was started on it ends")]),
         ".Sh ENVIRONMENT", *table([
             ("Ev CHATD_TABLE__KEY", "any key of the configuration; `chatd config env` lists them all"),
             ("Ev SERVER_PORT", "the port for clients; those for operators and for metrics move along"),
             ("Ev KAFKA_BROKERS", "the brokers of the cluster, where the plugin kafka is loaded"),
             ("Ev NO_COLOR", "no colours, even on a terminal")]),
         ".Sh FILES", *table([
             ("Pa etc/chatd/chat.toml", "a configuration to begin with; none is read unless it is named"),
             ("Pa lib/chatd", "the plugins, seen from the folder that has `bin`"),
             ("Pa share/chatd/template", "what `new-plugin` writes")]),
         *EXIT, *table([("0", "it ended as it was told to, or what was asked for was done"), ("1", "a failure"),
                        ("2", "wrong usage, or a wrong configuration")]),
         ".Sh SEE ALSO", ".Xr chat 1 ,", ".Xr chat-bench 1 ,", ".Xr chatd.toml 5"]),
    "chat.1": program(
        "chat", "talk to a chat server", """
Lines that are typed are sent to the room that one is in; what others say is shown as it comes. On a terminal, `/help` lists the commands:
rooms to join and leave, who is there, what was said before. In a pipe every line of the input is sent. A connection that is lost is
made again, and what was missed is shown.""",
        [".Sh ENVIRONMENT", *table([("Ev SERVER_PORT", "the port of localhost, unless `--server` says otherwise; 8081 without it")]),
         *EXIT, *table([("0", "ended"), ("1", "refused, or not sent"), ("2", "wrong usage")]),
         ".Sh SEE ALSO", ".Xr chatd 1"]),
    "chat-bench.1": program(
        "chat-bench", "measure chat servers, and check what they deliver", """
Each command is a scenario: it connects its clients, publishes, and measures. All the while it checks that every message comes once and in its
order. It measures any server of the same protocol.""",
        [*EXIT, *table([("0", "measured, and nothing was amiss"), ("1", "something failed, or a message was lost, repeated or out of order"),
                        ("2", "wrong usage")]),
         ".Sh EXAMPLES", ".Dl chat-bench fanout --target 127.0.0.1:8081 --streams 100 --messages 1000",
         ".Sh SEE ALSO", ".Xr chatd 1"]),
    "chatd.toml.5": configuration(),
}
out_dir.mkdir(parents=True, exist_ok=True)
for file, lines in pages.items():
    (out_dir / file).write_text("\n".join(lines) + "\n")
