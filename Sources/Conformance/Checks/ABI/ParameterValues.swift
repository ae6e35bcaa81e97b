import Formula

extension Checks {
  /// Looks at the starting values for all counts that may be chosen, one count at a time.
  static func parametersConsistent(_ test: Test) throws {
    for activation in try test.plugin.descriptor().activations {
      for counts in choices(activation) {
        for (i, parameter) in activation.parameters.enumerated() where !parameter.isSupplied {
          let initial = parameter.initialValues(counts: counts)
          if initial.isEmpty {
            test.fail(
              "\(activation.id): \(parameter.name) has no coefficients\(with(counts, activation)).")
          }
          examine("the initial value", initial, parameter, counts, activation, test)
          for preset in activation.presets {
            let values = preset.values(for: i, length: initial.count, counts: counts) ?? []
            examine("preset \(preset.name)'s value", values, parameter, counts, activation, test)
          }
        }
      }
    }
  }

  /// The default counts, then each count by itself at its first, evenly spread and last values.
  private static func choices(_ activation: ActivationDescriptor) -> [[Int]] {
    var choices = [activation.defaultCounts]
    for (i, count) in activation.counts.enumerated() {
      let step = max(1, (count.maximum - count.minimum) / 63)
      let numbers = Array(stride(from: count.minimum, to: count.maximum, by: step))
      for number in numbers + [count.maximum] where number != count.defaultValue {
        var counts = activation.defaultCounts
        counts[i] = number
        choices.append(counts)
      }
    }
    return choices
  }

  private static func examine(
    _ what: String, _ values: [Double], _ parameter: Parameter, _ counts: [Int],
    _ activation: ActivationDescriptor, _ test: Test
  ) {
    let bounds = parameter.lower...parameter.upper
    guard let k = values.firstIndex(where: { !$0.isFinite || !bounds.contains($0) }) else { return }
    let place = parameter.isVector ? "\(parameter.name)[\(k)]" : parameter.name
    let expected = values[k].isFinite ? "inside \(bounds)" : "finite"
    test.fail(
      "\(activation.id): \(what) of \(place) is \(values[k])\(with(counts, activation)); it must be "
        + expected + ".")
  }

  private static func with(_ counts: [Int], _ activation: ActivationDescriptor) -> String {
    if activation.counts.isEmpty { return "" }
    return " with "
      + zip(activation.counts, counts).map { "\($0.name) = \($1)" }.joined(separator: ", ")
  }
}
