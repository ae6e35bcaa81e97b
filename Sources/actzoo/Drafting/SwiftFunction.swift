import Exporting
import Formula

/// The Swift source of an activation whose formula is all that was written by hand: value and derivatives in
/// stable form over the plugin kit.
struct SwiftFunction {
  private let activation: ActivationDescriptor
  private let counts: [Int]
  private let lengths: [Int]
  private let formula: Expression
  /// The derivatives by x, by g, and by the coefficients that learn, with their places.
  private let slopes: [(variable: Variable, expression: Expression)]
  private let needsPairs: Bool

  /// What the kit's loops are specialised for: scalars in registers, or vectors.
  private static let mostScalars = 4
  private static let mostVectors = 6
  private static let mostCoefficients = 64
  private static let kitTypes = [
    "Activation", "Arguments", "Coefficients", "CoefficientActivation", "CoefficientSums", "Dual",
    "F32", "F64", "Gradient", "Lanes", "Needs", "Number", "Pair", "Rows", "Verdict",
  ]

  init(_ activation: ActivationDescriptor, counts: [Int]) throws(CommandFailure) {
    if let obstacle = Self.obstacle(activation, counts) { throw CommandFailure(obstacle) }
    self.activation = activation
    self.counts = counts
    lengths = activation.parameters.map { $0.length(counts: counts) }
    formula = try stable(expand(activation.formula, counts))
    let differentiated =
      try activation.surrogate.map { s throws(CommandFailure) in
        try stable(expand(s, counts))
      } ?? formula
    var variables: [Variable] = activation.isGated ? [.x, .g] : [.x]
    for (p, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
      for k in 0..<lengths[p] { variables.append(.coefficient(parameter: p, index: k)) }
    }
    slopes = try variables.map { variable throws(CommandFailure) in
      (variable, try stable(derivative(differentiated, variable)))
    }
    needsPairs = Self.needsPairs(formula, activation, counts)
  }

  /// Why the kit cannot express an activation; nil if it can.
  static func obstacle(_ activation: ActivationDescriptor, _ counts: [Int]) -> String? {
    let lengths = activation.parameters.map { $0.length(counts: counts) }
    let type = activation.typeName
    guard type.first?.isLetter ?? false, !kitTypes.contains(type) else {
      return "'\(activation.title)' gives no name for a Swift type beside the plugin kit's; use C."
    }
    if isScalar(activation) { return nil }
    guard !activation.isGated, !activation.usesNoise else {
      return
        "\(activation.name) has vector parameters, or more than \(mostScalars), beside g or u: "
        + "a Swift plugin cannot have both; use C."
    }
    guard lengths.count <= mostVectors, lengths.reduce(0, +) <= mostCoefficients else {
      return "\(activation.name) has \(lengths.count) parameters with \(lengths.reduce(0, +)) "
        + "coefficients; a Swift plugin made from a formula has at most \(mostVectors) with "
        + "\(mostCoefficients); use C."
    }
    return nil
  }

  private static func isScalar(_ activation: ActivationDescriptor) -> Bool {
    activation.parameters.count <= mostScalars && !activation.parameters.contains(where: \.isVector)
  }

  /// True if rounding every operation by itself would break the f32 claim by more than half.
  ///
  /// Errors seldom all take the same side: what is within half as much again was never seen to break it.
  private static func needsPairs(
    _ formula: Expression, _ activation: ActivationDescriptor, _ counts: [Int]
  ) -> Bool {
    guard let claim = activation.claims.first(where: { $0.dtype == "f32" && $0.pass == "forward" })
    else { return false }
    let coefficients = activation.parameters.map { parameter in
      parameter.isSupplied
        ? [Double](repeating: 1, count: parameter.length(counts: counts))
        : parameter.initialValues(counts: counts)
    }
    return formula.roundingRatio(
      ulps: claim.ulp, absolute: claim.absolute, coefficients: coefficients) > 1.5
  }

  /// No file of the kit has such a name: one module cannot have two files of one name.
  var fileName: String { "\(activation.typeName)Formula.swift" }

  func text() -> String {
    let type = activation.typeName
    let isScalar = Self.isScalar(activation)
    var lines = [
      "// Made from the formula by actzoo. \(activation.id)", "",
      "/// \(activation.equation)",
    ]
    if let surrogate = activation.surrogateText {
      lines += ["///", "/// Derivatives are those of \(surrogate)."]
    }
    if !activation.source.isEmpty { lines += ["///", "/// Source: \(activation.source)."] }
    lines.append("enum \(type): \(isScalar ? "Activation" : "CoefficientActivation") {")
    if !activation.parameters.isEmpty || !isScalar {
      lines.append(
        "  @inline(__always) static var parameters: Int { \(activation.parameters.count) }")
    }
    if activation.isGated { lines.append("  @inline(__always) static var isGated: Bool { true }") }
    if activation.usesNoise {
      lines.append("  @inline(__always) static var isNoisy: Bool { true }")
    }
    lines += isScalar ? scalarBody : coefficientBody
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  private var scalarBody: [String] {
    let value = emitted(type: "N")
    let gradient = emittedSlopes
    let names = slopes.map { slope -> String in
      switch slope.variable {
      case .x: "x"
      case .g: "g"
      case .u: ""
      case .coefficient(let p, _): "p\(p)"
      }
    }
    var results: [String] = []
    for (name, value) in zip(names, gradient?.values ?? []) { results.append("\(name): \(value)") }
    let isFirst = activation.parameters.isEmpty && !activation.isGated && !activation.usesNoise
    return (isFirst ? [] : [""])
      + ["  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {"]
      + locals([formula], isScalar: true, "N") + body(value)
      + ["    return \(value?.value ?? "0")", "  }", ""]
      + ["  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {"]
      + locals(slopes.map(\.expression), isScalar: true, "L") + body(gradient)
      + ["    return Gradient(\(results.joined(separator: ", ")))", "  }"]
  }

  private var coefficientBody: [String] {
    let value = emitted(type: "L")
    let gradient = emittedSlopes
    var lines: [String] = []
    if !activation.counts.isEmpty {
      let chosen = zip(activation.counts, counts).map { "\($0.name) = \($1)" }
      lines += ["", "  /// Made for \(chosen.joined(separator: ", "))."]
      lines.append("  @inline(__always) static var servesEveryCount: Bool { false }")
    }
    let counts = lengths.enumerated().map { "count[\($0)] == \($1)" }.joined(separator: " && ")
    lines += [
      "  static func accepts(_ count: InlineArray<6, Int>) -> Bool {", "    \(counts)", "  }", "",
      "  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {",
    ]
    lines += locals([formula], isScalar: false, "L") + body(value)
    lines += [
      "    return \(value?.value ?? "0")", "  }", "",
      "  @inline(__always) static func gradient<L: Lanes>(",
      "    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>", "  ) -> L {",
    ]
    lines += locals(slopes.map(\.expression), isScalar: false, "L") + body(gradient)
    for (slope, value) in zip(slopes, gradient?.values ?? []) {
      guard case .coefficient(let p, let k) = slope.variable else { continue }
      lines.append("    sums.add(\(p), \(k), dy * (\(value)))")
    }
    return lines + ["    return dy * (\(gradient?.values.first ?? "0"))", "  }"]
  }

  private func body(_ source: EmittedSource?) -> [String] {
    (source?.statements ?? []).map { "    " + $0 }
  }

  private func emitted(type: String) -> EmittedSource? {
    if needsPairs, let source = emitSwiftPairs(formula, type: type, name: name) { return source }
    return emitSwift([formula], type: type, name: name)
  }

  private var emittedSlopes: EmittedSource? {
    emitSwift(slopes.map(\.expression), type: "L", name: name)
  }

  /// How a variable is called in the page; coefficients of a vector are the parts of a tuple.
  private func name(_ variable: Variable) -> String {
    switch variable {
    case .x: return "x"
    case .g: return "g"
    case .u: return "u"
    case .coefficient(let p, let k):
      let name = local(activation.parameters[p].name)
      return lengths[p] > 1 ? "\(swiftName(name)).\(k)" : name
    }
  }

  /// Names that the page or the kit's notation uses stay free.
  private func local(_ name: String) -> String {
    let taken =
      ["N", "L", "a", "p", "dy", "sums", "count", "select", "fma", "max", "min", "silu", "gelu"]
      + ["mish", "product", "square", "geluPair", "Pair"] + UnaryFunction.allCases.map(\.name)
    return taken.contains(name) ? "\(name)_" : name
  }

  private func locals(_ expressions: [Expression], isScalar: Bool, _ type: String) -> [String] {
    func uses(_ variable: Variable) -> Bool { expressions.contains { $0.contains(variable) } }
    var lines: [String] = []
    if isScalar {
      for (variable, name) in [(Variable.x, "x"), (.g, "g"), (.u, "u")] where uses(variable) {
        lines.append("    let \(name) = a.\(name)")
      }
    }
    for (p, parameter) in activation.parameters.enumerated() {
      guard (0..<lengths[p]).contains(where: { uses(.coefficient(parameter: p, index: $0)) })
      else { continue }
      let name = swiftName(local(parameter.name))
      if isScalar {
        lines.append("    let \(name) = a.p.\(p)")
      } else {
        let coefficients = (0..<lengths[p]).map { "p[\(p), \($0)]" }.joined(separator: ", ")
        lines.append(
          lengths[p] == 1
            ? "    let \(name) = \(coefficients)" : "    let \(name) = (\(coefficients))")
      }
    }
    return lines
  }
}

/// The stable form; the sentence says so where that gets too large.
func stable(_ expression: Expression) throws(CommandFailure) -> Expression {
  do { return try expression.stable() } catch { throw CommandFailure(error.description) }
}
