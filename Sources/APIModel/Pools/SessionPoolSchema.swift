/// `Microsoft.App/sessionPools`, all versions together (dynamic-sessions-api.md, section 5.3), and what
/// Cloister adds.
enum SessionPoolSchema {
    /// The body of PUT; PATCH is checked after it was merged.
    static let resource = ResourceSchema.object([
        "id": .readOnly, "name": .readOnly, "type": .readOnly, "systemData": .readOnly, "etag": .readOnly,
        "location": .text(most: 90),
        "tags": .texts(most: 50),
        "identity": identity,
        "properties": properties,
    ])

    private static let identity = ResourceSchema.object([
        "type": .word(["None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"]),
        "principalId": .readOnly, "tenantId": .readOnly, "userAssignedIdentities": .anything,
    ])

    private static let properties = ResourceSchema.object([
        "environmentId": .text(most: 1_024),
        "containerType": .word(["PythonLTS", "NodeLTS", "Shell", "CustomContainer", "GpuBase", "CsharpLTS"]),
        "poolManagementType": .word(["Dynamic", "Manual"]),
        "scaleConfiguration": .object([
            "maxConcurrentSessions": .integer, "readySessionInstances": .integer,
        ]),
        "secrets": .list(.object(["name": .text(most: 253), "value": .text(most: 64 << 10)]), most: 100),
        "dynamicPoolConfiguration": .object([
            // Until 2024-10-02-preview the two stood here.
            "executionType": .word(["Timed"]), "cooldownPeriodInSeconds": .integer,
            "lifecycleConfiguration": .object([
                "lifecycleType": .word(["Timed", "OnContainerExit"]),
                "cooldownPeriodInSeconds": .integer, "maxAlivePeriodInSeconds": .integer,
            ]),
        ]),
        "customContainerTemplate": .anything,
        "sessionNetworkConfiguration": .object([
            "status": .word(["EgressEnabled", "EgressDisabled"]), "outboundVnetSubnetId": .text(most: 1_024),
        ]),
        "managedIdentitySettings": .list(.anything, most: 100),
        "mcpServerSettings": .object([
            "isMcpServerEnabled": .boolean, "isMcpServerApiKeyDisabled": .boolean,
            "mcpServerEndpoint": .readOnly,
        ]),
        "cloisterSettings": cloisterSettings,
        "nodeCount": .readOnly, "provisioningState": .readOnly, "poolManagementEndpoint": .readOnly,
        "templateUpdateStatus": .readOnly,
    ])

    private static let cloisterSettings = ResourceSchema.object([
        "memoryMiB": .integer, "virtualCPUs": .integer, "diskMiB": .integer, "processes": .integer,
        "timeoutSeconds": .integer, "codeBytes": .integer, "outputBytes": .integer, "resultBytes": .integer,
        "images": .integer,
        "readySchedule": .list(
            .object(["fromHour": .integer, "toHour": .integer, "readySessionInstances": .integer]),
            most: 24
        ),
    ])
}
