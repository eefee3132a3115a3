/// Where etcd is, and who asks.
package struct EtcdConfiguration: Sendable {
    /// The members' client addresses, such as `https://10.0.0.1:2379`; any of them is asked.
    package let endpoints: [String]
    /// The user, where etcd wants one; nil for none.
    package let user: User?
    /// The certificates of `https` addresses; nil for the system's authorities.
    package let certificates: Certificates?

    /// A user of etcd.
    package struct User: Sendable {
        let name: String
        let password: String

        /// Names a user.
        ///
        /// - Parameters:
        ///   - name: the user's name.
        ///   - password: the password; it is sent to etcd and written nowhere.
        package init(name: String, password: String) {
            self.name = name
            self.password = password
        }
    }

    /// Files in PEM.
    package struct Certificates: Sendable {
        let authorityFile: String
        let certificateFile: String?
        let keyFile: String?

        /// Names the files.
        ///
        /// - Parameters:
        ///   - authorityFile: the authority that has signed the members' certificates.
        ///   - certificateFile: this client's certificate, where etcd wants one.
        ///   - keyFile: its key.
        package init(authorityFile: String, certificateFile: String? = nil, keyFile: String? = nil) {
            self.authorityFile = authorityFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - endpoints: the members' client addresses; at least one.
    ///   - user: the user, where etcd wants one.
    ///   - certificates: the certificates of `https` addresses.
    package init(endpoints: [String], user: User? = nil, certificates: Certificates? = nil) {
        precondition(!endpoints.isEmpty, "etcd has at least one member")
        self.endpoints = endpoints.map { endpoint in
            var endpoint = endpoint
            while endpoint.hasSuffix("/") { endpoint.removeLast() }
            return endpoint
        }
        self.user = user
        self.certificates = certificates
    }
}
