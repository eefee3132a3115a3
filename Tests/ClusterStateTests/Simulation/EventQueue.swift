/// What is to happen, in the order of virtual time; what is due at the same time comes in the order of its planning.
struct EventQueue {
    private var heap: [(due: Int, order: Int, action: () -> Void)] = []
    private var planned = 0

    /// Plans an action for a time in microseconds.
    mutating func plan(at due: Int, _ action: @escaping () -> Void) {
        planned += 1
        heap.append((due, planned, action))
        var child = heap.count - 1
        while child > 0, comes(child, before: (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next action out, if one is due by a time.
    mutating func next(by limit: Int) -> (due: Int, action: () -> Void)? {
        guard let first = heap.first, first.due <= limit else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.due, first.action)
    }

    mutating func removeAll() { heap = [] }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && comes(child, before: least) { least = child }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func comes(_ one: Int, before other: Int) -> Bool {
        (heap[one].due, heap[one].order) < (heap[other].due, heap[other].order)
    }
}
