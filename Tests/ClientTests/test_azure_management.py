"""`azure-mgmt-appcontainers`, unmodified, does the whole life of a session pool (contract, sections 5 and 7.12)."""

import json
import os
import pathlib
import re
import subprocess
import time
import unittest
import urllib.parse
import uuid

import cluster
import wire
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.appcontainers import ContainerAppsAPIClient
from azure.mgmt.appcontainers import models

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000c1"
GROUP = "clients"
# Goes with each operation: the cluster of the tests has no certificate.
PLAIN = {"enforce_https": False}


class Key:
    """The API key where Azure has a token."""

    def get_token(self, *_, **__):
        return AccessToken(cluster.current.key, int(time.time()) + 3600)


def ask(pool, method, route, identifier, body=None):
    """A request below the endpoint that the pool itself names."""
    query = urllib.parse.urlencode({"api-version": wire.LATEST, "identifier": identifier})
    endpoint = urllib.parse.urlsplit(pool.properties.pool_management_endpoint)
    return wire.send(method, f"{endpoint.path}/{route}?{query}", json.dumps(body).encode() if body else None)


class Management(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        client = ContainerAppsAPIClient(
            Key(),
            SUBSCRIPTION,
            base_url=cluster.current.url,
            credential_scopes=["any"],
            polling_interval=0.2,
        )
        cls.addClassCleanup(client.close)
        cls.pools = client.container_apps_session_pools

    def made(self, **properties):
        """Makes a pool of a new name that goes with the test."""
        name = "sdk" + uuid.uuid4().hex[:12]
        wanted = models.SessionPool(
            location="local",
            tags={"made": "by a test"},
            properties=models.SessionPoolProperties(container_type="PythonLTS", **properties),
        )
        pool = self.pools.begin_create_or_update(GROUP, name, wanted, **PLAIN).result(30)
        self.addCleanup(lambda: self.pools.begin_delete(GROUP, name, **PLAIN).wait(30))
        return pool

    def test_the_whole_life_of_a_pool(self):
        pool = self.made(
            scale_configuration=models.ScaleConfiguration(max_concurrent_sessions=3),
            secrets=[models.SessionPoolSecret(name="token", value="hidden-from-all")],
            dynamic_pool_configuration=models.DynamicPoolConfiguration(
                lifecycle_configuration=models.LifecycleConfiguration(
                    lifecycle_type="Timed", cooldown_period_in_seconds=400
                )
            ),
        )
        self.assertEqual(pool.type, "Microsoft.App/sessionPools")
        self.assertEqual(pool.properties.provisioning_state, "Succeeded")
        self.assertTrue(pool.properties.pool_management_endpoint.startswith(cluster.current.url), pool)

        shown = self.pools.get(GROUP, pool.name, **PLAIN)
        self.assertEqual(shown.id, pool.id)
        self.assertEqual(dict(shown.tags), {"made": "by a test"})
        self.assertEqual(shown.properties.scale_configuration.max_concurrent_sessions, 3)
        lifecycle = shown.properties.dynamic_pool_configuration.lifecycle_configuration
        self.assertEqual((lifecycle.lifecycle_type, lifecycle.cooldown_period_in_seconds), ("Timed", 400))
        self.assertEqual([secret.as_dict() for secret in shown.properties.secrets], [{"name": "token"}])
        for listed in (self.pools.list_by_resource_group(GROUP, **PLAIN), self.pools.list_by_subscription(**PLAIN)):
            named = {each.name: each for each in listed}
            self.assertEqual(named[pool.name].id, pool.id)
            self.assertIn("python", named, "the pools of the configuration are listed, too")
            self.assertNotIn("hidden-from-all", str(named[pool.name].as_dict()))
        others = self.pools.list_by_resource_group("another", **PLAIN)
        self.assertNotIn(pool.name, [each.name for each in others])

        ran = ask(pool, "POST", "executions", "first", {"code": "kept = 6 * 7\nkept"})
        self.assertEqual((ran.status, ran.json["result"]["executionResult"]), (200, 42), ran)

        patch = models.SessionPoolUpdatableProperties(
            properties=models.SessionPoolUpdatablePropertiesProperties(
                scale_configuration=models.ScaleConfiguration(max_concurrent_sessions=1)
            )
        )
        changed = self.pools.begin_update(GROUP, pool.name, patch, **PLAIN).result(30)
        self.assertEqual(changed.properties.scale_configuration.max_concurrent_sessions, 1)
        lifecycle = changed.properties.dynamic_pool_configuration.lifecycle_configuration
        self.assertEqual(lifecycle.cooldown_period_in_seconds, 400, "the patch says nothing of it")
        refused = ask(pool, "POST", "executions", "second", {"code": "1"})
        self.assertEqual((refused.status, refused.code), (429, "SessionsCountExceedsLimit"), refused)
        kept = ask(pool, "POST", "executions", "first", {"code": "kept"})
        self.assertEqual(kept.json["result"]["executionResult"], 42, "the live session goes on")

        self.assertIsNone(self.pools.begin_delete(GROUP, pool.name, **PLAIN).result(30))
        with self.assertRaises(ResourceNotFoundError) as caught:
            self.pools.get(GROUP, pool.name, **PLAIN)
        self.assertEqual(caught.exception.error.code, "ResourceNotFound")
        gone = ask(pool, "POST", "executions", "first", {"code": "kept"})
        self.assertEqual((gone.status, gone.code), (404, "SessionPoolNotFound"), gone)
        ends = ask(pool, "GET", "endedSessions", "first")
        self.assertEqual([end["cause"] for end in ends.json["value"]], ["poolDeleted"], ends)

    def test_what_is_read_can_be_written_back(self):
        pool = self.made(secrets=[models.SessionPoolSecret(name="token", value="hidden")])
        shown = self.pools.get(GROUP, pool.name, **PLAIN)
        again = self.pools.begin_create_or_update(GROUP, pool.name, shown, **PLAIN).result(30)
        without_time = lambda each: {**each.as_dict(), "systemData": None}
        self.assertEqual(without_time(again), without_time(shown))

    def test_a_pool_that_cannot_be_is_an_error_with_its_reason(self):
        for code, properties in (
            (
                "SessionPoolFeatureNotSupported",
                {"session_network_configuration": models.SessionNetworkConfiguration(status="EgressEnabled")},
            ),
            (
                "SessionPoolInvalidReadySessionInstances",
                {
                    "scale_configuration": models.ScaleConfiguration(
                        max_concurrent_sessions=2, ready_session_instances=2
                    )
                },
            ),
        ):
            with self.subTest(code), self.assertRaises(HttpResponseError) as caught:
                self.made(**properties)
            self.assertEqual((caught.exception.status_code, caught.exception.error.code), (400, code))
            self.assertTrue(caught.exception.error.message)


class Example(unittest.TestCase):
    def test_the_example_of_the_document_runs_as_pasted(self):
        text = (pathlib.Path(__file__).parents[2] / "docs" / "pools.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"(?s)```sh\n(.*?)```", text)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            env={**os.environ, "CLOISTER": cluster.current.url, "KEY": cluster.current.key},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        self.assertIn('"executionResult":42', ran.stdout)
        self.assertIn('"maxConcurrentSessions":5', ran.stdout)
        self.assertTrue(ran.stdout.rstrip().endswith("]}") and "poolDeleted" in ran.stdout.splitlines()[-1], ran.stdout)
