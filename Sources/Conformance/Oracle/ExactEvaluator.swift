import CMPFR
import Formula

/// An expression evaluated with as many digits as it takes to be sure of 80 bits: the last word on what
/// a result should be.
///
/// Starts at 160 bits; if the running bound on the error is too large (a difference cancelled, a
/// comparison was too close to call), goes on with 320 and with 2560, which covers 1 - tanh(x) down to the
/// least double. One object per thread; some microseconds a point.
public final class ExactEvaluator {
  /// The bits that an evaluation is tried with, one after the other.
  static let precisions = [160, 320, 2560]
  /// The bits of a result that must be right.
  static let wanted = 80.0

  /// For each parameter its coefficients; what is missing is 0.
  public var coefficients: [[Double]] = []
  /// Coefficients that stand in for shared ones, until changed: where they differ from point to point.
  public var overriding: [Variable: Double] = [:]

  private let nodes: [Node]
  /// Positions of what has two sides.
  private let kinks: [Int]
  private var blurred: [ElementType: [Int]] = [:]
  private var levels: [Level?]
  /// The cells of the last evaluation.
  private var last: Level?

  /// Prepares an instantiated expression; throws if it is not one.
  public init(_ expression: Expression) throws(FormulaError) {
    guard expression.isInstantiated else {
      throw FormulaError("only an instantiated expression can be evaluated; call instantiate first")
    }
    nodes = expression.nodes
    kinks = expression.nodes.indices.filter { expression.nodes[$0].hasSides }
    levels = [Level?](repeating: nil, count: Self.precisions.count)
  }

  /// The value at a point; nil where there is none (0/0, the logarithm of -1).
  ///
  /// At an infinite x or g where the formula as written says infinity * 0 or the like, its limit there.
  public func evaluate(x: Double, g: Double = 0, u: Double = 0) -> ExactValue? {
    if let value = finite(x, g, u) { return value }
    guard x.isInfinite || g.isInfinite, !x.isNaN, !g.isNaN else { return nil }
    return limit(x, g, u)
  }

  /// True if the function has a kink or a jump.
  public var hasSides: Bool { !kinks.isEmpty }

  /// The side of every kink and jump that the last evaluation was on: two points with different sides
  /// have one between them.
  public var sides: [Int8] { last?.sides(nodes, of: kinks) ?? [] }

  /// The same for those whose place depends on arithmetic, or on a constant that the format rounds.
  ///
  /// Rounding inside a kernel may put an input on the other side of such a one. `max(x, 0)` is not among
  /// them: nothing there is rounded.
  public func blurredSides(in format: ElementType) -> [Int8] {
    if blurred[format] == nil {
      blurred[format] = kinks.filter { i in
        !nodes[i].operands.allSatisfy { nodes.isPlain(Int($0), in: format) }
      }
    }
    return last?.sides(nodes, of: blurred[format] ?? []) ?? []
  }

  private func finite(_ x: Double, _ g: Double, _ u: Double) -> ExactValue? {
    for (i, precision) in Self.precisions.enumerated() {
      let level = levels[i] ?? Level(nodes, precision: precision)
      levels[i] = level
      last = level
      let isSure = level.run(nodes) { variable in
        switch variable {
        case .x: x
        case .g: g
        case .u: u
        case .coefficient(let parameter, let index): coefficient(parameter, index)
        }
      }
      if isSure || i == Self.precisions.count - 1 { return level.result }
    }
    return nil
  }

  private func coefficient(_ parameter: Int, _ index: Int) -> Double {
    if !overriding.isEmpty,
      let value = overriding[.coefficient(parameter: parameter, index: index)]
    {
      return value
    }
    guard parameter < coefficients.count, index < coefficients[parameter].count else { return 0 }
    return coefficients[parameter][index]
  }

  /// The limit for what is infinite, from values at powers of two up to 2^1000; nil if they do not settle.
  private func limit(_ x: Double, _ g: Double, _ u: Double) -> ExactValue? {
    var values: [ExactValue] = []
    for exponent in [8, 12, 16, 20, 24, 28, 64, 128, 256, 512, 1000] {
      let far = powerOfTwo(exponent)
      let value = finite(
        x.isInfinite ? (x > 0 ? far : -far) : x, g.isInfinite ? (g > 0 ? far : -far) : g, u)
      if let value { values.append(value) }
    }
    guard values.count >= 3 else { return nil }
    let tail = values.suffix(3)
    let (a, b, c) = (tail[tail.startIndex], tail[tail.startIndex + 1], tail[tail.startIndex + 2])
    if c.isZero || c.isInfinite { return c }
    if b.exponent == c.exponent, (c.head - b.head).magnitude < 0x1p-50 { return c }
    func ratio(_ p: ExactValue, _ q: ExactValue) -> Double {
      q.head / p.head * powerOfTwo(q.exponent - p.exponent)
    }
    if ratio(a, b) >= 1.5 && ratio(b, c) >= 1.5 { return ExactValue(c.head * .infinity) }
    if ratio(a, b).magnitude <= 0.7 && ratio(b, c).magnitude <= 0.7 {
      return ExactValue(0 * c.head)
    }
    return nil
  }
}

extension Node {
  /// True for comparisons and functions with a kink or a jump.
  var hasSides: Bool {
    switch self {
    case .compare, .binary(.maximum, _, _), .binary(.minimum, _, _): true
    case .unary(.abs, _), .unary(.sign, _), .unary(.floor, _): true
    default: false
    }
  }
}

extension [Node] {
  /// True for a number or variable that a kernel has without rounding, and its magnitude or opposite.
  fileprivate func isPlain(_ i: Int, in format: ElementType) -> Bool {
    switch self[i] {
    case .variable: true
    case .constant(let c): c.rest == 0 && format.decode(format.encode(c.value)) == c.value
    case .unary(.abs, let a), .unary(.negate, let a): isPlain(Int(a), in: format)
    default: false
    }
  }
}
