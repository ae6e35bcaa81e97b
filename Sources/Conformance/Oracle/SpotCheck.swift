import Formula

/// How far the evaluation in double is from the truth, measured in every binade of x.
///
/// A few points of each binade, more where functions bend, are computed in many bits too. Sixteen times
/// the largest relative deviation of a binade is the doubt that the judge has of the double there.
public struct SpotCheck: Sendable {
  /// The largest relative deviation seen, in units of 2^-53.
  public private(set) var largest = 0.0
  /// The x where that was.
  public private(set) var place = 0.0
  /// Points compared.
  public private(set) var points = 0
  /// Relative doubt by `cell(of:)`; 0 where all values around were exact.
  private(set) var doubts: [Double]

  /// What is added to every doubt of a value that is rounded at all: results below do not matter.
  let absolute: Double

  /// Compares `block` (the first of its expressions) with `exact`, on inputs of a format.
  init(
    _ block: BlockEvaluator, _ exact: ExactEvaluator, format: ElementType, isGated: Bool,
    usesNoise: Bool
  ) {
    doubts = [Double](repeating: 0, count: 2 * 2100)
    absolute = format.least * 0x1p-12
    var random = Random(1)
    var x: [Double] = []
    // Every f64 result is judged in many bits anyway; there the number is for people only.
    let step = format == .f64 ? 16 : 1
    for exponent in stride(from: format.leastExponent, through: format.largestExponent, by: step) {
      for _ in 0..<((-12...10).contains(exponent) ? 6 : 1) {
        for sign in [1.0, -1] {
          let size = Double(sign: .plus, exponent: exponent, significand: 1 + random.uniform())
          x.append(sign * format.decode(format.encode(min(size, format.largest))))
        }
      }
    }
    let g = x.map { _ in isGated ? 2 * random.normal() : 0 }
    let u = x.map { _ in usesNoise ? random.uniform() : 0 }
    let values = block.evaluate(x: x, g: g, u: u)[0]
    for i in x.indices where !values[i].isNaN {
      let truth = exact.evaluate(x: x[i], g: g[i], u: u[i])
      guard let truth, !truth.isInfinite, values[i].isFinite else {
        // Infinity is right only if it is the result that overflows, and not something on the way to it.
        let isRight = truth?.overflows(format) ?? false && truth?.isNegative == (values[i] < 0)
        if values[i].isInfinite && !isRight { doubts[Self.cell(of: x[i])] = .infinity }
        continue
      }
      points += 1
      // In units of 2^-53 of the exact value, as far as that is above what matters.
      let deviation = deviation(values[i], truth)
      if deviation > 0x1p23, isBesideKink(exact, x[i], g[i], u[i]) { continue }
      if deviation > largest { (largest, place) = (deviation, x[i]) }
      let cell = Self.cell(of: x[i])
      doubts[cell] = max(doubts[cell], 16 * 0x1p-53 * deviation)
    }
    smear()
  }

  private func deviation(_ value: Double, _ truth: ExactValue) -> Double {
    let ulps = truth.error(of: value, in: .f64)
    let unit = truth.spacing(in: .f64)
    if ulps * unit <= absolute * 0x1p-4 { return 0 }
    return ulps * unit / max(truth.double.magnitude, 0x1p-1022) * 0x1p53
  }

  /// True if rounding in double may have put the input beyond a kink or jump: that is no loss of digits, and
  /// the judge takes care of it.
  private func isBesideKink(_ exact: ExactEvaluator, _ x: Double, _ g: Double, _ u: Double) -> Bool
  {
    let sides = exact.sides
    let step = 0x1p-48 * exact.coefficients.joined().reduce(x.magnitude) { max($0, $1.magnitude) }
    for beside in [x - step, x + step] {
      _ = exact.evaluate(x: beside, g: g, u: u)
      if exact.sides != sides { return true }
    }
    return false
  }

  /// A binade is not better known than its neighbours.
  private mutating func smear() {
    let before = doubts
    for i in doubts.indices {
      for j in [i - 2, i + 2] where before.indices.contains(j) {
        doubts[i] = max(doubts[i], before[j])
      }
    }
  }

  /// The place of x in `doubts`: its exponent and sign.
  @inline(__always)
  static func cell(of x: Double) -> Int {
    let bits = x.bitPattern
    return 2 * (Int(bits >> 52 & 0x7ff) + 1) + Int(bits >> 63)
  }
}
