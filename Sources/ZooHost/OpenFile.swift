import CSystem

/// A regular file that was opened once, and is only looked at through that descriptor: what is checked
/// is what is read, and what is read is what is loaded.
final class OpenFile {
  let descriptor: Int32
  let status: stat

  /// Why a file cannot be opened: a sentence without the path.
  struct Refusal: Error {
    let rule: String
    let text: String
  }

  /// Opens without ever blocking: a FIFO or device is refused before it is touched.
  ///
  /// Not a throwing initializer: Embedded Swift leaks the object that such a one gives up.
  static func at(_ path: String) throws(Refusal) -> OpenFile {
    var before = stat()
    guard stat(path, &before) == 0 else { throw OpenFile.systemRefusal() }
    guard before.st_mode & fileKindBits == regularFile else {
      throw OpenFile.kindRefusal(before.st_mode)
    }
    let fd = csystem_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard fd >= 0 else { throw OpenFile.systemRefusal() }
    var now = stat()
    guard fstat(fd, &now) == 0, now.st_mode & fileKindBits == regularFile else {
      close(fd)
      throw OpenFile.kindRefusal(now.st_mode)
    }
    return OpenFile(fd, now)
  }

  private init(_ descriptor: Int32, _ status: stat) {
    self.descriptor = descriptor
    self.status = status
  }

  deinit { close(descriptor) }

  var byteCount: Int { Int(status.st_size) }

  /// Device and inode: one file under two names is one file.
  var identity: FileIdentity { FileIdentity(status) }

  /// A path that leads to this very file, for dlopen.
  ///
  /// glibc answers a path that it has seen with the library it loaded then, and descriptors are
  /// reused, so "/proc/self/fd/5" alone would give the wrong library the second time. The device and
  /// the inode are woven in as "/" (0) and "/." (1), which change nothing for the file system.
  var pathForLoading: String {
    var path = "/proc/self/fd"
    var device = UInt32(truncatingIfNeeded: status.st_dev)
    for _ in 0..<32 {
      path += device & 1 == 1 ? "/." : "/"
      device >>= 1
    }
    var inode = UInt64(status.st_ino)
    while inode != 0 {
      path += inode & 1 == 1 ? "/." : "/"
      inode >>= 1
    }
    return path + "/\(descriptor)"
  }

  /// The bytes at `offset`, or nil if the file does not have them all.
  ///
  /// Not mmap: a file that is cut while it is mapped kills the process.
  func bytes(at offset: UInt64, count: UInt64) -> [UInt8]? {
    let size = UInt64(byteCount)
    guard count <= size, offset <= size - count else { return nil }
    var result = [UInt8](repeating: 0, count: Int(count))
    var done = 0
    while done < result.count {
      let got = result.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress! + done, buffer.count - done, Int(offset) + done)
      }
      if got < 0 && csystem_errno() == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return result
  }

  private static func systemRefusal() -> Refusal {
    switch csystem_errno() {
    case ELOOP:
      return Refusal(
        rule: "H7", text: "is a loop of symbolic links; remove it or point it at a file")
    case ENOENT:
      return Refusal(rule: "H7", text: "does not exist, or is a link to nothing")
    case EACCES:
      return Refusal(rule: "H7", text: "may not be read by this user; change its permissions")
    default:
      return Refusal(
        rule: "H7", text: "cannot be opened: " + String(cString: strerror(csystem_errno())))
    }
  }

  private static func kindRefusal(_ mode: mode_t) -> Refusal {
    let kind: String
    switch mode & fileKindBits {
    case folderKind: kind = "a folder"
    case 0o010000: kind = "a FIFO"
    case 0o140000: kind = "a socket"
    default: kind = "a device"
    }
    return Refusal(rule: "H7", text: "is \(kind), not a file; plugins are regular files")
  }
}

/// Which file it is, whatever its name.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64
  /// Seconds and nanoseconds of the last change of contents, and the size: a file that was written over
  /// in place is no longer the file that was checked.
  let seconds: Int
  let nanoseconds: Int
  let size: Int

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    size = Int(status.st_size)
  }
}

// The macros of sys/stat.h are not imported.
let fileKindBits: mode_t = 0o170000
let regularFile: mode_t = 0o100000
let folderKind: mode_t = 0o040000
