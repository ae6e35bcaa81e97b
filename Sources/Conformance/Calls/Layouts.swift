extension Layout {
  /// Gaps on every axis but the innermost.
  static func spread(_ extent: [Int]) -> Layout {
    var strides = [0, 0, 0, 1]
    for axis in (0..<3).reversed() {
      strides[axis] = strides[axis + 1] * max(extent[axis + 1], 1) + 5 - axis
    }
    return Layout(strides: strides)
  }

  /// The outer axes laid out in another order (outermost in memory first), `gap` elements apart, some of
  /// them backwards; axes of one element get a stride that means nothing.
  ///
  /// - Parameter varies: axes along which there is one value have stride 0.
  static func arranged(
    _ extent: [Int], varies: [Bool] = [true, true, true, true], order: [Int] = [0, 1, 2],
    gap: Int = 0, backwards: Set<Int> = [], unit: Int = 1, idle: Int? = nil
  ) -> Layout {
    var strides = [0, 0, 0, varies[3] ? unit : 0]
    var next = varies[3] ? max(extent[3], 1) * unit : unit
    for axis in order.reversed() where varies[axis] {
      strides[axis] = backwards.contains(axis) ? -(next + gap) : next + gap
      next = (next + gap) * max(extent[axis], 1)
    }
    if let idle {
      for axis in 0..<3 where extent[axis] == 1 { strides[axis] = idle &* (axis + 1) }
    }
    return Layout(strides: strides)
  }

  /// Behind this many elements an operand laid out like this begins anew.
  func span(_ extent: [Int]) -> Int {
    (0..<4).reduce(1) { $0 + abs(strides[$1]) * max(extent[$1] - 1, 0) }
  }

  /// Those of the elements (row-major) that have a place of their own: along an axis of stride 0 the
  /// first stands for all.
  func distinct(_ elements: [UInt64], _ extent: [Int]) -> [UInt64] {
    guard (0..<4).contains(where: { strides[$0] == 0 && extent[$0] > 1 }) else { return elements }
    return Layout.firsts(strides.map { $0 != 0 }, extent).map { elements[$0] }
  }

  /// Row-major positions of the elements at coordinate 0 of every axis that does not vary.
  static func firsts(_ varies: [Bool], _ extent: [Int]) -> [Int] {
    var positions = [0]
    for axis in 0..<4 {
      let steps = varies[axis] ? extent[axis] : min(extent[axis], 1)
      positions = positions.flatMap { base in (0..<steps).map { base * extent[axis] + $0 } }
    }
    return positions
  }
}

extension BoxInputs {
  /// Gives every parameter that is not fixed values of its own along some axes: the shared ones, moved
  /// a little from slot to slot.
  mutating func spreadParameters(_ varies: [Bool]) {
    for i in parameters.indices { spreadParameter(i, varies) }
  }

  /// The same for one parameter.
  mutating func spreadParameter(_ i: Int, _ varies: [Bool]) {
    guard !parameters[i].isFixed else { return }
    let shared = Array(parameters[i].values.prefix(parameters[i].length))
    parameters[i].varies = varies
    let slots = parameters[i].slots(extent)
    parameters[i].values = (0..<slots).flatMap { slot in
      // Exact in every type, and the sign and the order of the coefficients stay.
      shared.map { $0 * (1 + Double(slot % 8) / 64) }
    }
  }

  /// Gives every element values of its own of every parameter, equal to those that it had.
  mutating func materializeParameters() {
    for (i, parameter) in parameters.enumerated() where !parameter.isFixed {
      let slots = parameter.slotOfElement(extent)
      let all = [true, true, true, true]
      parameters[i].values = slots.flatMap { slot in
        parameter.values[slot * parameter.length..<(slot + 1) * parameter.length]
      }
      parameters[i].varies = all
      parameters[i].gradientVaries = nil
    }
  }

  /// Makes an input the same along the axes that do not vary: every element takes the first's value.
  mutating func share(_ role: Role, varies: [Bool]) {
    var source = [0]
    for axis in 0..<4 {
      source = source.flatMap { base in
        (0..<extent[axis]).map { base * extent[axis] + (varies[axis] ? $0 : 0) }
      }
    }
    func shared(_ values: [Double]) -> [Double] { source.map { values[$0] } }
    switch role {
    case .x: x = shared(x)
    case .g: g = g.map(shared)
    case .noise: noise = noise.map(shared)
    case .dy: dy = dy.map(shared)
    default: break
    }
  }
}
