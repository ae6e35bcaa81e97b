import CConformance

/// A test under way: what a check is given, and where it puts what it finds.
///
/// Lives in one process and on one thread.
final class Test {
  let check: Check
  let test: TestCase
  let plugin: PluginUnderTest
  private(set) var result: TestResult
  let board: Board

  init(_ check: Check, _ test: TestCase, _ plugin: PluginUnderTest, _ board: Board) {
    (self.check, self.test, self.plugin, self.board) = (check, test, plugin, board)
    result = TestResult(test, .pass)
  }

  /// The kernel under test, for checks of scope `kernel`.
  var kernel: Kernel {
    get throws(Trouble) {
      let table = try plugin.load()
      let rows = table.filter {
        $0.activation.id == test.activation && $0.type.rawValue == test.dtype
      }
      guard let row = rows.first else {
        throw Trouble("the plugin has no \(test.dtype ?? "") row for \(test.activation ?? "").")
      }
      return row
    }
  }

  var tier: Tier { test.tier }

  /// Random numbers of a stream of their own, the same in every run with this seed.
  func random(_ stream: Int) -> Random { Random(test.seed &* 0x9e37_79b9 &+ UInt64(stream)) }

  /// Numbers from 0 up to `count`, or only the one that a witness asks for.
  ///
  /// Checks put their simplest trials first, so that the first failure is the smallest.
  func trials(_ count: Int) -> Trials {
    if let trial = test.trial {
      return Trials(board, trial, trial < max(count, 1) ? trial + 1 : trial)
    }
    return Trials(board, 0, count)
  }

  // MARK: - Findings

  /// True as soon as there is enough to report.
  var isDecided: Bool { result.findings.count >= 4 }

  /// True while nothing has been found.
  var isSpotless: Bool { result.status == .pass }

  /// A breach of the rule, or advice where the check only advises.
  func fail(_ message: String, _ witness: Witness? = nil) {
    if isDecided {
      result.more += 1
    } else {
      result.findings.append(Finding(message: message, witness: witness))
    }
    if !result.status.isFinding { result.status = check.isAdvice ? .warn : .fail }
  }

  /// Something that the author should look at and that breaks no rule.
  func warn(_ message: String, _ witness: Witness? = nil) {
    if !isDecided { result.findings.append(Finding(message: message, witness: witness)) }
    if result.status == .pass { result.status = .warn }
  }

  /// The precondition of the check is absent.
  func skip(_ reason: String) {
    result.status = .skip
    result.message = reason
  }

  func note(_ text: String) { result.notes.append(text) }
  func measured(_ measurement: Measurement) { result.measurements.append(measurement) }

  /// Says on the board what is done now, for the case that the process ends here.
  func doing(_ text: String) { board.doing(text) }
}

/// The numbers of a test's trials; the board always says which one is under way.
struct Trials: Sequence, IteratorProtocol {
  private let board: Board
  private var upcoming: Int
  private let end: Int

  init(_ board: Board, _ start: Int, _ end: Int) {
    (self.board, upcoming, self.end) = (board, start, end)
  }

  mutating func next() -> Int? {
    guard upcoming < end else { return nil }
    defer { upcoming += 1 }
    board.pointer.pointee.trial = Int64(upcoming)
    return upcoming
  }
}

/// A reason why a test cannot go on that is not a verdict of its own check: the plugin does not load.
public struct Trouble: Error {
  /// A sentence.
  public let message: String
  init(_ message: String) { self.message = message }
}

/// SplitMix64: small, seeded, the same numbers on every machine.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
