package import MicroVM
internal import Synchronization
package import Wire

/// Templates: those that a test says it has, and where it would copy others from.
extension PlayedHypervisor {
    /// Says which pieces of templates are here.
    ///
    /// - Parameter pieces: the pieces.
    package func setPieces(_ pieces: [TemplatePieceName: [UInt8]]) {
        templates.withLock { $0.pieces = pieces }
    }

    /// Where templates would be copied from; nil before the worker has begun.
    package var source: (any TemplateSource)? { templates.withLock { $0.source } }

    /// How often a piece was sent.
    package var piecesSent: Int { templates.withLock { $0.sent } }

    package func copyTemplates(from source: any TemplateSource) async {
        templates.withLock { $0.source = source }
    }

    package func piece(_ name: TemplatePieceName) async throws(MicroVMError) -> [UInt8] {
        let content = templates.withLock { templates in
            let content = templates.pieces[name]
            if content != nil { templates.sent += 1 }
            return content
        }
        guard let content else { throw MicroVMError(.templateUnusable, "There is no such piece here.") }
        return content
    }

    /// What a test has said of templates.
    struct Templates {
        var pieces: [TemplatePieceName: [UInt8]] = [:]
        var source: (any TemplateSource)?
        var sent = 0
    }
}
