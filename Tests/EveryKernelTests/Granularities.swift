import CActZoo
import Testing
import ZooHost

/// A parameter per channel, group, sample or element means: as if every element had been evaluated
/// alone with its own value.
struct GranularityCheck<T: Scalar> {
  let activation: Activation
  private(set) var faults = Faults()
  private static var channels: Int { 8 }

  init(_ activation: Activation) { self.activation = activation }

  /// What actzoo.h allows for a parameter, with 2 groups so that a group has several channels.
  ///
  /// One call takes at most two different numbers of groups.
  private static var choices: [(bits: UInt32, groups: Int)] {
    [
      (ACTZOO_PER_LAYER, 0), (ACTZOO_PER_CHANNEL, 0), (ACTZOO_PER_GROUP, 2), (ACTZOO_PER_GROUP, 8),
      (ACTZOO_PER_SAMPLE, 0), (ACTZOO_PER_SAMPLE | ACTZOO_PER_CHANNEL, 0),
      (ACTZOO_PER_SAMPLE | ACTZOO_PER_GROUP, 2), (ACTZOO_PER_ELEMENT, 0),
      (ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT, 0),
    ]
  }

  mutating func run() {
    let trained = activation.descriptor.parameters.filter { !$0.isFixed }.count
    for (shape, axis) in [([3, 8, 5, 7], 1), ([3, 5, 7, 8], -1), ([5, 8], 1), ([2, 8, 33], -2)] {
      for i in Self.choices.indices {
        check(shape, axis) { _ in Self.choices[i] }
        // Every parameter another one: what one of them does must not depend on the others.
        if trained > 1 {
          check(shape, axis) { p in Self.choices[(i + 4 * p) % Self.choices.count] }
        }
      }
      if trained == 0 { return }
    }
  }

  /// Which of a parameter's values each element uses, in row-major order of the elements.
  static func slots(_ shape: [Int], _ axis: Int, _ bits: UInt32, _ groups: Int) -> [Int] {
    let axis = axis < 0 ? axis + shape.count : axis
    let strides = rowMajor(shape)
    let sample = shape.dropFirst().reduce(1, *)
    return (0..<shape.reduce(1, *)).map { element in
      var slot = bits & ACTZOO_PER_SAMPLE != 0 ? element / sample : 0
      let channel = element / strides[axis] % shape[axis]
      switch bits & ~ACTZOO_PER_SAMPLE {
      case ACTZOO_PER_CHANNEL: slot = slot * shape[axis] + channel
      case ACTZOO_PER_GROUP: slot = slot * groups + channel / (shape[axis] / groups)
      case ACTZOO_PER_ELEMENT: slot = slot * sample + element % sample
      default: break
      }
      return slot
    }
  }

  private mutating func check(
    _ shape: [Int], _ axis: Int, choose: (Int) -> (bits: UInt32, groups: Int)
  ) {
    let descriptor = activation.descriptor
    let n = shape.reduce(1, *)
    let initial = Setting.initial(descriptor)
    var inputs = Inputs<T>.random(descriptor, shape: shape, setting: initial, seed: n)
    inputs.channelAxis = axis
    let shared = inputs.parameters
    var slots = [[Int]](repeating: [Int](repeating: 0, count: n), count: shared.count)
    var label = "\(shape), channels \(axis):"
    for p in shared.indices where !shared[p].isFixed {
      let choice = choose(p)
      slots[p] = Self.slots(shape, axis, choice.bits, choice.groups)
      inputs.parameters[p].granularity = choice.bits
      inputs.parameters[p].groups = choice.groups
      inputs.parameters[p].values = (0...slots[p].max()!).flatMap { slot in
        initial.perturbed(descriptor, seed: 50 + slot).values[p].map { T($0) }
      }
      label += " \(descriptor.parameters[p].name) \(choice.bits)/\(choice.groups)"
    }
    let together = KernelCall(inputs: inputs, pass: .fused).run(activation)

    // The same with a value of its own for every element.
    var own = inputs
    for p in shared.indices where !shared[p].isFixed {
      own.parameters[p].granularity = ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT
      own.parameters[p].values = slots[p].flatMap { inputs.coefficients(p, $0) }
    }
    let single = KernelCall(inputs: own, pass: .fused).run(activation)
    faults.add(together.faults, label)
    faults.add(single.faults, "\(label), expanded")
    if !faults.isEmpty { return }
    compare("expanded", label, together, single, elements: Array(0..<n))

    // And the elements that share all values, taken out and evaluated as a layer.
    let parts = Dictionary(grouping: 0..<n) { element in slots.map { $0[element] } }
    for (key, elements) in parts.prefix(12) {
      var part = inputs.taking(elements)
      for p in shared.indices where !shared[p].isFixed {
        part.parameters[p].granularity = ACTZOO_PER_LAYER
        part.parameters[p].groups = 0
        part.parameters[p].values = inputs.coefficients(p, key[p])
      }
      let alone = KernelCall(inputs: part, pass: .fused).run(activation)
      faults.add(alone.faults, "\(label), slice \(key)")
      if !faults.isEmpty { return }
      compare("slice \(key)", label, together, alone, elements: elements)
    }
    for p in shared.indices where !shared[p].isFixed {
      compareSums(label, p, shared[p].length, slots[p], together, single)
    }
  }

  private mutating func compare(
    _ what: String, _ label: String, _ all: Outputs<T>, _ part: Outputs<T>, elements: [Int]
  ) {
    for (name, a, b) in [("y", all.y, part.y), ("dx", all.dx, part.dx), ("dg", all.dg, part.dg)] {
      if a.isEmpty { continue }
      let mine = elements.map { a[$0] }
      if let i = firstDifference(mine, b) {
        faults.add("\(label): \(name)[\(elements[i])] is \(mine[i]), as \(what) \(b[i])")
      }
    }
  }

  /// A shared value's gradient is the sum of what its elements give.
  private mutating func compareSums(
    _ label: String, _ p: Int, _ length: Int, _ slots: [Int], _ together: Outputs<T>,
    _ single: Outputs<T>
  ) {
    let count = (slots.max()! + 1) * length
    var sums = [Double](repeating: 0, count: count)
    var sizes = sums
    for (element, slot) in slots.enumerated() {
      for j in 0..<length {
        sums[slot * length + j] += single.dparameters[p][element * length + j]
        sizes[slot * length + j] += single.dparameters[p][element * length + j].magnitude
      }
    }
    let got = together.dparameters[p]
    if got.count != count {
      faults.add("\(label): \(got.count) sums for parameter \(p), expected \(count)")
      return
    }
    for i in 0..<count where !((got[i] - sums[i]).magnitude <= 0x1p-22 * sizes[i]) {
      faults.add("\(label): dparameter \(p)[\(i)] is \(got[i]), its elements' sum is \(sums[i])")
    }
  }
}

@Suite struct EveryKernelGranularity {
  @Test(arguments: Kernels.all)
  func sharedValuesActLikeOwnOnes(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = GranularityCheck<T>(kernel.activation)
      check.run()
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
