import CConformance
import Foundation

/// Counts which functions of libc and of language runtimes a plugin calls.
struct ImportWatch {
  private let count: Int
  private var before: [UInt64] = []

  /// Watches the imports of these names; they cannot be watched any less later.
  init(_ library: UnsafeMutableRawPointer, _ names: [String]) throws(Trouble) {
    let words = names.map { strdup($0) }
    defer { words.forEach { free($0) } }
    count = Int(conformance_watch(library, words.map { UnsafePointer($0) }, words.count))
    guard count >= 0 else { throw Trouble("the library's imports cannot be watched.") }
    restart()
  }

  /// How many imports are watched; those that the library does not have do not count.
  var isIdle: Bool { count == 0 }

  /// Counts from now on.
  mutating func restart() {
    before = (0..<count).map { conformance_watched_calls(Int32($0)) }
  }

  /// The functions that were called since, and how often.
  var calls: [(name: String, count: Int)] {
    (0..<count).compactMap { index in
      let calls = conformance_watched_calls(Int32(index)) - before[index]
      guard calls > 0, let name = conformance_watched_name(Int32(index)) else { return nil }
      return (String(cString: name), Int(calls))
    }
  }
}
