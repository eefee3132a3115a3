"""Questions to members of etcd, by their JSON gateway."""

import http.client
import json
import ssl

import client
import nodes


def post(member, route, body, timeout=2):
    """What a member answers, as JSON; None when it does not."""
    context = ssl.create_default_context(cafile=member.cluster.authority.file)
    context.load_cert_chain(member.certificate, member.key)
    space = member.cluster.network.path("client")
    line = client.Client(space, member.address, nodes.ETCD_PORT, "", member.cluster.authority.file)
    line.context = context
    connection = line.connect(timeout)
    try:
        connection.request("POST", route, json.dumps(body))
        return json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def leader(members):
    """The member that leads; None when there is no agreement."""
    for member in members:
        told = post(member, "/v3/maintenance/status", {})
        if told and told.get("leader") == told["header"]["member_id"]:
            return member
    return None
