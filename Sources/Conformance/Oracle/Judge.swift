import Formula

/// Judges what a kernel delivered against the formula, or against a derivative of it times dy.
///
/// A result that is clearly inside its claim by the evaluation in double is passed at once; every other
/// is judged by the evaluation in many bits, whose word is final. So no verdict of a fault, and no number
/// reported, rests on double. f64 results always take the second way, and so do all of a judge that is asked
/// for few results, because to measure how good the double is costs 800 of them. One object per thread.
public final class Judge {
  /// What is judged.
  public let format: ElementType
  /// The claims that may cover an input; an input that none covers is counted and passed.
  public let claims: [Claim]
  /// True for a value of the function, false for a derivative.
  public let isValue: Bool
  /// How far the evaluation in double was from the truth; nil if it is not made use of.
  public let spotCheck: SpotCheck?
  /// For each parameter its coefficients.
  public let coefficients: [[Double]]

  private let largest: Double
  let block: BlockEvaluator
  let exact: ExactEvaluator
  let usesGate: Bool
  private let usesNoise: Bool
  private let values: UnsafeMutablePointer<Double>
  /// The spacing's least and largest, and its ratio to the power of two at a value.
  private let spacing: (least: Double, largest: Double, ratio: Double)

  /// A judge of `formula`, or of its derivative by `variable`, with these coefficients.
  ///
  /// `formula` is instantiated; it is the surrogate where a derivative of one is judged. Throws if it is
  /// not instantiated or its derivative is beyond `Limits`. `count` is about how many results will come.
  public init(
    _ formula: Expression, by variable: Variable? = nil, format: ElementType, claims: [Claim],
    coefficients: [[Double]], count: Int = .max
  ) throws(FormulaError) {
    let expression =
      try variable.map { v throws(FormulaError) in try formula.derivative(by: v) }
      ?? formula
    self.format = format
    largest = format.largest
    self.claims = claims
    self.coefficients = coefficients
    isValue = variable == nil
    block = try BlockEvaluator([expression])
    exact = try ExactEvaluator(expression)
    block.coefficients = coefficients
    exact.coefficients = coefficients
    usesGate = expression.contains(.g)
    usesNoise = expression.contains(.u)
    spotCheck =
      format == .f64 || count < 2000
      ? nil
      : SpotCheck(block, exact, format: format, isGated: usesGate, usesNoise: usesNoise)
    values = .allocate(capacity: BlockEvaluator.blockSize)
    let least = Double(sign: .plus, exponent: format.leastExponent, significand: 1)
    spacing = (
      least, format.spacing(at: format.largest),
      Double(sign: .plus, exponent: 1 - format.precision, significand: 1)
    )
  }

  deinit { values.deallocate() }

  /// Judges `count` results and adds what it finds to `tally`.
  ///
  /// - Parameters:
  ///   - got: `count` results; sums of gradients, which are doubles, need not be numbers of the format.
  ///   - x, g, u: the inputs that the kernel had; g and u may be nil where there is none.
  ///   - dy: what the derivative was multiplied by; nil for 1.
  public func judge(
    _ count: Int, got: UnsafePointer<Double>, x: UnsafePointer<Double>,
    g: UnsafePointer<Double>? = nil, u: UnsafePointer<Double>? = nil,
    dy: UnsafePointer<Double>? = nil, into tally: inout Tally
  ) {
    for start in stride(from: 0, to: count, by: BlockEvaluator.blockSize) {
      let n = min(BlockEvaluator.blockSize, count - start)
      block.evaluate(
        n, x: x + start, g: g.map { $0 + start }, u: u.map { $0 + start }, into: [values])
      for i in 0..<n {
        let point = Point(
          x: x[start + i], g: g?[start + i] ?? 0, u: u?[start + i] ?? 0, dy: dy?[start + i] ?? 1)
        judge(got[start + i], at: point, double: values[i], into: &tally)
      }
    }
  }

  /// One place where a result is judged.
  public struct Point: Sendable {
    /// The inputs; 0 where the function has none.
    public var x: Double
    /// The second input.
    public var g = 0.0
    /// The noise.
    public var u = 0.0
    /// What a derivative is multiplied by.
    public var dy = 1.0

    var isFinite: Bool { x.isFinite && g.isFinite }
    var isNaN: Bool { x.isNaN || g.isNaN }
  }

  @inline(__always)
  private func judge(_ got: Double, at point: Point, double: Double, into tally: inout Tally) {
    tally.points += 1
    if point.isNaN {
      judgeNaN(got, at: point, double: double, into: &tally)
      return
    }
    guard let claim = claims.covering(point.x) else {
      tally.uncovered += 1
      return
    }
    if let spotCheck, point.isFinite {
      let result = double * point.dy
      let size = point.dy.magnitude
      let ulp = unit(at: result)
      var allowed = (claim.ulp * unit(at: double) + claim.absolute) * size
      var doubt = spotCheck.doubt(at: point.x) * result.magnitude
      if doubt != 0 { doubt += spotCheck.absolute * max(1, size) }
      if size != 1 {
        allowed += ulp
        doubt += result.magnitude * 0x1p-52
      }
      let error = (got - result).magnitude
      // NaN and infinity fail this, and so do the last 2 % of what the claim allows, and new records.
      if error + doubt <= 0.98 * allowed && result.magnitude <= largest
        && error <= tally.worst.share * allowed
        && (size != 1 || error <= tally.observed * ulp || tally.observed >= claim.ulp
          || claim.absolute > claim.ulp * ulp)
        || error + doubt + allowed == 0
      {
        return
      }
    }
    judgeExactly(got, at: point, claim: claim, double: double, into: &tally)
  }

  @inline(__always)
  private func unit(at value: Double) -> Double {
    let power = Double(bitPattern: value.bitPattern & 0x7ff0_0000_0000_0000)
    return min(max(power * spacing.ratio, spacing.least), spacing.largest)
  }
}
