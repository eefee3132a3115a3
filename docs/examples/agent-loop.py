"""An agent that uploads a table, asks for a chart of it, and saves the picture.

    python3 -m venv agent && agent/bin/pip install mcp
    agent/bin/python docs/examples/agent-loop.py chart.png

It reaches the MCP server of the pool `python` at CLOISTER (http://127.0.0.1:8080) with the key in KEY, or in the file
that `cloister up` names. The loop is that of any agent; the model is a script, so that it needs no other service. To
use a real one, replace `model` by something that turns `tools` and what was said so far into the next call.
"""

import asyncio
import base64
import os
import pathlib
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

TABLE = "month,orders\n" + "".join(f"{month},{120 + 35 * month - 3 * month**2}\n" for month in range(1, 13))
CHART = """
import pandas as pd
import matplotlib.pyplot as plt

orders = pd.read_csv("/mnt/data/orders.csv", index_col="month")
orders.plot.bar(legend=False, title="Orders by month")
plt.tight_layout()
plt.show()
f"best month: {orders.orders.idxmax()}"
"""


def model(tools):
    """The calls that a model would make: (tool, arguments), each with the result of the one before."""
    assert {"launchPythonEnvironment", "writeFileInRemoteEnvironment"} <= set(tools), tools
    launched = yield "launchPythonEnvironment", {}
    here = {"environmentId": launched.structured_content["environmentId"]}
    yield "writeFileInRemoteEnvironment", {**here, "path": "orders.csv", "text": TABLE}
    charted = yield "runPythonCodeInRemoteEnvironment", {**here, "pythonCode": CHART}
    if charted.is_error:
        # What went wrong stands in the result, for a model to mend; this one gives up.
        raise SystemExit(charted.structured_content["stderr"])


async def main(picture):
    endpoint = os.environ.get("CLOISTER", "http://127.0.0.1:8080") + "/pools/python/mcp"
    key = os.environ.get("KEY") or pathlib.Path("/var/lib/cloister/api-key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=300) as http:
        async with Client(streamable_http_client(endpoint, http_client=http)) as client:
            agent = model([tool.name for tool in (await client.list_tools()).tools])
            result = None
            while True:
                try:
                    tool, arguments = agent.send(result)
                except StopIteration:
                    break
                result = await client.call_tool(tool, arguments)
                print(f"{tool}: {result.structured_content}")
                for block in result.content:
                    if block.type == "image":
                        picture.write_bytes(base64.b64decode(block.data))
                        print(f"saved {picture}")


asyncio.run(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "chart.png")))
