#!/usr/bin/env python3
"""alerts.py SOURCE_DIR: rules, their tests, runbook and dashboard know each other, and name only metrics that there are.

promtool says whether the rules are right, and its tests whether they begin when they should; this says what it does not look at.
"""
import json
import re
import sys
from pathlib import Path

import yaml

source = Path(sys.argv[1])
wrong = []

rules = [rule for group in yaml.safe_load((source / "compose/prometheus/rules.yml").read_text())["groups"] for rule in group["rules"]]
alerts = [rule["alert"] for rule in rules]
if len(set(alerts)) != len(alerts):
    wrong.append("an alert stands twice in rules.yml")

# Names, and the labels of each, of the table in docs/metrics.md.
metrics = {"up": set()}
for line in (source / "docs/metrics.md").read_text().splitlines():
    row = re.match(r"\| `(\w+)` \| (\w+) \| (.*?) \|", line)
    if row:
        labels = set(re.findall(r"`(\w+)`", row[3]))
        for ending in ["_bucket", "_sum", "_count"] if row[2] == "histogram" else [""]:
            metrics[row[1] + ending] = labels | ({"le"} if ending == "_bucket" else set())
of_prometheus = {"job", "instance"}


def look(expression, where):
    names = set(re.findall(r"\b(chatd_\w+|up)\b", expression))
    for name in names - metrics.keys():
        wrong.append(f"{where}: {name} is not in docs/metrics.md")
    if not names:
        wrong.append(f"{where} names no metric: {expression}")
    known = of_prometheus.union(*(metrics.get(name, set()) for name in names))
    matchers = re.findall(r"[{,]\s*(\w+)\s*(?:=~|!=|!~|=)", expression)
    grouped = [label.strip() for labels in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expression) for label in labels.split(",")]
    for label in set(matchers + grouped) - known:
        wrong.append(f"{where}: no metric there has the label {label}")


runbook = (source / "docs/runbook.md").read_text()
sections = re.findall(r"^## (.*)$", runbook, re.M)
for alert in alerts:
    if alert not in sections:
        wrong.append(f"{alert} has no section in docs/runbook.md")
for section in sections:
    if section not in alerts:
        wrong.append(f"docs/runbook.md has a section {section}, and rules.yml no such alert")
    text = runbook.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    for word in ["**Means:**", "**Look at:**", "**Do:**"]:
        if text.count(word) != 1:
            wrong.append(f"docs/runbook.md, {section}: no {word}")
for name in set(re.findall(r"`(chatd_\w+)", runbook)) - metrics.keys():
    # As a family, whatever stands behind it.
    if not any(metric.startswith(name) for metric in metrics):
        wrong.append(f"docs/runbook.md: {name} is not in docs/metrics.md")

tested = {}
for test in yaml.safe_load((source / "compose/prometheus/rules_test.yml").read_text())["tests"]:
    for case in test["alert_rule_test"]:
        tested.setdefault(case["alertname"], []).append(bool(case["exp_alerts"]))
for rule in rules:
    name = rule["alert"]
    look(rule["expr"], name)
    if rule["annotations"].get("runbook") != f"docs/runbook.md#{name.lower()}":
        wrong.append(f"{name}: its annotation runbook does not lead to its section")
    if rule["labels"].get("severity") not in ["page", "ticket"]:
        wrong.append(f"{name}: its severity is neither page nor ticket")
    if True not in tested.get(name, []):
        wrong.append(f"{name}: no case of rules_test.yml sees it begin")

dashboard = json.loads((source / "compose/grafana/dashboards/chatd.json").read_text())
panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
if len({panel["id"] for panel in dashboard["panels"]}) != len(dashboard["panels"]):
    wrong.append("two panels of the dashboard have one id")
for panel in panels:
    for target in panel["targets"]:
        look(target["expr"], f"panel {panel['title']}")
for folder in ["datasources", "dashboards"]:
    for file in (source / "compose/grafana/provisioning" / folder).glob("*.yml"):
        if yaml.safe_load(file.read_text()).get("apiVersion") != 1:
            wrong.append(f"{file}: no apiVersion")

# Not wrong, but good to know.
shown = json.dumps(dashboard) + (source / "compose/prometheus/rules.yml").read_text()
unseen = {re.sub("_(bucket|sum|count)$", "", name) for name in metrics} - {"up"}
unseen = {name for name in unseen if name not in shown}

print(f"{len(alerts)} alerts, {len(panels)} panels, {len(metrics)} names; on no panel: {', '.join(sorted(unseen)) or 'none'}")
for what in wrong:
    print(what, file=sys.stderr)
sys.exit(1 if wrong else 0)
