/// What a kill storm found out about the survivor.
struct StormFigures {
    var kills = 0
    /// After how many kills the survivor did not come back to work, if that happened.
    var stuckAfter: Int?
    var answered = 0
    var failed = 0
    var received = 0
    var receivedTwice = 0
    var openQuestions = 0
    var longestOutage = Duration.zero
    var descriptorsBefore = 0
    var descriptorsAtMost = 0

    /// Notes how many descriptors this process has open now.
    mutating func noteDescriptors() {
        descriptorsAtMost = max(descriptorsAtMost, openDescriptors())
    }

    /// Writes the figures where the person who runs the tests sees them.
    func report(_ victim: String, _ medium: Medium) {
        Storm.report(
            "\(victim) killed \(kills) times over \(medium): \(answered) done, \(failed) failed, "
                + "\(received) received, \(receivedTwice) twice, longest outage \(longestOutage), descriptors "
                + "\(descriptorsBefore), at most \(descriptorsAtMost), now \(openDescriptors())"
                + (stuckAfter.map { ", STUCK after kill \($0)" } ?? "")
        )
    }
}
