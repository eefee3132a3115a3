internal import NIOSSL

/// Why a TLS connection between nodes did not come about, in words for an operator.
package struct TLSRefusal: Hashable, Sendable {
    /// Who opened the connection.
    package enum Side: Hashable, Sendable {
        /// The peer did.
        case called
        /// This node did.
        case calling
    }

    /// The other end: its host as far as it is known.
    package let peer: String
    /// Who opened the connection.
    package let side: Side
    /// What happened and what to do, in one or two sentences.
    package let sentence: String
    /// How many refusals like this one were not told since the last that was.
    package let untold: Int

    init(peer: String, side: Side, sentence: String, untold: Int = 0) {
        self.peer = peer
        self.side = side
        self.sentence = sentence
        self.untold = untold
    }

    /// Finds the words for an error of TLS.
    ///
    /// - Returns: nil for an error that refuses nobody, such as a peer that went away.
    init?(_ error: any Error, peer: String, side: Side) {
        guard let sentence = Self.sentence(for: error, peer: peer, side: side) else { return nil }
        self.init(peer: peer, side: side, sentence: sentence)
    }

    private static func sentence(for error: any Error, peer: String, side: Side) -> String? {
        if let error = error as? NIOSSLExtraError {
            guard error == .failedToValidateHostname else { return nil }
            return "The certificate of \(peer) is not for this name. Give that node one that is "
                + "(cloister cert node --host \(peer)), or write the name that its certificate has."
        }
        switch error {
        case NIOSSLError.handshakeFailed(let reason): return sentence(in: "\(reason)", peer: peer, side: side)
        // A peer that refuses after its side of the handshake tells it only when something is read.
        case let reason as BoringSSLError: return sentence(in: "\(reason)", peer: peer, side: side)
        default: return nil
        }
    }

    private static func sentence(in reason: String, peer: String, side: Side) -> String? {
        func says(_ words: String...) -> Bool { words.contains { reason.contains($0) } }
        if says("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            return
                "\(peer) showed no certificate. Give that node one of this cluster's authority: cloister cert node."
        }
        if says("ALERT") {
            return
                "\(peer) refused this node's certificate or its name (\(code(in: reason))). Look at that node's "
                + "log; cloister cert show tells issuer, names and validity of this node's certificate."
        }
        if says("CERTIFICATE_VERIFY_FAILED") {
            return
                "The certificate of \(peer) is not from an authority in tls.authorityFile, or not valid now. Compare "
                + "both with cloister cert show, and the clocks of both machines."
        }
        if says("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNSUPPORTED_PROTOCOL") {
            return side == .called
                ? "\(peer) does not speak TLS 1.2 or later. If it is a node, write tls+tcp:// for this one there."
                : "\(peer) does not speak TLS 1.2 or later. If it is a node, its inbox has to be tls+tcp://."
        }
        guard says("SSL routines") else { return nil }
        return "The TLS connection with \(peer) failed (\(code(in: reason)))."
    }

    /// The library's name of what happened; it has nothing of the peer in it.
    private static func code(in reason: String) -> String {
        let names = reason.split { !($0.isUppercase || $0.isNumber || $0 == "_") }
        return names.filter { $0.contains("_") }.max { $0.count < $1.count }.map(String.init) ?? "unknown"
    }
}
