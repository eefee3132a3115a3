"""Asks a Prometheus all queries of the dashboard and of the alerts: queries.py FOLDER-OF-DEPLOY-MONITORING URL."""

import json
import pathlib
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ClientTests"))
import monitoring  # noqa: E402

# The cluster is one coordinator that traces nothing.
NOT_HERE = monitoring.SHARED_ONLY | {"cloister_spans_dropped_total"}


def ask(url, path, **query):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
        return json.load(answer)["data"]


def main(folder, url):
    folder = pathlib.Path(folder)
    failed = 0
    for (title, reference), query in monitoring.dashboard_queries(folder).items():
        count = len(ask(url, "query", query=query)["result"])
        failed += count == 0
        print(f"{count:4} series  dashboard: {title} {reference}")
    names = set(ask(url, "label/__name__/values"))
    for alert, query in monitoring.alert_queries(folder).items():
        firing = len(ask(url, "query", query=query)["result"])
        lacking = monitoring.metrics_of(query) - names - NOT_HERE
        failed += bool(lacking)
        print(f"{firing:4} firing  alert: {alert}{f', not told: {lacking}' if lacking else ''}")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
