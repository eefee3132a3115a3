internal import CWire
internal import Domain

extension Arena {
    mutating func fileOrder(_ order: FileOrder) -> UnsafeMutablePointer<Cloister__V1__FileOrder> {
        let message = message(cloister__v1__file_order__init)
        switch order {
        case .list(let folder, let isRecursive, let after, let most):
            let list = self.message(cloister__v1__list_files__init)
            list.pointee.folder = bytes(folder.text.utf8)
            list.pointee.recursive = isRecursive ? 1 : 0
            list.pointee.after = bytes(after.text.utf8)
            list.pointee.count_max = UInt32(clamping: most)
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_LIST
            message.pointee.list = list
        case .look(let path):
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_LOOK
            message.pointee.look = filePath(path)
        case .remove(let path):
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_REMOVE
            message.pointee.remove = filePath(path)
        case .openToRead(let path, let transfer):
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_OPEN_TO_READ
            message.pointee.open_to_read = openFile(path, transfer)
        case .openToWrite(let path, let transfer):
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_OPEN_TO_WRITE
            message.pointee.open_to_write = openFile(path, transfer)
        case .read(let transfer, let offset, let count):
            let read = self.message(cloister__v1__read_file__init)
            read.pointee.transfer = transfer
            read.pointee.offset = offset
            read.pointee.count = UInt32(clamping: count)
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_READ
            message.pointee.read = read
        case .write(let transfer, let offset, let content):
            let write = self.message(cloister__v1__write_file__init)
            write.pointee.transfer = transfer
            write.pointee.offset = offset
            write.pointee.content = bytes(content)
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_WRITE
            message.pointee.write = write
        case .commit(let transfer, let size):
            let commit = self.message(cloister__v1__commit_file__init)
            commit.pointee.transfer = transfer
            commit.pointee.size = size
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_COMMIT
            message.pointee.commit = commit
        case .close(let transfer):
            let close = self.message(cloister__v1__close_file__init)
            close.pointee.transfer = transfer
            message.pointee.order_case = CLOISTER__V1__FILE_ORDER__ORDER_CLOSE
            message.pointee.close = close
        }
        return message
    }

    mutating func fileCommand(_ request: FileRequest) -> UnsafeMutablePointer<Cloister__V1__FileCommand> {
        let message = message(cloister__v1__file_command__init)
        message.pointee.session = sessionKey(request.session.key)
        message.pointee.generation = request.session.generation.number
        message.pointee.may_create = request.mayCreate ? 1 : 0
        message.pointee.pool = pool(request.pool)
        message.pointee.order = fileOrder(request.order)
        message.pointee.wait_us = request.wait.wireMicroseconds
        return message
    }

    private mutating func filePath(_ path: SessionFilePath) -> UnsafeMutablePointer<Cloister__V1__FilePath> {
        let message = message(cloister__v1__file_path__init)
        message.pointee.path = bytes(path.text.utf8)
        return message
    }

    private mutating func openFile(
        _ path: SessionFilePath,
        _ transfer: UInt64
    ) -> UnsafeMutablePointer<Cloister__V1__OpenFile> {
        let message = message(cloister__v1__open_file__init)
        message.pointee.path = bytes(path.text.utf8)
        message.pointee.transfer = transfer
        return message
    }

    mutating func fileReply(_ reply: FileReply) -> UnsafeMutablePointer<Cloister__V1__FileReply> {
        let message = message(cloister__v1__file_reply__init)
        switch reply {
        case .trouble(let kind):
            let trouble = self.message(cloister__v1__file_trouble__init)
            trouble.pointee.kind = UInt32(clamping: kind.rawValue)
            message.pointee.reply_case = CLOISTER__V1__FILE_REPLY__REPLY_TROUBLE
            message.pointee.trouble = trouble
        case .files(let part):
            let files = part.files.map { sessionFile($0) }
            let list = self.message(cloister__v1__file_list__init)
            list.pointee.n_files = files.count
            list.pointee.files = self.list(files)
            list.pointee.is_complete = part.isComplete ? 1 : 0
            message.pointee.reply_case = CLOISTER__V1__FILE_REPLY__REPLY_FILES
            message.pointee.files = list
        case .file(let file):
            message.pointee.reply_case = CLOISTER__V1__FILE_REPLY__REPLY_FILE
            message.pointee.file = sessionFile(file)
        case .content(let offset, let content):
            let part = self.message(cloister__v1__file_content__init)
            part.pointee.offset = offset
            part.pointee.content = bytes(content)
            message.pointee.reply_case = CLOISTER__V1__FILE_REPLY__REPLY_CONTENT
            message.pointee.content = part
        case .done:
            message.pointee.reply_case = CLOISTER__V1__FILE_REPLY__REPLY_DONE
            message.pointee.done = self.message(cloister__v1__file_done__init)
        }
        return message
    }

    private mutating func sessionFile(
        _ file: SessionFile
    ) -> UnsafeMutablePointer<Cloister__V1__SessionFile> {
        let message = message(cloister__v1__session_file__init)
        message.pointee.path = bytes(file.path.text.utf8)
        message.pointee.is_folder = file.isFolder ? 1 : 0
        message.pointee.size = UInt64(clamping: file.size)
        message.pointee.modified_ns = file.modified
        return message
    }
}
