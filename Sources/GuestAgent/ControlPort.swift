internal import Glibc
internal import Wire

/// The virtio-serial port to the worker: frames in, frames out, never blocking.
struct ControlPort: ~Copyable {
    /// Above this many waiting bytes nothing more is read from the runtime, so that a slow host
    /// slows the code instead of filling the guest's memory.
    private static let comfortableBytes = 512 << 10

    /// From this many on nothing waits for the end of the turn.
    private static let pieceBytes = 32 << 10

    /// Above this many the content of files waits, so that there is always room for output beside it.
    private static let contentBytes = comfortableBytes / 2

    /// The size of the driver's buffers.
    private static let bufferBytes = 4_096

    private let device: Descriptor
    private var splitter = FrameSplitter()
    private var waiting: [UInt8] = []
    private var sent = 0

    /// Waits for the port and opens it.
    ///
    /// - Throws: an error when it does not appear.
    init() throws(GuestError) {
        let name = try Devices.await(within: 10) { $0.hasPrefix("vport") }
        device = try Descriptor(opening: "/dev/\(name)", O_RDWR)
        device.setNonBlocking()
    }

    /// The descriptor to poll.
    var descriptor: Int32 { device.number }

    /// Whether bytes wait to be written.
    var hasOutput: Bool { sent < waiting.count }

    /// Whether more output should be made now.
    var hasRoom: Bool { waiting.count - sent < Self.comfortableBytes }

    /// Whether a part of a file should be sent now.
    var hasRoomForContent: Bool { waiting.count - sent < Self.contentBytes }

    /// Puts a frame into the queue; it goes with the next ``flush()``.
    ///
    /// - Parameter frame: what to tell the worker.
    mutating func send(_ frame: GuestFrame) {
        waiting += frame.encoded()
        if waiting.count - sent >= Self.pieceBytes { flush() }
    }

    /// Writes as much of the queue as goes at once.
    mutating func flush() {
        while sent < waiting.count {
            guard let count = device.write(waiting[sent...]), count > 0 else { return }
            sent += count
            if sent == waiting.count {
                waiting.removeAll(keepingCapacity: waiting.capacity <= 1 << 16)
                sent = 0
            }
        }
    }

    /// Reads what the worker sent.
    ///
    /// - Returns: the whole frames that have arrived.
    /// - Throws: an error when the bytes are no frames.
    mutating func receive() throws(GuestError) -> [HostFrame] {
        while let bytes = device.read(atMost: 1 << 16), !bytes.isEmpty {
            splitter.append(bytes)
            // The driver gives one of its buffers at a time; after one that is not full there is seldom another.
            if bytes.count < Self.bufferBytes { break }
        }
        var frames: [HostFrame] = []
        do throws(WireError) {
            while let frame = try splitter.next() { frames.append(try HostFrame(decoding: frame)) }
        } catch {
            throw GuestError("The worker sent what is no frame: \(error)")
        }
        return frames
    }
}
