"""compose.py FILE CONFIG: what compose/kafka.yaml has to be, checked without a Docker engine: keys that compose knows, references that
lead somewhere, the brokers where config/kafka.toml looks for them, and the topics with the partitions of the old servers."""
import re
import sys

import yaml

SERVICE_KEYS = {"image", "restart", "healthcheck", "ports", "volumes", "environment", "depends_on", "command"}
HEALTH_KEYS = {"test", "interval", "timeout", "retries"}
TOPICS = {"chatting": 2, "user-connections": 3}

wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


class Loader(yaml.SafeLoader):
    """A key that is there twice is an error; YAML says so, PyYAML does not."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            check(key == "<<" or keys.count(key) == 1, f"line {node.start_mark.line + 1}: key {key} twice")
        return super().construct_mapping(node, deep)


def entries(text):
    """NAME://HOST:PORT,... as {NAME: (HOST, PORT)}"""
    return {name: (host, port) for name, host, port in re.findall(r"(\w+)://([^:,]*):(\d+)", text)}


def check_broker(number, name, service):
    environment = service.get("environment", {})
    check(environment.get("KAFKA_NODE_ID") == number, f"{name}: KAFKA_NODE_ID is not {number}")
    check("healthcheck" in service, f"{name}: no healthcheck, for which `up --wait` waits")
    listeners = entries(environment.get("KAFKA_LISTENERS", ""))
    advertised = entries(environment.get("KAFKA_ADVERTISED_LISTENERS", ""))
    protocols = dict(pair.split(":") for pair in environment.get("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", ":").split(","))
    check(set(listeners) == set(protocols), f"{name}: listeners {sorted(listeners)}, protocols for {sorted(protocols)}")
    controller = environment.get("KAFKA_CONTROLLER_LISTENER_NAMES")
    check(set(advertised) == set(listeners) - {controller}, f"{name}: advertised are {sorted(advertised)}")
    for listener, (_, port) in advertised.items():
        check(listeners.get(listener, ("", ""))[1] == port, f"{name}: {listener} listens elsewhere than it says")
    check(environment.get("KAFKA_INTER_BROKER_LISTENER_NAME") in advertised, f"{name}: no listener for the other brokers")
    inside = advertised.get(environment.get("KAFKA_INTER_BROKER_LISTENER_NAME"), ("", ""))
    check(inside[0] == name, f"{name}: other brokers look for it at {inside[0]}")
    voter = f"{number}@{name}:{listeners.get(controller, ('', ''))[1]}"
    check(voter in environment.get("KAFKA_CONTROLLER_QUORUM_VOTERS", "").split(","), f"{name}: {voter} is no voter")
    outside = advertised.get("OUTSIDE", ("", ""))
    check(service.get("ports") == [f"127.0.0.1:{outside[1]}:{outside[1]}"], f"{name}: ports {service.get('ports')}")
    data = environment.get("KAFKA_LOG_DIRS")
    check(service.get("volumes") == [f"{name}:{data}"], f"{name}: volumes {service.get('volumes')}, data in {data}")
    return ":".join(outside)


def main(file, config):
    with open(file, encoding="utf-8") as text:
        compose = yaml.load(text, Loader)
    services = compose["services"]
    for key in compose:
        check(key in {"name", "services", "volumes"} or key.startswith("x-"), f"unknown key {key}")
    volumes = set()
    for name, service in services.items():
        for key in service:
            check(key in SERVICE_KEYS, f"{name}: unknown key {key}")
        for key in service.get("healthcheck", {}):
            check(key in HEALTH_KEYS, f"{name}: unknown key healthcheck.{key}")
        check(re.fullmatch(r"apache/kafka:\d+\.\d+\.\d+", service.get("image", "")), f"{name}: image {service.get('image')}")
        volumes.update(volume.split(":")[0] for volume in service.get("volumes", []))
        for other, how in service.get("depends_on", {}).items():
            check(other in services, f"{name} depends on {other}, which is not there")
            check(how == {"condition": "service_healthy"}, f"{name} depends on {other}: {how}")
    check(volumes == set(compose["volumes"]), f"volumes used: {sorted(volumes)}, made: {sorted(compose['volumes'])}")

    names = [name for name in services if name != "topics"]
    check(names == ["kafka-1", "kafka-2", "kafka-3"], f"brokers are {names}, not those that scripts/kafka starts")
    brokers = [check_broker(number, name, services[name]) for number, name in enumerate(names, 1)]
    check(brokers == [f"127.0.0.1:{port}" for port in (9092, 9093, 9094)], f"brokers at {brokers}")
    with open(config, encoding="utf-8") as text:
        wanted = re.findall(r'"([^"]+:\d+)"', re.search(r"^brokers *= *\[(.*?)\]", text.read(), re.M | re.S).group(1))
    check(brokers == wanted, f"brokers at {brokers}, and {config} names {wanted}")
    check(len({services[name]["environment"]["CLUSTER_ID"] for name in names}) == 1, "brokers of several clusters")

    check(set(services["topics"].get("depends_on", {})) == set(names), "topics does not wait for all brokers")
    script = services["topics"]["command"][-1]
    made = {topic: int(count) for topic, count in re.findall(r"^make_topic (\S+) (\d+)$", script, re.M)}
    check(made == TOPICS, f"topics made: {made}, expected {TOPICS}")
    check("--replication-factor 2" in script, "topics do not get two copies")
    # A single $ is compose's own.
    check(not re.search(r"(?<!\$)\$(?!\$)", script), "a $ in the script of topics that compose would take")
    for complaint in wrong:
        print(f"{file}: {complaint}")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
