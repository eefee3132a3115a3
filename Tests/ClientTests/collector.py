"""A collector of spans: takes OTLP over HTTP in JSON and refuses what its schema does not know."""

import base64
import http.server
import json
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2


class Collector:
    """Listens on a port of its own; `spans` has what came, `troubles` what was no OTLP."""

    def __init__(self):
        self.spans = []
        self.troubles = []
        self.arrived = threading.Condition()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = 200
                try:
                    if (self.path, self.headers["content-type"]) != ("/v1/traces", "application/json"):
                        raise ValueError(f"{self.path} {self.headers['content-type']}")
                    collector.take(body)
                except Exception as error:  # pylint: disable=broad-exception-caught
                    collector.troubles.append(f"{error}: {body[:2000]}")
                    status = 400
                self.send_response(status)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self, body):
        document = json.loads(body)
        # OTLP has these in hexadecimal, the encoding of other bytes in JSON is base64.
        for resource in document["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    for name, size in (("traceId", 16), ("spanId", 8), ("parentSpanId", 8)):
                        if name in span:
                            number = bytes.fromhex(span[name])
                            if len(number) != size or not any(number):
                                raise ValueError(f"{name} is {span[name]}")
                            span[name] = base64.b64encode(number).decode()
        request = json_format.ParseDict(document, trace_service_pb2.ExportTraceServiceRequest())
        with self.arrived:
            for resource in request.resource_spans:
                service = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
                for scope in resource.scope_spans:
                    self.spans += [(service["service.name"], span) for span in scope.spans]
            self.arrived.notify_all()

    def trace(self, number, count, seconds=30):
        """The spans of a trace, once there are so many."""

        def found():
            return [(service, span) for service, span in self.spans if span.trace_id.hex() == number]

        with self.arrived:
            self.arrived.wait_for(lambda: len(found()) >= count, seconds)
            return found()
