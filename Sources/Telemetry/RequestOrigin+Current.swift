package import Domain

extension RequestOrigin {
    /// For which request the present task works; nil when it works for none.
    @TaskLocal package static var current: RequestOrigin?
}
