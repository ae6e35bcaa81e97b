import Foundation

/// The parts of this process's memory, as /proc/self/maps has them.
struct Mappings {
  private struct Part {
    let begin: UInt
    let end: UInt
    let isWritable: Bool
    let file: String
  }
  private let parts: [Part]

  init() throws(Trouble) {
    // To its end: the size that such a file gives is 0, and one read does not give all of it.
    guard let file = FileHandle(forReadingAtPath: "/proc/self/maps"),
      let data = try? file.readToEnd()
    else { throw Trouble("/proc/self/maps cannot be read.") }
    let text = String(decoding: data, as: UTF8.self)
    parts = text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      let ends = words.first?.split(separator: "-") ?? []
      guard words.count >= 2, ends.count == 2, let begin = UInt(ends[0], radix: 16),
        let end = UInt(ends[1], radix: 16)
      else { return nil }
      return Part(
        begin: begin, end: end, isWritable: words[1].dropFirst().first == "w",
        file: words.count == 6 ? String(words[5]) : "")
    }
  }

  enum Kind: Equatable { case constant, writable, absent }

  /// What may be done with the bytes.
  func kind(_ start: UnsafeRawPointer, _ count: Int) -> Kind {
    var at = UInt(bitPattern: start)
    let end = at + UInt(max(count, 1))
    while at < end {
      guard let part = parts.first(where: { at >= $0.begin && at < $0.end }) else { return .absent }
      if part.isWritable { return .writable }
      at = part.end
    }
    return .constant
  }
}
