package import Logging
internal import Synchronization

/// The least level that a part of the program logs; it can be changed while the program runs.
package final class LogLevel: Sendable {
    private let place: Atomic<Int>

    /// Makes a level.
    ///
    /// - Parameter value: what is logged at first.
    package init(_ value: Logger.Level) { place = Atomic(Self.place(of: value)) }

    /// The level now.
    package var value: Logger.Level {
        get { Logger.Level.allCases[place.load(ordering: .relaxed)] }
        set { place.store(Self.place(of: newValue), ordering: .relaxed) }
    }

    private static func place(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
