import CConformance
import Foundation

/// Memory that a child shares with its parent: where it says what it does, and what came of it.
public final class Board {
  static let byteCount = 1 << 20
  let pointer: UnsafeMutablePointer<conformance_board>

  /// A board of this process alone, for tests that run in it.
  public init() {
    pointer = Board.map(-1, MAP_PRIVATE | MAP_ANONYMOUS)!
  }

  /// The board behind a descriptor; nil if it cannot be mapped.
  init?(descriptor: Int32) {
    guard let pointer = Board.map(descriptor, MAP_SHARED) else { return nil }
    self.pointer = pointer
  }

  deinit { munmap(pointer, Board.byteCount) }

  private static func map(_ descriptor: Int32, _ flags: Int32)
    -> UnsafeMutablePointer<conformance_board>?
  {
    let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    return memory.assumingMemoryBound(to: conformance_board.self)
  }

  private var answerStart: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(pointer) + MemoryLayout<conformance_board>.size
  }

  /// What is done now.
  func doing(_ text: String) {
    withUnsafeMutableBytes(of: &pointer.pointee.doing) { bytes in
      var count = 0
      for byte in text.utf8.prefix(bytes.count - 1) {
        bytes[count] = byte
        count += 1
      }
      bytes[count] = 0
    }
  }

  /// What was done last.
  var doing: String {
    withUnsafeBytes(of: pointer.pointee.doing) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Leaves the answer; what does not fit is refused.
  public func answer(_ data: Data) {
    guard data.count <= Board.byteCount - MemoryLayout<conformance_board>.size else { return }
    data.copyBytes(to: answerStart.assumingMemoryBound(to: UInt8.self), count: data.count)
    pointer.pointee.answer_bytes = UInt32(data.count)
    pointer.pointee.is_answered = 1
  }

  /// The answer, once it is whole.
  public var answer: Data? {
    let count = Int(pointer.pointee.answer_bytes)
    guard pointer.pointee.is_answered == 1,
      count <= Board.byteCount - MemoryLayout<conformance_board>.size
    else { return nil }
    return Data(bytes: answerStart, count: count)
  }

  /// How much of a long test is done, 0 to 1.
  public var progress: Double {
    get { pointer.pointee.progress }
    set { pointer.pointee.progress = newValue }
  }
}
