/// What is to happen, in the order of virtual time; what is due at the same time comes in the order of its planning.
struct EventQueue {
    /// Not a tuple: a closure in one is wrapped anew whenever it changes its place.
    private struct Event {
        let due: Int
        let order: Int
        let action: () -> Void

        func comes(before other: Self) -> Bool {
            due != other.due ? due < other.due : order < other.order
        }
    }

    private var heap: [Event] = []
    private var planned = 0

    /// Plans an action for a time in microseconds.
    mutating func plan(at due: Int, _ action: @escaping () -> Void) {
        planned += 1
        let event = Event(due: due, order: planned, action: action)
        heap.append(event)
        var place = heap.count - 1
        while place > 0, event.comes(before: heap[(place - 1) / 2]) {
            heap[place] = heap[(place - 1) / 2]
            place = (place - 1) / 2
        }
        heap[place] = event
    }

    /// Takes the next action out, if one is due by a time.
    mutating func next(by limit: Int) -> (due: Int, action: () -> Void)? {
        guard let first = heap.first, first.due <= limit, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sink(last) }
        return (first.due, first.action)
    }

    mutating func removeAll() { heap = [] }

    /// Finds the place of an event from the top, which is free.
    private mutating func sink(_ event: Event) {
        var place = 0
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
            guard heap[child].comes(before: event) else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = event
    }
}
