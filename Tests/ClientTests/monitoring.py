"""The queries in the files of deploy/monitoring."""

import json
import re

# Told only by coordinators that share a directory.
SHARED_ONLY = {"cloister_directory_in_touch", "cloister_coordinators"}
METRIC = re.compile(r"\b(?:cloister|process)_[a-z_]+\b(?!=)")


def dashboard_queries(folder):
    """{(panel, letter): query} with the dashboard's variables filled in."""
    dashboard = json.loads((folder / "cloister-dashboard.json").read_text("utf-8"))
    queries = {}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"].replace("$__rate_interval", "1m").replace("$pool", ".*")
            assert "$" not in query, (panel["title"], query)
            queries[panel["title"], target["refId"]] = query
    return queries


def alert_queries(folder):
    """{alert: query}, without a reader of YAML."""
    found = {}
    for part in (folder / "cloister-alerts.yml").read_text("utf-8").split("- alert: ")[1:]:
        name, rest = part.split("\n", 1)
        found[name] = re.search(r"expr:(?: \|\n)?(.*?)\n +(?:for|labels):", rest, re.S).group(1)
    return found


def metrics_of(query):
    """The names of the metrics in a query."""
    return set(METRIC.findall(query)) | ({"up"} if "up{" in query else set())
