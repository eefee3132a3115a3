internal import Foundation

/// What identical twins must not share: clones of one template wake up as copies of one another.
package enum TwinProbe {
    /// Draws from everything that claims to be random or unique, reads every clock, and prints both as JSON.
    ///
    /// Its last part looks for generators that were made while the template was warmed, whoever made
    /// them: what no list of ours knows is found all the same.
    package static let code = #"""
        import ctypes, datetime, gc, hashlib, json, multiprocessing, os, pathlib, pickle, random, secrets
        import socket, ssl, subprocess, sys, tempfile, threading, time, uuid
        import numpy, pandas

        def in_thread(call):
            results = []
            thread = threading.Thread(target=lambda: results.append(call()))
            thread.start()
            thread.join()
            return results[0]

        def text(path):
            return pathlib.Path(path).read_text().strip()

        unique = {
            "random.random": random.random(),
            "numpy.random.rand": numpy.random.rand(),
            "numpy.random.default_rng": numpy.random.default_rng().random(),
            "numpy.random.RandomState": numpy.random.RandomState().rand(),
            "uuid.uuid4": uuid.uuid4(),
            "uuid.uuid1": uuid.uuid1(),
            "uuid.getnode": uuid.getnode(),
            "secrets.token_hex": secrets.token_hex(),
            "os.urandom": os.urandom(16).hex(),
            "getrandom": os.getrandom(16).hex(),
            "/dev/urandom": open("/dev/urandom", "rb").read(16).hex(),
            "/dev/random": open("/dev/random", "rb").read(16).hex(),
            "the kernel's uuid": text("/proc/sys/kernel/random/uuid"),
            "the kernel's boot id": text("/proc/sys/kernel/random/boot_id"),
            "the moment of boot": time.time_ns() - time.monotonic_ns(),
            "time.monotonic_ns": time.monotonic_ns(),
            "machine-id": text("/etc/machine-id"),
            "host name": socket.gethostname(),
            "/etc/hostname": text("/etc/hostname"),
            "random.Random": random.Random().random(),
            "random.SystemRandom": random.SystemRandom().random(),
            "random.random in a thread": in_thread(random.random),
            "ssl.RAND_bytes": ssl.RAND_bytes(16).hex(),
            "ssl.RAND_bytes in a thread": in_thread(lambda: ssl.RAND_bytes(16).hex()),
            "pandas sample": pandas.Series(range(10_000)).sample(8).tolist(),
            "tempfile name": tempfile.mktemp(),
            "multiprocessing authkey": multiprocessing.current_process().authkey.hex(),
        }

        child = json.loads(subprocess.run([sys.executable, "-IS", "-c", """
        import ctypes, time
        library = ctypes.CDLL(None)
        library.getauxval.restype = ctypes.c_ulong
        print('["%s", %d, %d, %f]' % (
            ctypes.string_at(library.getauxval(25), 16).hex(), hash("text"), id(object()), time.time()))
        """], capture_output=True, check=True).stdout)
        unique["random bytes of a new process"] = child[0]
        unique["hash seed of a new process"] = child[1]
        unique["address in a new process"] = child[2]

        with tempfile.NamedTemporaryFile() as file:
            modified = os.stat(file.name).st_mtime
        clocks = {
            "time.time": time.time(),
            "CLOCK_REALTIME": time.clock_gettime(time.CLOCK_REALTIME),
            "CLOCK_REALTIME_COARSE": time.clock_gettime(5),
            "CLOCK_TAI": time.clock_gettime(time.CLOCK_TAI),
            "datetime.now": datetime.datetime.now().timestamp(),
            "pandas.Timestamp.now": pandas.Timestamp.now("UTC").timestamp(),
            "a file's time": modified,
            "time.time of a new process": child[3],
        }

        def state(generator):
            for name in ("getstate", "get_state"):
                if hasattr(generator, name):
                    return getattr(generator, name)()
            return generator.bit_generator.state if hasattr(generator, "bit_generator") else generator.state

        kinds = (random.Random, numpy.random.RandomState, numpy.random.Generator, numpy.random.BitGenerator,
                 numpy.random.SeedSequence)
        gc.unfreeze()
        found = [thing for thing in gc.get_objects() if isinstance(thing, kinds)]
        for number, generator in enumerate(found):
            if not isinstance(generator, random.SystemRandom):
                digest = hashlib.sha256(pickle.dumps(state(generator))).hexdigest()
                unique[f"generator {number}, a {type(generator).__name__}"] = digest
        print(json.dumps({"unique": {name: str(value) for name, value in unique.items()}, "clocks": clocks}))
        """#

    /// What one twin printed.
    private struct Findings: Decodable {
        let unique: [String: String]
        let clocks: [String: Double]
    }

    /// What the twins share, and which of their clocks are wrong.
    ///
    /// - Parameter twins: what each has answered to ``code``.
    /// - Returns: a sentence for each objection; empty when all is as it should be.
    /// - Throws: an error when an answer is none.
    package static func objections(to twins: [Twin]) throws -> [String] {
        var values: [String: [String]] = [:]
        var objections: [String] = []
        for twin in twins {
            let findings = try JSONDecoder().decode(Findings.self, from: Data(twin.output.utf8))
            for (name, value) in findings.unique { values[name, default: []].append(value) }
            for (name, seconds) in findings.clocks {
                let error = max(twin.began - seconds, seconds - twin.ended, 0)
                if error > 1 { objections.append("\(name) is \(error) s away from the host's clock") }
            }
        }
        if !values.keys.contains(where: { $0.hasPrefix("generator") }) {
            objections.append("not one generator was found in the warm runtime: the search is broken")
        }
        for (name, drawn) in values {
            if drawn.count != twins.count { objections.append("\(name): only \(drawn.count) have one") }
            let distinct = Set(drawn).count
            if distinct != drawn.count {
                objections.append("\(name): \(drawn.count) twins have \(distinct) values")
            }
        }
        return objections.sorted()
    }
}

/// A clone's answer to ``TwinProbe/code``, and the host's time around it.
package struct Twin: Sendable {
    /// What the code printed.
    package let output: String
    /// The host's time before the code was sent, in seconds since 1970.
    package let began: Double
    /// The host's time when the answer was there, in seconds since 1970.
    package let ended: Double

    /// Asks a clone.
    ///
    /// - Parameter run: runs code in it and returns what it printed.
    package init(_ run: (String) async throws -> String) async rethrows {
        began = Date().timeIntervalSince1970
        output = try await run(TwinProbe.code)
        ended = Date().timeIntervalSince1970
    }
}
