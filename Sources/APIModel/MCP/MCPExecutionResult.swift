package import Domain

/// The end of an execution as the result of a tool.
package enum MCPExecutionResult {
    /// What a tool's execution is asked to answer with.
    package static let form = AnswerForm(outputStreamsMaxLength: MCPLimits.streamBytes)

    /// Lays it out.
    ///
    /// Code that raises an error, and what is stopped early, did not do what was asked for. A command that ends
    /// with another code than 0 has done it: the code is its answer, as that of `grep` or `diff`.
    ///
    /// - Parameters:
    ///   - report: what was produced.
    ///   - tool: the tool that was called.
    ///   - imageBytes: how large all pictures together may be.
    /// - Returns: the result.
    /// - Throws: `internalError` when the execution has not ended.
    package static func result(
        _ report: ExecutionReport,
        of tool: MCPTool,
        imageBytes: Int
    ) throws(Failure) -> MCPToolResult {
        let isCommand = tool.kind == .shell
        let layout = AnswerLayout(runtime: isCommand ? .shell : .python, shape: .flat, version: .latest)
        let resource = try ExecutionResource(report, form: form, layout: layout)
        let value = StreamText(Array((report.value?.text ?? "").utf8), limit: MCPLimits.streamBytes)
        let images = shown(report.images, within: imageBytes)
        let cuts =
            resource.truncated + (value.wasCut ? ["result"] : [])
            + (images.count < report.images.count ? ["images"] : [])
        var members: [JSONValue.Member] = [
            .init("stdout", .string(resource.standardOutput)),
            .init("stderr", .string(resource.standardError)),
            isCommand
                ? .init("exitCode", .integer(Int(resource.status) ?? -1))
                : .init("result", .string(value.text)),
            .init("executionTimeInMilliseconds", .integer(resource.executionTimeInMilliseconds)),
            .init("isNewEnvironment", .boolean(report.isNewSession)),
        ]
        if !cuts.isEmpty { members.append(.init("truncated", .array(cuts.map(JSONValue.string)))) }
        let notice = report.outcome.flatMap { ExecutionNotice($0) }
        let hasVerdict = isCommand && report.outcome?.status == .failed && report.outcome?.exitCode != nil
        if let notice, !hasVerdict { members.append(.init("error", notice.json)) }
        return .structured(
            .object(members),
            images: images.map { MCPToolResult.image($0.bytes, type: "image/\($0.format)") },
            isError: notice != nil && !hasVerdict
        )
    }

    /// The first pictures that fit.
    private static func shown(_ images: [ResultImage], within limit: Int) -> [ResultImage] {
        var left = limit
        return Array(
            images.prefix { image in
                left -= image.bytes.count
                return left >= 0
            }
        )
    }
}
