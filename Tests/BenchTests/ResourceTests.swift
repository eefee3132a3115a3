import Foundation
import Testing

@testable import Bench

@Suite("What processes take")
struct ResourceTests {
    @Test("A line's slope is what it rises by, whatever the noise around it")
    func slopes() {
        let places = (0..<100).map(Double.init)
        #expect(abs(Slope.of(places.map { 3 * $0 + 7 }, at: places) - 3) < 1e-9)
        let noisy: [Double] = places.map { 5 + ($0.truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1) }
        #expect(abs(Slope.of(noisy, at: places)) < 0.01)
        #expect(Slope.of([1], at: [1]) == 0)
        #expect(Slope.of([1, 2], at: [1, 1]) == 0)
    }

    @Test("What grows only at first has no slope in the second half")
    func secondHalf() throws {
        var series = ResourceSeries()
        for second in 0..<1_000 {
            var figures = ResourceSeries.Figures()
            figures.add(
                processors: 0.5,
                memoryBytes: min(second, 300) * 1_000,
                descriptors: 10 + second,
                threads: 1
            )
            series.add(at: Double(second), ["workers": figures], files: 5)
        }
        let lines = series.summary.lines
        let memory = try #require(lines.first { $0.measure == "memory" })
        #expect(memory.slopePerHour > 100_000)
        #expect(memory.slopePerHourSecondHalf == 0)
        let descriptors = try #require(lines.first { $0.measure == "descriptors" })
        #expect(abs(descriptors.slopePerHourSecondHalf - 3_600) < 0.001, "a leak is seen")
        #expect(lines.first { $0.measure == "files" }?.slopePerHour == 0)
    }

    @Test("A long series is thinned out and keeps its span")
    func longSeries() {
        var series = ResourceSeries()
        for second in 0..<10_000 { series.add(at: Double(second), [:], files: second) }
        #expect(series.seconds.count <= ResourceSeries.momentsMax)
        #expect(series.seconds.first == 0 && (series.seconds.last ?? 0) > 9_900)
        #expect(series.files.map(Double.init) == series.seconds)
    }

    @Test("The process that listens on a port is found, and what it has started")
    func listener() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let script = """
            import socket, subprocess, sys
            server = socket.create_server(("127.0.0.1", 0))
            child = subprocess.Popen(["sleep", "60"])
            print(server.getsockname()[1], child.pid, flush=True)
            sys.stdin.read()
            child.kill()
            """
        process.arguments = ["-c", script]
        let (output, input) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        var line = ""
        while !line.hasSuffix("\n") {
            let piece = output.fileHandleForReading.availableData
            try #require(!piece.isEmpty, "it ended: \(line)")
            line += String(decoding: piece, as: UTF8.self)
        }
        let told = line.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        try #require(told.count == 2)
        #expect(ResourceProbe.server(at: "http://127.0.0.1:\(told[0])") == process.processIdentifier)
        #expect(
            ResourceProbe.server(at: "http://192.0.2.1:\(told[0])") == nil,
            "on another machine nobody looks"
        )
        let table = ProcessTable()
        #expect(table.tree(of: [process.processIdentifier]).contains(told[1]))
        #expect(ProcessTable.privateMemory(of: process.processIdentifier) ?? 0 > 1 << 20)
        #expect(ProcessTable.descriptors(of: process.processIdentifier) ?? 0 >= 4)
    }
}
