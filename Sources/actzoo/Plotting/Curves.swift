/// Points along an axis, evenly spaced, both ends included.
func points(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
  let step = (range.upperBound - range.lowerBound) / Double(count - 1)
  return (0..<count).map {
    $0 == count - 1 ? range.upperBound : range.lowerBound + Double($0) * step
  }
}

/// What the other input of a gated activation is while one of them varies.
let plottedGate = 1.0

/// A range that holds the finite values with a little air, never empty.
func paddedRange(_ values: [Double]) -> ClosedRange<Double> {
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return -1...1 }
  let air = max((high - low) * 0.05, max(abs(high), abs(low)) * 1e-6, 1e-12)
  return (low - air)...(high + air)
}
