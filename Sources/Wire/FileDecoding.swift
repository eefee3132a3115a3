internal import CWire
internal import Domain

extension FileOrder {
    init(_ pointer: UnsafeMutablePointer<Cloister__V1__FileOrder>?) throws(WireError) {
        let message = try required(pointer, "order")
        switch message.order_case {
        case CLOISTER__V1__FILE_ORDER__ORDER_LIST:
            let list = try required(message.list, "list")
            self = .list(
                try SessionFilePath(field: list.folder),
                isRecursive: list.recursive != 0,
                after: try SessionFilePath(field: list.after),
                most: min(Int(list.count_max), FileLimits.filesPerPart)
            )
        case CLOISTER__V1__FILE_ORDER__ORDER_LOOK:
            self = .look(try SessionFilePath(field: try required(message.look, "look").path))
        case CLOISTER__V1__FILE_ORDER__ORDER_REMOVE:
            self = .remove(try SessionFilePath(field: try required(message.remove, "remove").path))
        case CLOISTER__V1__FILE_ORDER__ORDER_OPEN_TO_READ:
            let open = try required(message.open_to_read, "open_to_read")
            self = .openToRead(try SessionFilePath(field: open.path), transfer: open.transfer)
        case CLOISTER__V1__FILE_ORDER__ORDER_OPEN_TO_WRITE:
            let open = try required(message.open_to_write, "open_to_write")
            self = .openToWrite(try SessionFilePath(field: open.path), transfer: open.transfer)
        case CLOISTER__V1__FILE_ORDER__ORDER_READ:
            let read = try required(message.read, "read")
            self = .read(
                transfer: read.transfer,
                offset: read.offset,
                count: min(Int(read.count), FileLimits.chunkBytes)
            )
        case CLOISTER__V1__FILE_ORDER__ORDER_WRITE:
            let write = try required(message.write, "write")
            self = .write(
                transfer: write.transfer,
                offset: write.offset,
                try [UInt8](chunk: write.content)
            )
        case CLOISTER__V1__FILE_ORDER__ORDER_COMMIT:
            let commit = try required(message.commit, "commit")
            self = .commit(transfer: commit.transfer, size: commit.size)
        case CLOISTER__V1__FILE_ORDER__ORDER_CLOSE:
            self = .close(transfer: try required(message.close, "close").transfer)
        default: throw WireError(.invalidField, "The file order's kind is not known.")
        }
    }
}

extension FileRequest {
    init(_ message: Cloister__V1__FileCommand) throws(WireError) {
        self.init(
            session: try SessionLife(message.session, message.generation),
            mayCreate: message.may_create != 0,
            pool: try PoolConfiguration(try required(message.pool, "pool")),
            order: try FileOrder(message.order),
            wait: Duration(wireMicroseconds: message.wait_us)
        )
    }
}

extension FileReply {
    init(_ pointer: UnsafeMutablePointer<Cloister__V1__FileReply>?) throws(WireError) {
        let message = try required(pointer, "reply")
        switch message.reply_case {
        case CLOISTER__V1__FILE_REPLY__REPLY_TROUBLE:
            let kind = try required(message.trouble, "trouble").kind
            self = .trouble(FileTrouble(rawValue: Int(kind)) ?? .broken)
        case CLOISTER__V1__FILE_REPLY__REPLY_FILES:
            let list = try required(message.files, "files")
            guard list.n_files <= FileLimits.filesPerPart else {
                throw WireError(.tooLarge, "A list of \(list.n_files) files is over the limit.")
            }
            self = .files(
                SessionFileList(
                    files: try values(list.files, list.n_files) {
                        file throws(WireError) in try SessionFile(file)
                    },
                    isComplete: list.is_complete != 0
                )
            )
        case CLOISTER__V1__FILE_REPLY__REPLY_FILE:
            self = .file(try SessionFile(try required(message.file, "file")))
        case CLOISTER__V1__FILE_REPLY__REPLY_CONTENT:
            let content = try required(message.content, "content")
            self = .content(offset: content.offset, try [UInt8](chunk: content.content))
        case CLOISTER__V1__FILE_REPLY__REPLY_DONE: self = .done
        default: throw WireError(.invalidField, "The file reply's kind is not known.")
        }
    }
}

extension SessionFile {
    fileprivate init(_ message: Cloister__V1__SessionFile) throws(WireError) {
        self.init(
            path: try SessionFilePath(field: message.path),
            isFolder: message.is_folder != 0,
            size: Int(clamping: message.size),
            modified: message.modified_ns
        )
    }
}

extension SessionFilePath {
    fileprivate init(field: ProtobufCBinaryData) throws(WireError) {
        let text = try String(utf8: field, "path")
        self = try checked { () throws(Failure) in try SessionFilePath(text) }
    }
}

extension [UInt8] {
    /// Copies a part of a file.
    fileprivate init(chunk field: ProtobufCBinaryData) throws(WireError) {
        guard field.len <= FileLimits.chunkBytes else {
            throw WireError(.tooLarge, "A part of \(field.len) bytes of a file is over the limit.")
        }
        self.init(field)
    }
}
