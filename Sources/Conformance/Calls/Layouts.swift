extension Layout {
  /// Gaps on every axis but the innermost.
  static func spread(_ extent: [Int]) -> Layout {
    var strides = [0, 0, 0, 1]
    for axis in (0..<3).reversed() {
      strides[axis] = strides[axis + 1] * max(extent[axis + 1], 1) + 5 - axis
    }
    return Layout(strides: strides)
  }
}

extension BoxInputs {
  /// Gives every parameter that is not fixed values of its own along some axes: the shared ones, moved
  /// a little from slot to slot.
  mutating func spreadParameters(_ varies: [Bool]) {
    for i in parameters.indices where !parameters[i].isFixed {
      let shared = Array(parameters[i].values.prefix(parameters[i].length))
      parameters[i].varies = varies
      let slots = parameters[i].slots(extent)
      parameters[i].values = (0..<slots).flatMap { slot in
        // Exact in every type, and the sign and the order of the coefficients stay.
        shared.map { $0 * (1 + Double(slot % 8) / 64) }
      }
    }
  }
}
