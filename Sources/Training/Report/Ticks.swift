import CSystem

/// Marks at round numbers along an axis.
struct Ticks {
  /// Where the marks are.
  let values: [Double]
  /// Distance of two marks: 1, 2 or 5 times a power of ten.
  let step: Double

  /// About `target` marks that lie within the range; at whole numbers if what is counted has no parts.
  init(_ range: ClosedRange<Double>, target: Int, whole: Bool = false) {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite, target > 0 else {
      values = [range.lowerBound]
      step = 1
      return
    }
    let rough = span / Double(target)
    let power = pow(10, floor(log10(rough)))
    // A third more marks than asked for is better than half as many.
    let round = power * ([1, 2, 5].first { rough <= $0 * power * 1.35 } ?? 10)
    step = whole ? max(round, 1) : round
    // Multiples of the step, not sums, so that 0 is 0.
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    let step = self.step
    values = first <= last ? (first...last).map { Double($0) * step } : []
  }

  /// A mark's label, with as many decimals as the step needs.
  func label(_ value: Double) -> String {
    let magnitude = Int(floor(log10(step) + 1e-9))
    let largest = values.map { abs($0) }.max() ?? 0
    guard magnitude >= -5, largest < 1e6 else {
      if value == 0 { return "0" }
      let exponent = Int(floor(log10(abs(value)) + 1e-9))
      let digits = min(max(exponent - magnitude, 0), 6)
      return fixed(value / pow(10, Double(exponent)), digits) + "e\(exponent)"
    }
    return fixed(value, max(0, -magnitude))
  }
}

/// A number with a fixed count of decimals (at most 12), a true minus sign left to the caller, "-0" avoided.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let scale = pow(10, Double(min(decimals, 12)))
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 9e18 else { return "\(value)" }
  let digits = String(UInt64(scaled))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  if decimals == 0 { return sign + digits }
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}
