import CConformance
import CSystem
import Foundation

/// What a library must leave as it was: the parts of a process that other code relies on.
///
/// Of the calling thread, where it is a thread's. Takes about a tenth of a millisecond.
struct ProcessState {
  private var facts: [(name: String, value: String)] = []

  init() {
    let word = csystem_float_control() & csystem_float_mode_bits()
    facts.append(("the floating-point control word", Self.controlText(word)))
    facts.append(("the control word of long double (x87)", Self.hex(conformance_x87_control())))
    facts.append(("the working directory", FileManager.default.currentDirectoryPath))
    facts.append(("the locale", setlocale(LC_ALL, nil).map { String(cString: $0) } ?? ""))
    facts.append(("this thread's locale", "\(uselocale(nil).map { Int(bitPattern: $0) } ?? 0)"))
    let mask = umask(0)
    _ = umask(mask)
    facts.append(("the umask", "0" + String(mask, radix: 8)))
    readSignals()
    readEnvironment()
    readFiles()
    let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    facts.append(("the number of threads", "\(threads?.count ?? 0)"))
    facts.append(("the number of child processes", "\(Offspring.children().count)"))
    var timer = itimerval()
    getitimer(ITIMER_REAL, &timer)
    let isTicking = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0
    facts.append(("the alarm timer", isTicking ? "running" : "off"))
  }

  /// "the locale was C and is C.UTF-8", for every part that differs.
  func changes(since before: ProcessState) -> [String] {
    let old = Dictionary(before.facts.map { ($0.name, $0.value) }) { first, _ in first }
    let new = Dictionary(facts.map { ($0.name, $0.value) }) { first, _ in first }
    return (facts.map(\.name) + before.facts.map(\.name).filter { new[$0] == nil }).compactMap {
      let (was, now) = (old[$0] ?? "not there", new[$0] ?? "not there")
      return was == now ? nil : "\($0) was \(was) and is \(now)"
    }
  }

  /// "0x9fc0 (subnormals flushed to zero)".
  static func controlText(_ word: UInt64) -> String {
    var words: [String] = []
    #if arch(x86_64)
      words.append(
        ["to nearest", "downward", "upward", "toward zero"][Int(word >> 13 & 3)])
      if word & 0x8000 != 0 { words.append("subnormal results flushed to zero (FTZ)") }
      if word & 0x40 != 0 { words.append("subnormal inputs taken as zero (DAZ)") }
      if word & 0x1f80 != 0x1f80 { words.append("exceptions trap") }
    #else
      words.append(["to nearest", "upward", "downward", "toward zero"][Int(word >> 22 & 3)])
      if word & 1 << 24 != 0 { words.append("subnormals flushed to zero (FZ)") }
    #endif
    return hex(word) + " (rounding " + words.joined(separator: ", ") + ")"
  }

  private static func hex(_ word: some BinaryInteger) -> String { "0x" + String(word, radix: 16) }

  private mutating func readSignals() {
    for number in 1...Int32(64) {
      var action = sigaction()
      guard sigaction(number, nil, &action) == 0 else { continue }
      let handler = unsafeBitCast(action.__sigaction_handler, to: Int.self)
      let name = [0: "the default", 1: "to ignore it"][handler] ?? Self.hex(handler)
      facts.append(
        ("the handler of signal \(number) (\(String(cString: strsignal(number))))", name))
    }
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    let blocked = (1...Int32(64)).filter { sigismember(&mask, $0) == 1 }
    facts.append(("the set of blocked signals", "\(blocked)"))
  }

  private mutating func readEnvironment() {
    var entry = Foundation.environ
    while let text = entry.pointee {
      let words = String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      facts.append(
        ("the environment's \(words[0])", words.count > 1 ? "\"\(words[1])\"" : "without value"))
      entry += 1
    }
  }

  private mutating func readFiles() {
    guard let folder = opendir("/proc/self/fd") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = Int32(name), number != dirfd(folder) else { continue }
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\(number)")
      facts.append(("file descriptor \(number)", "open on \(target ?? "something")"))
    }
    // What is printed lands in a file, whose size then shows it. A terminal has none.
    fflush(nil)
    for (number, name) in [(Int32(1), "standard output"), (2, "standard error")] {
      var status = stat()
      if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        facts.append(("the size of \(name)", "\(status.st_size) bytes"))
      }
    }
  }
}
