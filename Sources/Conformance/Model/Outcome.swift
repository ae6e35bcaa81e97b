/// How a test ended.
public enum Status: String, Sendable, Codable, CaseIterable {
  case pass, warn, fail, skip, crash, timeout

  /// True where the plugin does not conform.
  public var isFinding: Bool { self == .fail || self == .crash || self == .timeout }
}

/// The smallest case that shows a failure: enough to call the kernel by hand.
public struct Witness: Sendable, Codable, Equatable {
  /// Which of the test's trials it was; with the seed this replays it.
  public var trial: Int
  /// "forward", "backward", "fused".
  public var pass: String?
  /// The output concerned: "y", "dx", "dg", "d(eps)".
  public var output: String?
  /// The four extents of the box.
  public var extent: [Int]?
  /// Strides of the operand concerned, in elements.
  public var strides: [Int]?
  /// Position of the element in row-major order of the box.
  public var index: Int?
  /// Parameter values by name, as printed.
  public var parameters: [String: [Double]]?
  /// Operands at the element: name ("x", "g", "u", "dy") to value and bits, "-16.69 (0xc1858419)".
  public var operands: [String: String]?
  /// What the kernel gave, "1.5 (0x3fc00000)".
  public var got: String?
  /// What it should have given.
  public var want: String?
  /// The distance of the two in units in the last place.
  public var ulp: Double?

  /// A witness that knows its trial only.
  public init(trial: Int = 0) { self.trial = trial }
}

/// Something that a test found wrong.
public struct Finding: Sendable, Codable, Equatable {
  /// Sentences: what was seen, where; what was expected.
  public var message: String
  /// The case that shows it.
  public var witness: Witness?
}

/// An accuracy that was measured, beside its claim.
public struct Measurement: Sendable, Codable, Equatable {
  /// "forward", "backward", "params".
  public var pass: String
  /// The claim's multiple of the unit in the last place.
  public var claimedULP: Double
  /// The claim's absolute part.
  public var claimedAbsolute: Double
  /// The largest error seen, in ULP, of those that count against `claimedULP`.
  public var observedULP: Double
  /// The input at which it was seen.
  public var at: Double
  /// The largest error seen of the others, where the claim's absolute part allows more.
  public var observedAbsolute: Double
  /// The input at which that was seen.
  public var absoluteAt: Double
  /// How many values were compared.
  public var points: Int

  /// A measurement.
  public init(
    pass: String, claimedULP: Double, claimedAbsolute: Double, observedULP: Double, at: Double,
    observedAbsolute: Double, absoluteAt: Double, points: Int
  ) {
    (self.pass, self.claimedULP, self.claimedAbsolute) = (pass, claimedULP, claimedAbsolute)
    (self.observedULP, self.at, self.points) = (observedULP, at, points)
    (self.observedAbsolute, self.absoluteAt) = (observedAbsolute, absoluteAt)
  }
}

/// Which test of which plugin: what a child process is told.
public struct TestCase: Sendable, Codable, Equatable {
  /// Id of the check.
  public var check: String
  /// Path of the plugin.
  public var path: String
  /// Id of the activation, where the check looks at a kernel.
  public var activation: String?
  /// "f32", where the check looks at a kernel.
  public var dtype: String?
  /// How much is run.
  public var tier: Tier
  /// Of the random numbers.
  public var seed: UInt64
  /// Only this trial, to replay a witness.
  public var trial: Int?
  /// Threads that a long test may use.
  public var threads: Int
}

/// What came of a test.
public struct TestResult: Sendable, Codable {
  /// Which test it was.
  public var test: TestCase
  /// How it ended.
  public var status: Status
  /// Why it was skipped, or how it crashed; else "".
  public var message = ""
  /// At most a handful; the first is the one to look at.
  public var findings: [Finding] = []
  /// Findings beyond those that are kept.
  public var more = 0
  /// Accuracies beside their claims.
  public var measurements: [Measurement] = []
  /// Facts worth a line, with no verdict.
  public var notes: [String] = []
  /// How long it took.
  public var seconds = 0.0

  /// A result with nothing found yet.
  public init(_ test: TestCase, _ status: Status) {
    (self.test, self.status) = (test, status)
  }
}
