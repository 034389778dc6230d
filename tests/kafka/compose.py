"""compose.py SOURCE_DIR STATE: what compose/compose.yaml tells Kafka, tried with Kafka itself: the settings of a broker are taken by the
tool that formats its disk, and the job makes its topics, under other names, on the cluster whose state is there."""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

SKIPPED = 77


def resolved(file):
    """As docker-compose understands it, anchors and $$ included."""
    ran = subprocess.run(["docker-compose", "-f", str(file), "config"], capture_output=True, text=True, check=True)
    return yaml.safe_load(ran.stdout)["services"]


def properties(environment, folder):
    """As the image apache/kafka makes them of its environment."""
    lines = []
    for key, value in environment.items():
        if key.startswith("KAFKA_") and key != "KAFKA_HEAP_OPTS":
            lines.append(f"{key.removeprefix('KAFKA_').lower().replace('_', '.')}={value}")
    return "\n".join(lines).replace("/var/lib/kafka/data", str(folder / "data")) + "\n"


def main(source, state):
    source, state = pathlib.Path(source), pathlib.Path(state)
    cluster = source / "tests/kafka/cluster"
    if pathlib.Path(f"{state}.skipped").exists():
        return SKIPPED  # the fixture has said why
    brokers = (state / "brokers").read_text(encoding="utf-8").split("\n")[0]
    services = resolved(source / "compose/compose.yaml")
    with tempfile.TemporaryDirectory() as room:
        folder = pathlib.Path(room)
        environment = services["kafka-2"]["environment"]
        (folder / "server.properties").write_text(properties(environment, folder), encoding="utf-8")
        format_it = [cluster, "tool", "kafka.tools.StorageTool", "format", "-t", environment["CLUSTER_ID"], "-c", folder / "server.properties"]
        subprocess.run(format_it, check=True)
        made = (folder / "data/meta.properties").read_text(encoding="utf-8")
        if "node.id=2" not in made or environment["CLUSTER_ID"] not in made:
            sys.exit(f"the disk was formatted for another broker: {made}")

    prefix = f"compose-{time.time_ns()}-"
    script = services["topics"]["command"][-1].replace("$$", "$")
    script = script.replace("/opt/kafka/bin/kafka-topics.sh", f"'{cluster}' tool org.apache.kafka.tools.TopicCommand")
    script = script.replace("kafka-1:19092", brokers)
    topics = dict(re.findall(r"^make_topic (\S+) (\d+)$", script, re.M))
    script = re.sub(r"^make_topic (\S+)", rf"make_topic {prefix}\1", script, flags=re.M)
    subprocess.run([*services["topics"]["command"][:-1], script], check=True)
    describe = [cluster, "tool", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", brokers, "--describe", "--topic", f"{prefix}.*"]
    # The broker that answers may hear of a topic after the one that was asked to make it.
    deadline = time.monotonic() + 30
    while True:
        told = subprocess.run(describe, check=True, capture_output=True, text=True).stdout
        missing = [
            topic
            for topic, partitions in topics.items()
            if not re.search(rf"Topic: {prefix}{topic}\s.*PartitionCount: {partitions}\s+ReplicationFactor: 2\s", told)
        ]
        if not missing:
            return 0
        if time.monotonic() > deadline:
            sys.exit(f"{', '.join(missing)} not made as it should be:\n{told}")


sys.exit(main(*sys.argv[1:]))
