/// How a parameter varies over the tensor.
public struct Granularity: Equatable, Sendable {
  /// The bits of ACTZOO_PER_*: layer 0, channel 1, group 2, element 4, or-ed with sample 8.
  public let bits: UInt32
  /// For groups: how many; else 0.
  public let groups: Int

  /// A granularity from its bits.
  public init(bits: UInt32, groups: Int = 0) {
    self.bits = bits
    self.groups = groups
  }

  /// As in a descriptor: "layer", "sample channel", "group 8".
  public var text: String {
    var words: [String] = []
    if bits & Self.sample != 0 { words.append("sample") }
    if bits & Self.channel != 0 { words.append("channel") }
    if bits & Self.group != 0 { words.append("group \(groups)") }
    if bits & Self.element != 0 { words.append("element") }
    return words.isEmpty ? "layer" : words.joined(separator: " ")
  }

  static let channel: UInt32 = 1
  static let group: UInt32 = 2
  static let element: UInt32 = 4
  static let sample: UInt32 = 8
}

/// An integer that is chosen when an activation is bound: terms, intervals, degree.
public struct Count: Equatable, Sendable {
  /// Its name in formulas.
  public let name: String
  /// The value that is taken if none is chosen.
  public let defaultValue: Int
  /// Smallest value allowed.
  public let minimum: Int
  /// Largest value allowed.
  public let maximum: Int
}

/// One parameter of an activation.
public struct Parameter: Sendable {
  /// Its name in formulas.
  public let name: String
  /// True if it was declared with coefficients, `a[6]`, even where there is only one.
  public let isVector: Bool
  /// The granularities it may be bound with, at least one; the first is the default.
  public let granularities: [Granularity]
  /// Lower bound for training; -infinity if none.
  public let lower: Double
  /// Upper bound for training; +infinity if none.
  public let upper: Double
  /// True if weight decay is not meant for it.
  public let noDecay: Bool
  /// True for a constant: no gradient, not trained.
  public let isFixed: Bool
  /// True if the model computes it for each call: it is not stored and has no initial value.
  public let isSupplied: Bool
  /// LENGTH over the counts; nil for a scalar.
  let lengthExpression: Expression?
  /// INIT; nil for a supplied parameter.
  let initial: Initial?

  /// The number of coefficients; 1 for a scalar.
  ///
  /// `counts` are the values of the activation's counts, by position.
  public func length(counts: [Int]) -> Int {
    var budget = Budget(Limits.expansionSteps)
    return length(counts: counts, spending: &budget)
  }

  func length(counts: [Int], spending budget: inout Budget) -> Int {
    guard let lengthExpression else { return 1 }
    return lengthExpression.integer(counts: counts, spending: &budget) ?? 0
  }

  /// The initial coefficients, `length(counts:)` of them; zeros for a supplied parameter.
  ///
  /// Finite and inside the bounds for the default counts. For others the formula may come to something
  /// else; where it has no value, or would take more steps than reading a whole text may, that is NaN.
  public func initialValues(counts: [Int]) -> [Double] {
    let length = length(counts: counts)
    return initial?.values(length: length, counts: counts)
      ?? [Double](repeating: 0, count: max(length, 0))
  }

  /// LENGTH as it is written, or nil for a scalar.
  public var lengthText: String? { lengthExpression?.text }
}

/// Named starting values.
public struct Preset: Sendable {
  /// Its name.
  public let name: String
  /// By position of the parameter; thousands of presets may set one of thousands of parameters each.
  let initials: [Int: Initial]

  /// The values of a parameter in this preset, or nil if the preset leaves it as it is.
  ///
  /// `parameter` is its position; `length` its number of coefficients with these counts. A list that
  /// is too short for the length goes on with 0.
  public func values(for parameter: Int, length: Int, counts: [Int]) -> [Double]? {
    initials[parameter]?.values(length: length, counts: counts)
  }
}

/// A promise on accuracy: |error| <= ulp * ulp(exact) + absolute, for inputs in [lower, upper].
public struct Claim: Equatable, Sendable {
  /// "f16", "bf16", "f32" or "f64".
  public let dtype: String
  /// "forward", "backward" or "params".
  public let pass: String
  /// Multiple of the spacing of floating-point numbers at the exact result.
  public let ulp: Double
  /// Absolute part.
  public let absolute: Double
  /// Smallest input that the claim covers; -infinity if there is none.
  public let lower: Double
  /// Largest input that the claim covers.
  public let upper: Double
}
