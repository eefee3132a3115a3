extension SettingsCatalogue.Topic {
    /// What a worker has of its own.
    static let worker = Self(
        title: "Worker",
        introduction: "`cloister up` names its workers itself and gives each a folder.",
        settings: [
            .name, .coordinators, .runDirectory, .capacitySessions, .capacityWeight, .imageDirectory,
            .cacheDirectory, .processesAhead, .accelerator, .jail,
        ]
    )
}

extension Setting {
    /// The worker's name.
    package static let name = Self(
        "name",
        .text(.plainName),
        .required,
        for: [.worker],
        example: "worker-1",
        "Unique in the cluster, kept over restarts."
    )
    /// The coordinators' inboxes.
    package static let coordinators = Self(
        "coordinators",
        .list(of: nil),
        .required,
        for: [.worker],
        example: "tcp://127.0.0.1:7400",
        "The coordinators' inboxes."
    )
    /// The worker's folder.
    package static let runDirectory = Self(
        "runDirectory",
        .path,
        .required,
        for: [.worker],
        example: "/run/cloister/worker-1",
        "The worker's own folder, for notes on its processes."
    )
    /// How many sessions a worker has at most.
    package static let capacitySessions = Self(
        "capacity.sessions",
        .integer(1...100_000),
        .absent(
            "the smaller of memory × 4/5 / (48 MiB + 5/32 of the largest guest's memory) and 96 for each processor"
        ),
        for: [.worker, .up],
        example: "150",
        "The most sessions at once, in each worker."
    )
    /// The worker's share.
    package static let capacityWeight = Self(
        "capacity.weight",
        .integer(1...64),
        .absent("one for each 64 sessions"),
        for: [.worker, .up],
        example: "4",
        "The worker's share of new sessions."
    )
    /// The guest image.
    package static let imageDirectory = Self(
        "imageDirectory",
        .path,
        .absent("`CLOISTER_IMAGE`, which `./cloister` sets"),
        for: [.worker, .up],
        example: "/var/cache/cloister/images/current",
        "The guest image."
    )
    /// The templates.
    package static let cacheDirectory = Self(
        "cacheDirectory",
        .path,
        .absent("`CLOISTER_CACHE`, else `/var/cache/cloister`"),
        for: [.worker, .up],
        example: "/var/cache/cloister",
        "The templates, shared by all workers of the machine."
    )
    /// How many processes wait.
    package static let processesAhead = Self(
        "processesAhead",
        .integer(0...64),
        .value("2"),
        for: [.worker, .up],
        example: "2",
        """
        QEMU processes of each pool that wait with the template loaded, so that a session without a ready machine \
        saves some 50 ms; about 20 MiB each.
        """
    )
    /// What runs the guests.
    package static let accelerator = Self(
        "accelerator",
        .word(["auto", "kvm", "tcg"]),
        .value("auto"),
        for: [.worker, .up],
        example: "auto",
        "`auto` takes `kvm` if a probe guest boots with it, else `tcg`; the other two demand."
    )
    /// What is around QEMU.
    package static let jail = Self(
        "jail",
        .word(["auto", "required", "off"]),
        .value("auto"),
        for: [.worker, .up],
        example: "auto",
        "`auto` takes the jail where the host allows it, `required` does not start without, `off` does without."
    )
}
