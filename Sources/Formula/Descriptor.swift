/// One descriptor text, read: what a plugin carries in its manifest section, or a `.actzoo` file.
///
/// Grammar: docs/formula.md. A value without references into the text; any thread may use it.
public struct Descriptor: Sendable {
  /// The text as it was given.
  public let text: String
  /// The `plugin` line.
  public let plugin: PluginRecord
  /// The activations in their order; none in a library that serves formulas of other texts.
  public let activations: [ActivationDescriptor]
  /// Lines that this version does not know; they were passed over.
  public let notices: [ParseError]

  /// Reads a text; throws with line, column and a sentence at the first fault.
  public static func parse(_ text: String) throws(ParseError) -> Descriptor {
    try parse(Array(text.utf8))
  }

  /// Reads bytes, which must be UTF-8; zero bytes at the end (a C string's, a section's) are ignored.
  public static func parse(_ bytes: UnsafeRawBufferPointer) throws(ParseError) -> Descriptor {
    var count = bytes.count
    while count > 0, bytes[count - 1] == 0 { count -= 1 }
    return try parse(Array(UnsafeRawBufferPointer(rebasing: bytes[0..<count])))
  }

  private static func parse(_ bytes: [UInt8]) throws(ParseError) -> Descriptor {
    var parser = DescriptorParser(bytes)
    return try parser.parse()
  }
}

/// The `plugin` line of a descriptor.
public struct PluginRecord: Equatable, Sendable {
  /// "org.zoo.crrelu".
  public let id: String
  /// "1.0.0".
  public let version: String
  /// SPDX identifier.
  public let license: String
  /// The CPU level the library was built for, "x86-64-v3"; "" if the text names none.
  public let isa: String
}

/// One activation of a descriptor.
public struct ActivationDescriptor: Sendable {
  /// "org.zoo.crrelu/1".
  public let id: String
  /// The short name: the last component of the id, "crrelu".
  public let name: String
  /// "CRReLU".
  public let title: String
  /// The formula as it is written.
  public let formulaText: String
  /// The formula, read; counts and sums as written.
  public let formula: Expression
  /// The function whose derivative backward computes, if it is not the formula's.
  public let surrogate: Expression?
  /// The surrogate as it is written.
  public let surrogateText: String?
  /// Functions of C that compute forward in the formula's place: at most one for f32 and one for f64.
  public let foreign: [ForeignFunction]
  /// True if y = f(x, g): the formula or the surrogate uses g.
  public let isGated: Bool
  /// True if the formula or the surrogate uses u.
  public let usesNoise: Bool
  /// The u of an evaluation without noise; nil if there is no `noise` line.
  public let noiseEval: Double?
  /// Integers chosen at bind time.
  public let counts: [Count]
  /// The parameters.
  public let parameters: [Parameter]
  /// Named starting values.
  public let presets: [Preset]
  /// Promises on accuracy.
  public let claims: [Claim]
  /// Papers with the evidence word; several `source` lines are joined with "; ", none is "".
  public let source: String
  /// `note` lines.
  public let notes: [String]
  /// Other names.
  public let aliases: [String]

  /// The default values of the counts.
  public var defaultCounts: [Int] { counts.map { $0.defaultValue } }

  /// The counts that give these numbers of coefficients.
  ///
  /// `lengths[i]` is the number of coefficients of parameter i, or nil for "whatever follows": a count
  /// that no given length fixes takes its default. Returns nil if the lengths contradict each other,
  /// leave a count's range, or their number is not that of the parameters.
  public func counts(fromLengths lengths: [Int?]) -> [Int]? {
    guard lengths.count == parameters.count else { return nil }
    var solved = [Int?](repeating: nil, count: counts.count)
    for (parameter, length) in zip(parameters, lengths) {
      guard let length else { continue }
      guard length >= 1, length <= Limits.count else { return nil }
      guard let expression = parameter.lengthExpression,
        let (count, value) = solve(expression, equals: length)
      else { continue }
      guard let value, solved[count] == nil || solved[count] == value else { return nil }
      solved[count] = value
    }
    var values: [Int] = []
    for (count, value) in zip(counts, solved) {
      let value = value ?? count.defaultValue
      guard value >= count.minimum, value <= count.maximum else { return nil }
      values.append(value)
    }
    for (parameter, length) in zip(parameters, lengths) {
      if let length, parameter.length(counts: values) != length { return nil }
    }
    return values
  }

  /// For a LENGTH in one count, a*n + c: that count's position and the n that gives `length`.
  ///
  /// The value is nil if no integer n does; the whole is nil if LENGTH is not of that form.
  private func solve(_ expression: Expression, equals length: Int) -> (count: Int, value: Int?)? {
    var used: [Int] = []
    for case .count(let which) in expression.nodes { used.append(Int(which)) }
    guard used.count == 1 else { return nil }
    var probe = defaultCounts
    var budget = Budget(Limits.expansionSteps)
    var heights: [Int] = []
    for n in 1...3 {
      probe[used[0]] = n
      guard let height = expression.integer(counts: probe, spending: &budget) else { return nil }
      heights.append(height)
    }
    let slope = heights[1] - heights[0]
    guard slope != 0, heights[2] - heights[1] == slope else { return nil }
    let rise = length - heights[0]
    return (used[0], rise % slope == 0 ? 1 + rise / slope : nil)
  }
}
