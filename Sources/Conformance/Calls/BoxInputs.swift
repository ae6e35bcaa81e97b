import CActZoo
import Formula

/// The values of one parameter for a call.
struct ParameterInput: Sendable {
  /// Along which of the box's axes it varies.
  var varies = [false, false, false, false]
  /// Along which axes its gradient is kept apart; nil: as the values.
  var gradientVaries: [Bool]?
  /// Coefficients; 1 for a scalar.
  var length = 1
  var isVector = false
  /// No gradient is asked for.
  var isFixed = false
  /// Row-major over the axes along which it varies, coefficients innermost.
  var values: [Double]

  /// Along which axes its gradient is kept apart.
  var sumsVary: [Bool] { gradientVaries ?? varies }

  /// How many sets of coefficients a box of this extent has.
  func slots(_ extent: [Int]) -> Int { Self.slots(extent, varies) }

  static func slots(_ extent: [Int], _ varies: [Bool]) -> Int {
    zip(extent, varies).reduce(1) { $1.1 ? $0 * $1.0 : $0 }
  }

  /// The slot of each element of the box, row-major.
  func slotOfElement(_ extent: [Int]) -> [Int] { Self.slotOfElement(extent, varies) }

  static func slotOfElement(_ extent: [Int], _ varies: [Bool]) -> [Int] {
    var slots = [0]
    for (axis, n) in extent.enumerated() {
      slots = slots.flatMap { slot in (0..<n).map { varies[axis] ? slot * n + $0 : slot } }
    }
    return slots
  }
}

/// What goes into a call: numbers that the element type has, in row-major order of the box.
struct BoxInputs: Sendable {
  /// Four extents, outermost first.
  var extent: [Int]
  var x: [Double]
  /// The second input of gated activations.
  var g: [Double]?
  var noise: [Double]?
  /// Nil: absent, which means 1.
  var dy: [Double]?
  var parameters: [ParameterInput] = []

  var count: Int { extent.reduce(1, *) }

  /// The elements at these positions, as a box of one row; parameters that vary are gathered.
  func taking(_ elements: some Collection<Int>) -> BoxInputs {
    var part = self
    part.extent = [1, 1, 1, elements.count]
    part.x = elements.map { x[$0] }
    part.g = g.map { g in elements.map { g[$0] } }
    part.noise = noise.map { noise in elements.map { noise[$0] } }
    part.dy = dy.map { dy in elements.map { dy[$0] } }
    for (i, parameter) in parameters.enumerated() where parameter.varies.contains(true) {
      part.parameters[i].gradientVaries = nil
      let slots = parameter.slotOfElement(extent)
      part.parameters[i].varies = [false, false, false, true]
      part.parameters[i].values = elements.flatMap { element in
        let start = slots[element] * parameter.length
        return parameter.values[start..<start + parameter.length]
      }
    }
    return part
  }

  /// The same elements in another box of as many; parameters must not vary.
  func reshaped(_ extent: [Int]) -> BoxInputs {
    var other = self
    other.extent = extent
    return other
  }
}

extension BoxInputs {
  /// Normal numbers in a box, the parameters of a setting shared by all; dy included.
  static func random(
    _ kernel: Kernel, _ extent: [Int], _ setting: Setting, _ random: inout Random
  ) -> BoxInputs {
    let n = extent.reduce(1, *)
    let type = kernel.type
    var inputs = BoxInputs(
      extent: extent, x: (0..<n).map { _ in type.rounded(2.5 * random.normal()) })
    if kernel.activation.isGated {
      inputs.g = (0..<n).map { _ in type.rounded(2 * random.normal()) }
    }
    if kernel.activation.usesNoise {
      inputs.noise = (0..<n).map { _ in Double(random.next() >> 40) * 0x1p-24 }
    }
    inputs.dy = (0..<n).map { _ in type.rounded(random.normal()) }
    inputs.parameters = setting.parameters(kernel)
    return inputs
  }
}
