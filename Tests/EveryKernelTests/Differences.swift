extension Faults {
  /// Adds a sentence for every output whose bits differ from what they should be.
  ///
  /// Sums of parameter gradients may be added up in another order: with `dparameters` above 0 they may
  /// differ by that much of the largest sum of the parameter, or of 1.
  mutating func addDifferences<T: Scalar>(
    _ got: Outputs<T>, _ expected: Outputs<T>, _ label: @autoclosure () -> String,
    dparameters tolerance: Double = 0
  ) {
    for (name, a, b) in [
      ("y", got.y, expected.y), ("dx", got.dx, expected.dx), ("dg", got.dg, expected.dg),
    ] {
      if let i = firstDifference(a, b) {
        add(
          i < min(a.count, b.count)
            ? "\(label()): \(name)[\(i)] is \(a[i]), should be \(b[i])"
            : "\(label()): \(a.count) elements of \(name), should be \(b.count)")
      }
    }
    for (p, (a, b)) in zip(got.dparameters, expected.dparameters).enumerated() {
      let size = b.reduce(1) { Swift.max($0, $1.magnitude) }
      let differs = a.indices.first {
        tolerance == 0 ? !sameBits(a[$0], b[$0]) : !((a[$0] - b[$0]).magnitude <= tolerance * size)
      }
      if a.count != b.count {
        add("\(label()): \(a.count) gradients of parameter \(p), should be \(b.count)")
      } else if let i = differs {
        add("\(label()): dparameter \(p)[\(i)] is \(a[i]), should be \(b[i])")
      }
    }
  }

  /// For outputs that were wanted in one call and not in the other.
  mutating func addDifferencesWhereWanted<T: Scalar>(
    _ got: Outputs<T>, _ expected: Outputs<T>, _ label: @autoclosure () -> String
  ) {
    var same = got
    if got.y.isEmpty { same.y = expected.y }
    if got.dx.isEmpty { same.dx = expected.dx }
    if got.dg.isEmpty { same.dg = expected.dg }
    for p in same.dparameters.indices where same.dparameters[p].isEmpty {
      same.dparameters[p] = p < expected.dparameters.count ? expected.dparameters[p] : []
    }
    addDifferences(same, expected, label())
  }
}
