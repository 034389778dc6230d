"""container.py SOURCE_DIR PREFIX: the Dockerfile, as far as it can be tried without an engine: what it copies is there, what it builds with
is the project's own, the final image has the packages of every library that the installed programs are linked with and no others, and
is nobody's."""
import fnmatch
import pathlib
import re
import subprocess
import sys

# Of every Debian.
BASE = {"libc6", "libgcc-s1", "libstdc++6"}
# For certificates, which no program is linked with.
DATA = {"ca-certificates"}

wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def stages(text):
    """Each stage as its instructions: (name, arguments)."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    text = re.sub(r"\\\n", " ", text)
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, arguments = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, arguments.strip()))
    return found


def of(stage, name):
    return [arguments for instruction, arguments in stage if instruction == name]


def check_copies(source, stage, names, ignored):
    for arguments in of(stage, "COPY"):
        words = [word for word in arguments.split() if not word.startswith("--")]
        origin = re.search(r"--from=(\S+)", arguments)
        if origin:
            check(origin.group(1) in names, f"COPY from a stage that is not there: {arguments}")
            continue
        for word in words[:-1]:
            check((source / word).exists(), f"COPY of what is not there: {word}")
            check(not any(fnmatch.fnmatch(word, pattern) for pattern in ignored), f"COPY of what .dockerignore leaves out: {word}")


def owners(paths):
    """The package of each file; dpkg knows some without /usr, where the file is a link away."""
    asked = [spelling for path in paths for spelling in (path, path.removeprefix("/usr"))]
    ran = subprocess.run(["dpkg", "-S", *asked], capture_output=True, text=True, check=False)
    found = dict(line.rsplit(": ", 1)[::-1] for line in ran.stdout.splitlines() if ": /" in line)
    return {path: (found.get(path) or found[path.removeprefix("/usr")]).split(":")[0] for path in paths}


def needed(prefix):
    """The packages of the libraries that the installed files name (not those that these need in turn)."""
    files = {}
    for file in [*prefix.glob("bin/*"), *prefix.glob("lib/chatd/*.so")]:
        names = re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-d", str(file)))
        paths = dict(re.findall(r"(\S+) => (\S+) \(", output("ldd", str(file))))
        for name in filter(paths.get, names):  # the loader has no path
            files.setdefault(str(pathlib.Path(paths[name]).resolve()), set()).add(file.name)
    packages = {}
    for path, package in owners(sorted(files)).items():
        packages.setdefault(package, set()).update(files[path])
    return packages


def main(source, prefix):
    source, prefix = pathlib.Path(source), pathlib.Path(prefix)
    all_stages = stages((source / "Dockerfile").read_text(encoding="utf-8"))
    ignored = [line for line in (source / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    check(len(all_stages) == 2, f"{len(all_stages)} stages")
    names = [match.group(1) for stage in all_stages if (match := re.search(r" AS (\S+)$", of(stage, "FROM")[0]))]
    for stage in all_stages:
        check(of(stage, "FROM")[0].split()[0] == "debian:12-slim", f"FROM {of(stage, 'FROM')[0]}")
        check(not of(stage, "ADD"), "ADD, where COPY would do")
        check_copies(source, stage, names, ignored)
        for command in of(stage, "RUN"):
            if "apt-get install" in command:
                check("--no-install-recommends" in command and "rm -rf /var/lib/apt/lists/*" in command, f"RUN {command}")
    build, final = all_stages
    commands = " ".join(of(build, "RUN"))
    for command in ("scripts/install-packages build", "scripts/build release product", "cmake --install build/release"):
        check(command in commands, f"the build stage does not run {command}")

    install = next(command for command in of(final, "RUN") if "apt-get install" in command)
    listed = set(re.search(r"--no-install-recommends\s+(.*?)\s*&&", install).group(1).split())
    packages = needed(prefix)
    for package in sorted(set(packages) - BASE - listed):
        check(False, f"the image lacks {package}, of {', '.join(sorted(packages[package]))}")
    for package in sorted(listed - set(packages) - DATA):
        check(False, f"the image has {package}, which nothing is linked with")

    check(re.fullmatch(r"[1-9]\d*:[1-9]\d*", (of(final, "USER") or [""])[-1]), "USER is no number, or root's")
    check(of(final, "HEALTHCHECK"), "no HEALTHCHECK")
    check('"chatd", "admin", "health"' in " ".join(of(final, "HEALTHCHECK")), "HEALTHCHECK does not ask the host")
    check(of(final, "STOPSIGNAL") == ["SIGTERM"], "docker stop does not drain")
    check(of(final, "ENTRYPOINT") == ['["chatd"]'], f"ENTRYPOINT {of(final, 'ENTRYPOINT')}")
    config = re.search(r'"--config", "(.+)"', of(final, "CMD")[-1]).group(1)
    check((prefix / config.lstrip("/")).is_file(), f"CMD names {config}, which the build stage does not install")
    for complaint in wrong:
        print(f"Dockerfile: {complaint}")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
