extension JSONValue {
    /// Changes this value as RFC 7396 (JSON Merge Patch) has it: members of a patch replace, `null`
    /// removes, objects are merged, everything else is taken as a whole.
    ///
    /// - Parameter patch: what changes.
    /// - Returns: the changed value.
    package func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let present) = self { members = present }
        for change in changes {
            let index = members.firstIndex { $0.name == change.name }
            if change.value == .null {
                if let index { members.remove(at: index) }
                continue
            }
            let present = index.map { members[$0].value } ?? .null
            let changed = Member(change.name, present.merged(with: change.value))
            if let index { members[index] = changed } else { members.append(changed) }
        }
        return .object(members)
    }
}
