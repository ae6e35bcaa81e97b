import CConformance
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
  /// The claims and the doubts of `spotCheck` as plain numbers: what is asked of every result.
  private let limits: UnsafeMutableBufferPointer<Limits>
  private let doubts: UnsafeMutableBufferPointer<Double>
  private let doubtAtZero: Double
  /// 1 for each result of a block that needs a look.
  private let marks: UnsafeMutablePointer<UInt64>
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
    marks = .allocate(capacity: BlockEvaluator.blockSize)
    limits = .allocate(capacity: claims.count)
    _ = limits.initialize(
      from: claims.map {
        Limits(lower: $0.lower, upper: $0.upper, ulp: $0.ulp, absolute: $0.absolute)
      })
    doubtAtZero = spotCheck?.absolute ?? 0
    doubts = .allocate(capacity: spotCheck?.doubts.count ?? 0)
    _ = doubts.initialize(from: spotCheck?.doubts ?? [])
    let least = Double(sign: .plus, exponent: format.leastExponent, significand: 1)
    spacing = (
      least, format.spacing(at: format.largest),
      Double(sign: .plus, exponent: 1 - format.precision, significand: 1)
    )
  }

  deinit {
    values.deallocate()
    marks.deallocate()
    limits.deallocate()
    doubts.deallocate()
  }

  private struct Limits {
    var lower, upper, ulp, absolute: Double
  }

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
      // Most results of a sweep end here: the rest is looked at one by one.
      let isSifted = dy == nil && g == nil && !doubts.isEmpty && limits.count == 1
      if isSifted {
        tally.points += n - sift(n, got + start, x + start, tally)
      }
      for i in 0..<n where !isSifted || marks[i] != 0 {
        let point = Point(
          x: x[start + i], g: g?[start + i] ?? 0, u: u?[start + i] ?? 0, dy: dy?[start + i] ?? 1)
        judge(got[start + i], at: point, double: values[i], into: &tally)
      }
    }
  }

  /// Marks those of `n` results, the values of which are in `values`, that need a look; how many.
  private func sift(
    _ n: Int, _ got: UnsafePointer<Double>, _ x: UnsafePointer<Double>, _ tally: borrowing Tally
  ) -> Int {
    let claim = limits[0]
    var sieve = conformance_sieve(
      lower: claim.lower, upper: claim.upper, ulp: claim.ulp, absolute: claim.absolute,
      least: spacing.least, greatest: spacing.largest, ratio: spacing.ratio, largest: largest,
      share: tally.worst.share,
      in_ulp: tally.observed >= claim.ulp ? .infinity : tally.observed,
      in_absolute: tally.observedAbsolute, floor: doubtAtZero, doubts: doubts.baseAddress)
    return Int(conformance_sift(block.width, &sieve, got, x, values, marks, n))
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
    guard let index = limits.firstIndex(where: { point.x >= $0.lower && point.x <= $0.upper })
    else {
      tally.uncovered += 1
      return
    }
    if !doubts.isEmpty, point.isFinite {
      switch firstLook(got, point, double, limits[index], tally) {
      case .right: return
      case .wrong where tally.faultCount >= Self.patience:
        tally.countFault()
        return
      default: break
      }
    }
    judgeExactly(got, at: point, claim: claims[index], double: double, into: &tally)
  }

  /// After so many faults those that are clear, and no worse than others, are only counted.
  private static let patience = 1000

  private enum Look { case right, wrong, unclear }

  /// What the evaluation in double shows; records are always unclear.
  @inline(__always)
  private func firstLook(
    _ got: Double, _ point: Point, _ double: Double, _ claim: Limits, _ tally: borrowing Tally
  ) -> Look {
    let result = double * point.dy
    let size = point.dy.magnitude
    let ulp = unit(at: result)
    var allowed = (claim.ulp * unit(at: double) + claim.absolute) * size
    let relative = doubts[SpotCheck.cell(of: point.x)]
    if point.dy == 1, result.magnitude >= 2 * largest, relative < 0.25 {
      return got == result * .infinity ? .right : .unclear
    }
    var doubt = relative * result.magnitude
    if doubt != 0 { doubt += doubtAtZero * max(1, size) }
    if size != 1 {
      allowed += ulp
      doubt += result.magnitude * 0x1p-52
    }
    let error = got.isFinite ? (got - result).magnitude : .infinity
    if error + doubt + allowed == 0 { return .right }
    let noise = error.isFinite ? conformance_noise(error, ulp) : 0
    let isInULP = claim.absolute <= claim.ulp * ulp
    let record = isInULP ? tally.observed * ulp : tally.observedAbsolute
    let isRecord = size == 1 && error > record + noise
    guard error <= tally.worst.share * allowed + noise else { return .unclear }
    // Not the last 2 % of what the claim allows.
    if error + doubt <= 0.98 * allowed && result.magnitude <= largest {
      return isRecord && !(isInULP && tally.observed >= claim.ulp) ? .unclear : .right
    }
    let isWrong = error - doubt > 1.02 * allowed && result.magnitude <= 0.5 * largest
    return isWrong && !isRecord ? .wrong : .unclear
  }

  @inline(__always)
  private func unit(at value: Double) -> Double {
    let power = Double(bitPattern: value.bitPattern & 0x7ff0_0000_0000_0000)
    return min(max(power * spacing.ratio, spacing.least), spacing.largest)
  }
}
