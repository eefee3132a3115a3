/// The version of the program; all nodes of a cluster should have the same.
package enum ProductVersion {
    /// The version, as `--version` tells it.
    package static let text = "0.1.0"
}
