import Foundation

/// Pages between two that nobody may touch.
///
/// Kept for the next operand when they are given back: a call would otherwise spend more time in the
/// kernel's page tables than in the plugin. Any thread.
struct Pages: @unchecked Sendable {
  static let size = 4096
  /// The first usable byte.
  let start: UnsafeMutableRawPointer
  /// Usable bytes, a multiple of the page's size.
  let count: Int

  private static let lock = NSLock()
  nonisolated(unsafe) private static var kept: [Int: [Pages]] = [:]
  /// At most this many of a size are kept.
  private static let most = 64

  /// What lies before and behind, of which nothing can be touched.
  var reserve: (begin: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer) {
    (start - Self.size, start + count + Self.size)
  }

  /// Readable and writable pages for `bytes` bytes; their content is anything.
  static func take(_ bytes: Int) -> Pages {
    let count = (bytes + size - 1) / size * size
    lock.lock()
    let known = kept[count]?.popLast()
    lock.unlock()
    if let known { return known }
    let region = mmap(nil, count + 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    precondition(region != MAP_FAILED, "no memory for an operand of \(count) bytes")
    mprotect(region + size, count, PROT_READ | PROT_WRITE)
    return Pages(start: region + size, count: count)
  }

  /// Makes them read-only.
  func protect() { mprotect(start, count, PROT_READ) }

  /// For the next operand.
  func giveBack(isProtected: Bool) {
    if isProtected { mprotect(start, count, PROT_READ | PROT_WRITE) }
    Self.lock.lock()
    defer { Self.lock.unlock() }
    if Self.kept[count, default: []].count < Self.most {
      Self.kept[count, default: []].append(self)
    } else {
      munmap(start - Self.size, count + 2 * Self.size)
    }
  }
}
