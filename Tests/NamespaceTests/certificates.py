"""An authority and one certificate a node, by openssl."""

import os
import subprocess


class Authority:
    """Signs certificates; everything stands in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.file = os.path.join(folder, "ca.pem")
        self._run("req", "-x509", *_key("ca"), "-days", "2", "-out", "ca.pem", "-subj", "/CN=cloister-ca")

    def issue(self, node, address):
        """Makes a certificate for a node.

        Returns the paths of certificate, key and of a file with both, as HAProxy wants it.
        """
        self._run("req", *_key(node), "-out", f"{node}.csr", "-subj", f"/CN={node}")
        names = os.path.join(self.folder, f"{node}.names")
        with open(names, "w", encoding="ascii") as file:
            file.write(f"subjectAltName=DNS:{node},DNS:cloister.example,IP:{address}\nextendedKeyUsage=serverAuth,clientAuth\n")
        self._run(
            "x509", "-req", "-in", f"{node}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-out", f"{node}.pem", "-extfile", names,
        )  # fmt: skip
        paths = [os.path.join(self.folder, f"{node}.{ending}") for ending in ("pem", "key", "both")]
        descriptor = os.open(paths[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as joined:
            for path in paths[:2]:
                with open(path, "rb") as part:
                    joined.write(part.read())
        return paths

    def _run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True, umask=0o077)


def _key(name):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]
