"""Rows of the contract table: session pools as resources (contract, section 5)."""

from pattern import Exactly, Having, ListOf, Text
from row import VERSIONS, Row
from rows_files import TIME

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rows/providers/Microsoft.App/sessionPools"
POOL = f"{GROUP}/made-by-rows"
DECLARED = f"{GROUP}/python"
RESULT = f"{SUBSCRIPTION}/providers/Microsoft.App/locations/local/operationResults/made-by-rows"
BEFORE_2025 = VERSIONS[:5]
SINCE_2025 = VERSIONS[5:]


def wanted(**properties):
    return {"location": "local", "properties": {"containerType": "PythonLTS", **properties}}


SETTINGS = {
    # The size of the declared pool: another one would need a template of its own, which takes a minute.
    "memoryMiB": 512,
    "timeoutSeconds": 30,
    "readySchedule": [{"fromHour": 22, "toHour": 6, "readySessionInstances": 0}],
}
WHOLE = wanted(
    scaleConfiguration={"maxConcurrentSessions": 4},
    secrets=[{"name": "token", "value": "hidden"}],
    dynamicPoolConfiguration={"lifecycleConfiguration": {"lifecycleType": "Timed", "cooldownPeriodInSeconds": 600}},
    mcpServerSettings={"isMcpServerEnabled": False},
    cloisterSettings=SETTINGS,
) | {"tags": {"made": "by a row"}}


def shown(most=4, lifecycle=None):
    return Exactly({
        "id": POOL, "name": "made-by-rows", "type": "Microsoft.App/sessionPools", "location": "local",
        "tags": {"made": "by a row"}, "identity": {"type": "None"},
        "systemData": Exactly({"createdAt": TIME, "lastModifiedAt": TIME}),
        "properties": {
            "containerType": "PythonLTS", "poolManagementType": "Dynamic", "provisioningState": "Succeeded",
            "poolManagementEndpoint": Text(f"^http.*{SUBSCRIPTION}/resourceGroups/rows/sessionPools/made-by-rows$"),
            "scaleConfiguration": {"maxConcurrentSessions": most}, "secrets": [Exactly({"name": "token"})],
            "dynamicPoolConfiguration": Exactly(lifecycle or {
                "lifecycleConfiguration": Exactly({"lifecycleType": "Timed", "cooldownPeriodInSeconds": 600})}),
            "sessionNetworkConfiguration": {"status": "EgressDisabled"}, "cloisterSettings": SETTINGS,
        },
    })  # fmt: skip


OLD = {"executionType": "Timed", "cooldownPeriodInSeconds": 600}
READY = {"maxConcurrentSessions": 4, "readySessionInstances": 4}
ASKED = (
    f"GET {POOL}", f"PUT {POOL}", f"PATCH {POOL}", f"DELETE {POOL}", f"GET {GROUP}",
    f"GET {SUBSCRIPTION}/providers/Microsoft.App/sessionPools", f"GET {RESULT}",
)  # fmt: skip

# what, body, code
REFUSED = (
    ("no JSON", "{", "InvalidRequestContent"),
    ("no object", [], "InvalidRequestContent"),
    ("no location", {"properties": {}}, "InvalidRequestContent"),
    ("a member that nobody knows", wanted(scaleconfig={}), "InvalidRequestContent"),
    ("a member of the wrong type", wanted(scaleConfiguration={"maxConcurrentSessions": "4"}), "InvalidRequestContent"),
    ("more memory than may be", wanted(cloisterSettings={"memoryMiB": 65537}), "InvalidRequestContent"),
    ("an hour that is none", wanted(cloisterSettings={"readySchedule": [
        {"fromHour": 24, "toHour": 1, "readySessionInstances": 0}]}), "InvalidRequestContent"),
    ("both lifecycles", wanted(dynamicPoolConfiguration={"lifecycleConfiguration": {
        "lifecycleType": "Timed", "maxAlivePeriodInSeconds": 600}}), "InvalidRequestContent"),
    ("a template without custom containers", wanted(customContainerTemplate={}), "InvalidRequestContent"),
    ("custom containers", wanted(containerType="CustomContainer"), "SessionPoolFeatureNotSupported"),
    ("a network", wanted(sessionNetworkConfiguration={"status": "EgressEnabled"}), "SessionPoolFeatureNotSupported"),
    ("a subnet", wanted(sessionNetworkConfiguration={"outboundVnetSubnetId": "x"}), "SessionPoolFeatureNotSupported"),
    ("management by hand", wanted(poolManagementType="Manual"), "SessionPoolFeatureNotSupported"),
    ("an identity", wanted() | {"identity": {"type": "SystemAssigned"}}, "SessionPoolFeatureNotSupported"),
    ("as many ready as may be", wanted(scaleConfiguration=READY), "SessionPoolInvalidReadySessionInstances"),
)  # fmt: skip

ROWS = [
    Row("nothing to delete", f"DELETE {POOL}", 204, id=""),
    Row("nothing to show", f"GET {POOL}", 404, "ResourceNotFound", VERSIONS, id=""),
    Row("nothing to change", f"PATCH {POOL}", 404, "ResourceNotFound", id="", body={}),
    *(Row(what, f"PUT {POOL}", 400, code, id="", body=body) for what, body, code in REFUSED),
    Row("a name that cannot be", f"PUT {GROUP}/1", 400, "SessionPoolInvalidName", id="", body=wanted()),
    Row("a group that cannot be", f"PUT {POOL.replace('rows/', 'r%20s/', 1)}", 400, "InvalidRequestContent", id="",
        body=wanted()),
    Row("too much", f"PUT {POOL}", 413, "PayloadTooLarge", id="", body=" " * ((1 << 20) + 1)),
    Row("a compressed body", f"PUT {POOL}", 415, "UnsupportedMediaType", id="", body=wanted(),
        headers={"Content-Encoding": "gzip"}),

    Row("a pool is made", f"PUT {POOL}", 201, shown(), id="", body=WHOLE),
    Row("the same again, in every version", f"PUT {POOL}", 200, shown(), SINCE_2025, id="", body=WHOLE),
    Row("in the old spelling", f"PUT {POOL}", 200, shown(lifecycle=OLD), BEFORE_2025, id="",
        body={**WHOLE, "properties": {**WHOLE["properties"], "dynamicPoolConfiguration": OLD}}),
    Row("a pool is shown", f"GET {POOL}", 200, shown(), SINCE_2025, id=""),
    Row("in the old spelling", f"GET {POOL}", 200, shown(lifecycle=OLD), BEFORE_2025, id=""),
    Row("in other case", f"GET {POOL.upper().replace('MADE-BY-ROWS', 'made-by-rows')}", 200, shown(), id=""),
    Row("HEAD of it", f"HEAD {POOL}", 200, id=""),
    Row("it runs code", "POST /pools/made-by-rows/executions", 200, {"status": "Succeeded"}, id="{brief}", body={"code": "1"},
        has={"x-ms-new-allocation": "true"}),
    Row("a pool is changed", f"PATCH {POOL}", 200, shown(5), VERSIONS[5:6], id="",
        body={"properties": {"scaleConfiguration": {"maxConcurrentSessions": 5}}}),
    Row("not to what cannot be", f"PATCH {POOL}", 400, "SessionPoolFeatureNotSupported", id="",
        body={"properties": {"sessionNetworkConfiguration": {"status": "EgressEnabled"}}}),
    Row("not in what it is", f"PATCH {POOL}", 409, "PropertyChangeNotAllowed", id="",
        body={"properties": {"containerType": "NodeLTS"}}),
    Row("not in what it is, by PUT", f"PUT {POOL}", 409, "PropertyChangeNotAllowed", id="",
        body=wanted(containerType="NodeLTS")),
    Row("not in another group", f"PUT {POOL.replace('rows/', 'another/', 1)}", 409, "PropertyChangeNotAllowed", id="",
        body=wanted()),
    Row("pools of a group", f"GET {GROUP}", 200, {"value": Having(shown(5))}, SINCE_2025, id=""),
    Row("pools of another", f"GET {GROUP.replace('rows', 'another')}", 200,
        {"value": ListOf({"name": Text("^(python|node|shell)$")})}, id=""),
    Row("pools of the cluster", "GET /cloister/v1/pools", 200, Exactly({"pools": Having(Exactly(
        {"declared": False, "pool": shown(5)}))}), raw=""),
    Row("those of the configuration among them", "GET /cloister/v1/pools", 200, {"pools": Having(
        {"declared": True, "pool": {"name": "python"}})}, raw=""),
    Row("no key for the pools of the cluster", "GET /cloister/v1/pools", 401, "Unauthorized", raw="", key=None),
    Row("no operator for the pools of the cluster", "GET /cloister/v1/pools", 403, raw="", key="executor"),
    Row("pools of a subscription", f"GET {SUBSCRIPTION}/providers/Microsoft.App/sessionPools", 200,
        {"value": Having(shown(5))}, SINCE_2025, id=""),

    Row("a pool of the configuration", f"GET {DECLARED}", 200,
        {"name": "python", "properties": {"containerType": "PythonLTS", "cloisterSettings": {"memoryMiB": int}}}, VERSIONS, id=""),
    *(Row("stands there alone", f"{method} {DECLARED}", 409, "PropertyChangeNotAllowed", id="", body=body)
      for method, body in (("PUT", wanted()), ("PATCH", {}), ("DELETE", None))),

    *(Row("no version", route, 400, "InvalidApiVersion", raw="", body=wanted()) for route in ASKED),
    *(Row("no key", route, 401, "Unauthorized", id="", key=None) for route in ASKED),
    *(Row("no operator", route, 403, id="", key="executor") for route in ASKED),
    Row("no such method", f"POST {POOL}", 405, "MethodNotAllowed", id="", has={"allow": Text("PATCH")}),

    Row("a pool is deleted", f"DELETE {POOL}", 202, id="", content=b"",
        has={"location": Text(f"^http.*{RESULT}\\?api-version="), "retry-after": "1"}),
    Row("it runs nothing", "POST /pools/made-by-rows/executions", 404, "SessionPoolNotFound", id="{brief}", body={"code": "1"}),
    Row("and is gone", f"GET {POOL}", 404, "ResourceNotFound", id=""),
    Row("a result of what never was", f"GET {RESULT.replace('made-by-rows', 'never-made')}", 204, versions=VERSIONS, id=""),
]  # fmt: skip
