extension Envelope.Content {
    /// What kind of message it is, in a word for metrics.
    package var kind: String {
        switch self {
        case .announcement: "announcement"
        case .answer: "answer"
        case .command(let command): command.request.kind
        }
    }
}

extension Command.Request {
    /// What kind of command it is, in a word for metrics.
    package var kind: String {
        switch self {
        case .hello: "hello"
        case .ping: "ping"
        case .execute: "execute"
        case .readEvents: "readEvents"
        case .cancel: "cancel"
        case .abandon: "abandon"
        case .stopSession: "stopSession"
        case .keepReady: "keepReady"
        case .file: "file"
        case .terminal: "terminal"
        case .describeSessions: "describeSessions"
        case .describeImage: "describeImage"
        case .describeWorker: "describeWorker"
        case .readConsole: "readConsole"
        case .readTemplate: "readTemplate"
        }
    }
}
