import Foundation
import Glibc
import Testing

@testable import ClientCommands

/// The folder of a local cluster.
@Suite("The state directory")
struct StateDirectoryTests {
    @Test("The address of a cluster counts while a process holds the folder, and not after it was killed")
    func endpoint() throws {
        let state = StateDirectory(path: "/tmp/cloister-state-\(UInt64.random(in: 0...UInt64.max))")
        try state.create()
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        state.publishEndpoint("http://127.0.0.1:1")
        #expect(state.endpoint() == nil)
        let holder = open(state.path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
        #expect(state.endpoint() == "http://127.0.0.1:1")
        close(holder)
        #expect(state.endpoint() == nil)
        // The next cluster takes back what the killed one left, before it has an address of its own.
        try state.lock()
        #expect(state.endpoint() == nil)
        #expect(access(state.endpointPath, F_OK) != 0)
    }
}
