import Foundation

/// A number in few digits for people: 4 significant ones, no needless zeros.
func brief(_ value: Double, digits: Int = 4) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  return String(format: "%.\(digits)g", value)
}

/// Round values (1, 2 or 5 times a power of ten) that cut a range into about `count` parts.
func niceTicks(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
  let span = range.upperBound - range.lowerBound
  guard span > 0, span.isFinite else { return [range.lowerBound] }
  let rough = span / Double(max(1, count))
  let power = pow(10, log10(rough).rounded(.down))
  let step = power * ([1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10)
  let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
  let last = Int((range.upperBound / step + 1e-9).rounded(.down))
  return first <= last ? (first...last).map { Double($0) * step } : []
}
