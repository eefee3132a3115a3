internal import Domain
internal import Presentation

/// Rules for a cluster's address.
enum ClusterAddress {
    /// Checks an address.
    ///
    /// - Parameter url: the address.
    /// - Throws: `invalidConfiguration` when it is none.
    static func check(_ url: String) throws(Failure) {
        let rest = ["http://", "https://"].first { url.lowercased().hasPrefix($0) }.map {
            url.dropFirst($0.count)
        }
        let hasOnlyVisible = url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard let rest, let first = rest.first, first != "/", hasOnlyVisible, !rest.contains("@"),
            !rest.contains("?"), !rest.contains("#")
        else {
            throw Failure(
                .invalidConfiguration,
                "\(PlainText.of(url)) is no address of a cluster: it is like http://127.0.0.1:8080 or "
                    + "https://cloister.example, without user, query and fragment."
            )
        }
    }

    /// Whether two addresses are one, with or without a slash at the end.
    ///
    /// - Parameters:
    ///   - first: an address.
    ///   - second: another one.
    /// - Returns: whether they are.
    static func isSame(_ first: String, _ second: String) -> Bool {
        func bare(_ url: String) -> Substring {
            var rest = url[...]
            while rest.hasSuffix("/") { rest.removeLast() }
            return rest
        }
        return bare(first) == bare(second)
    }

    /// Whether an address leads to this very machine.
    ///
    /// - Parameter url: the address.
    /// - Returns: true for the loopback addresses.
    static func isOfThisMachine(_ url: String) -> Bool {
        ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains {
            url == $0 || url.hasPrefix($0 + ":") || url.hasPrefix($0 + "/")
        }
    }
}
