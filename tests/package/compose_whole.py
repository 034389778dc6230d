"""compose_whole.py SOURCE_DIR CHATD: what compose/compose.yaml has to be, checked without a Docker engine. docker-compose itself reads it
(its schema, anchors, variables); then names lead somewhere, what is shared with other files is alike, and what holds it in is there. The
configuration of each host is checked by chatd, with the environment that it would have."""
import os
import pathlib
import re
import subprocess
import sys

import yaml

TOPICS = {"chatting": 2, "user-connections": 3, "chat-rooms": 6, "chat-hosts": 6}
BROKERS = ["kafka-1", "kafka-2", "kafka-3"]
HOSTS = ["chatd-1", "chatd-2", "chatd-3"]
OTHERS = ["topics", "kafka-ui", "nginx", "prometheus", "grafana"]
# Those whose root cannot be read-only: their start script writes there.
WRITERS = BROKERS + ["topics"]

wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


def resolved(file):
    """As docker-compose understands it; it needs no engine for that."""
    ran = subprocess.run(["docker-compose", "-f", str(file), "config"], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit(f"{file}: docker-compose does not take it: {ran.stderr}")
    return yaml.safe_load(ran.stdout)


def seconds(text):
    parts = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", str(text))
    return int(parts.group(1) or 0) * 60 + int(parts.group(2) or 0) if parts else 0


def check_held_in(name, service):
    check("no-new-privileges:true" in service.get("security_opt", []), f"{name}: may gain privileges")
    check(service.get("cap_drop") == ["ALL"], f"{name}: keeps capabilities")
    check(service.get("read_only", False) == (name not in WRITERS), f"{name}: read_only is {service.get('read_only')}")
    check(not service.get("privileged"), f"{name}: is privileged")
    for port in service.get("ports", []):
        check(str(port).startswith("127.0.0.1:"), f"{name}: port {port} is open to other machines")
    for key, value in service.get("environment", {}).items():
        secret = re.search(r"PASSWORD|SECRET|TOKEN|CREDENTIAL", key)
        check(not secret or not value, f"{name}: {key} has a value")
    image = service.get("image", "")
    check(name in HOSTS or re.search(r":v?\d+\.\d+\.\d+$", image), f"{name}: image {image} has no version")
    if name != "topics":
        check("restart" in service, f"{name}: is not started again")
        check("healthcheck" in service or name in HOSTS, f"{name}: nobody looks whether it is well")


def check_mounts(name, service, volumes):
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith("/"):
            check(source in volumes, f"{name}: volume {source} is not made")
            continue
        check(volume.endswith(":ro"), f"{name}: may write to {source}")
        watcher = name in ("prometheus", "grafana") and not os.path.exists("compose/prometheus")
        check(watcher or os.path.exists(source), f"{name}: {source} is not there")
    check(seconds(service.get("stop_grace_period", "10s")) > 30 or name not in HOSTS + ["nginx"], f"{name}: is killed while it drains")


def check_brokers(services, alone):
    outside = {"KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"}
    for number, name in enumerate(BROKERS, 1):
        mine, theirs = services[name]["environment"], alone[name]["environment"]
        for key in (set(mine) | set(theirs)) - outside:
            check(mine.get(key) == theirs.get(key), f"{name}: {key} is {mine.get(key)}, in kafka.yaml {theirs.get(key)}")
        check(mine["KAFKA_ADVERTISED_LISTENERS"] == f"INSIDE://{name}:19092", f"{name}: others look for it elsewhere")
        check(str(mine["KAFKA_NODE_ID"]) == str(number), f"{name}: node id {mine['KAFKA_NODE_ID']}")
        check(services[name]["image"] == alone[name]["image"], f"{name}: another Kafka than in kafka.yaml")
    script = services["topics"]["command"][-1].replace("$$", "$")
    made = {topic: int(count) for topic, count in re.findall(r"^make_topic (\S+) (\d+)$", script, re.M)}
    check(made == TOPICS, f"topics made: {made}, expected {TOPICS}")
    check("--replication-factor 2" in script, "topics do not get two copies")


def check_waiting(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            check(other in services, f"{name} waits for {other}, which is not there")
            wanted = "service_completed_successfully" if other == "topics" else "service_healthy"
            check(how["condition"] == wanted, f"{name} waits for {other}: {how['condition']}")
    for name in HOSTS:
        check(set(services[name]["depends_on"]) == {*BROKERS, "topics"}, f"{name} does not wait for brokers and topics")
    check(set(services["nginx"]["depends_on"]) == set(HOSTS), "nginx does not wait for all hosts, whose names it has to find")


def names_of(services):
    known = set(services)
    for service in services.values():
        for network in (service.get("networks") or {}).values():
            aliases = (network or {}).get("aliases", [])
            check(known.isdisjoint(aliases), f"several services are called {aliases}")
            known.update(aliases)
    return known


def check_ways(source, services, compose):
    known = names_of(services)
    nginx = (source / "compose/nginx.conf").read_text(encoding="utf-8")
    upstream = re.findall(r"^\s*server ([\w.-]+):(\d+)", nginx, re.M)
    check({host for host, _ in upstream} == set(HOSTS), f"nginx speaks to {upstream}")
    listen = re.search(r'^listen = "[^"]*:(\d+)"', (source / "config/kafka.toml").read_text(encoding="utf-8"), re.M).group(1)
    check({port for _, port in upstream} == {listen}, f"nginx speaks to ports {upstream}, hosts listen on {listen}")
    inside = re.search(r"^\s*listen (\d+)", nginx, re.M).group(1)
    # docker-compose writes the protocol after it.
    check(services["nginx"]["ports"][0].split("/")[0] == f"127.0.0.1:8081:{inside}", f"nginx: ports {services['nginx']['ports']}")
    check(f":{inside}/" in " ".join(services["nginx"]["healthcheck"]["test"]), "nginx is asked elsewhere how it is")
    subnet = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    metrics = set()
    for name in HOSTS:
        environment = services[name]["environment"]
        check(environment["CHATD_LIMITS__TRUSTED_PROXIES"] == subnet, f"{name} does not trust nginx's network {subnet}")
        wanted = ",".join(f"{broker}:19092" for broker in BROKERS)
        check(environment["CHATD_PLUGINS__KAFKA__BROKERS"] == wanted, f"{name} looks for other brokers")
        metrics.add(environment["CHATD_PLUGINS__PROMETHEUS__LISTEN"].split(":")[1])
    check(services["kafka-ui"]["environment"]["KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS"] == wanted, "kafka-ui looks for other brokers")
    check(services["kafka-ui"]["ports"][0].split("/")[0] == "127.0.0.1:8080:8080", "the Kafka UI is not on port 8080")
    check_watchers(source, known, metrics)


def check_watchers(source, known, metrics):
    if not (source / "compose/prometheus").exists():
        print("compose/prometheus is not there: what it scrapes is not looked at")
        return
    with open(source / "compose/prometheus/prometheus.yml", encoding="utf-8") as text:
        jobs = yaml.safe_load(text)["scrape_configs"]
    targets = [target for job in jobs if job["job_name"] == "chatd" for static in job["static_configs"] for target in static["targets"]]
    check(len(targets) == len(HOSTS), f"Prometheus scrapes {targets}")
    for target in targets:
        host, port = target.split(":")
        check(host in known and port in metrics, f"Prometheus scrapes {target}, which is no host's")
    for file in (source / "compose/grafana/provisioning/datasources").iterdir():
        for url in re.findall(r"url: http://([\w.-]+):", file.read_text(encoding="utf-8")):
            check(url in known, f"Grafana asks {url}")


def check_hosts(source, services, chatd):
    for name in HOSTS:
        environment = {"PATH": os.environ["PATH"], **{key: str(value) for key, value in services[name]["environment"].items()}}
        config = [volume.split(":")[0] for volume in services[name]["volumes"] if ":/etc/chatd/chat.toml" in volume]
        ran = subprocess.run([chatd, "check", "--config", *config], env=environment, capture_output=True, text=True, check=False)
        check(ran.returncode == 0, f"{name}: {ran.stderr}")


def main(source, chatd):
    source = pathlib.Path(source)
    os.chdir(source)
    compose = resolved(source / "compose/compose.yaml")
    services = compose["services"]
    check(sorted(services) == sorted(BROKERS + HOSTS + OTHERS), f"services: {sorted(services)}")
    with open(source / "compose/kafka.yaml", encoding="utf-8") as text:
        alone = yaml.safe_load(text)["services"]
    for name, service in services.items():
        check_held_in(name, service)
        check_mounts(name, service, compose["volumes"])
    check_brokers(services, alone)
    check_waiting(services)
    check_ways(source, services, compose)
    check_hosts(source, services, chatd)
    for complaint in wrong:
        print(f"compose.yaml: {complaint}")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
