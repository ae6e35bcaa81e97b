import CActZoo
import CSystem
import Testing
import ZooHost

/// Ways to lay a tensor out in memory.
///
/// The same elements must give the same bits in all of them.
enum Arrangement: String, CaseIterable {
  case reversedAxes, rotatedAxes, backwards, firstAxisBackwards, everyOther, spread, oddOnes

  /// Strides in elements for a shape.
  func strides(_ shape: [Int]) -> [Int] {
    let dense = rowMajor(shape)
    switch self {
    case .reversedAxes: return rowMajor(shape.reversed()).reversed()
    case .rotatedAxes:
      // The first axis innermost: channels-last memory seen as channels-first, and the like.
      if shape.count < 2 { return dense }
      let inner = rowMajor(shape.dropFirst() + [shape[0]])
      return [inner[shape.count - 1]] + inner.dropLast()
    case .backwards: return dense.map { -$0 }
    case .firstAxisBackwards:
      return dense.enumerated().map { $0.offset == 0 ? -$0.element : $0.element }
    case .everyOther: return dense.map { 2 * $0 }
    case .spread:
      // Gaps on every axis but the innermost.
      var strides = dense
      for axis in shape.indices.dropLast() { strides[axis] += (shape.count - 1 - axis) * 5 }
      for axis in shape.indices.dropLast().reversed() {
        strides[axis] = max(strides[axis], strides[axis + 1] * shape[axis + 1] + 3)
      }
      return strides
    case .oddOnes: return zip(shape, dense).map { $0 == 1 ? -77_777 : $1 }
    }
  }
}

/// Strided, transposed, reversed and broadcast tensors against row-major ones.
struct LayoutCheck<T: Scalar> {
  let activation: Activation
  private(set) var faults = Faults()

  init(_ activation: Activation) { self.activation = activation }

  private static var shapes: [[Int]] {
    [
      [], [1], [37], [5, 19], [3, 8, 6, 7], [2, 8, 3, 2, 5], [2, 4, 3, 2, 3, 5], [1, 8, 1, 33],
      [33, 4, 1], [2, 3, 2, 2, 2, 2, 3, 2],
    ]
  }

  mutating func run() {
    for (i, shape) in Self.shapes.enumerated() {
      for perChannel in [false, true] where !perChannel || shape.count >= 2 {
        check(shape, perChannel, seed: 20 + i)
      }
    }
  }

  private mutating func check(_ shape: [Int], _ perChannel: Bool, seed: Int) {
    let descriptor = activation.descriptor
    let initial = Setting.initial(descriptor)
    var inputs = Inputs<T>.random(descriptor, shape: shape, setting: initial, seed: seed)
    var trained = false
    for p in inputs.parameters.indices where perChannel && !inputs.parameters[p].isFixed {
      trained = true
      inputs.parameters[p].granularity = ACTZOO_PER_CHANNEL
      inputs.parameters[p].values = (0..<shape[1]).flatMap { channel in
        initial.perturbed(descriptor, seed: channel).values[p].map { T($0) }
      }
    }
    if perChannel && !trained { return }
    let label = "\(shape)\(perChannel ? " per channel" : "")"
    let bound: BoundActivation
    do throws(ZooError) {
      bound = try inputs.bind(activation)
    } catch {
      faults.add("\(label): bind was refused: \(error.message)")
      return
    }
    let dense = KernelCall(inputs: inputs, pass: .fused).run(bound)
    faults.add(dense.faults, label)
    if !dense.faults.isEmpty { return }

    for arrangement in Arrangement.allCases {
      let all = KernelCall(
        inputs: inputs, pass: .fused, strides: { _, shape in arrangement.strides(shape) })
      compare(all.run(bound), dense, "\(label), all \(arrangement.rawValue)")
      // Operands that disagree: no order of the axes suits all of them.
      for (i, role) in [Role.x, .y, .dy, .dx].enumerated() {
        let other = Arrangement.allCases[(i + 1) % Arrangement.allCases.count]
        let mixed = KernelCall(
          inputs: inputs, pass: .fused,
          strides: { $0 == role ? arrangement.strides($1) : $0 == .g ? other.strides($1) : nil })
        compare(mixed.run(bound), dense, "\(label), \(role) \(arrangement.rawValue)")
      }
    }
    for axis in shape.indices where shape[axis] > 1 { checkBroadcast(inputs, bound, axis, label) }
  }

  /// An input that is the same all along an axis may have stride 0 there.
  private mutating func checkBroadcast(
    _ inputs: Inputs<T>, _ bound: BoundActivation, _ axis: Int, _ label: String
  ) {
    let dense = rowMajor(inputs.shape)
    for role in [Role.x, .g, .dy, .noise] {
      var same = inputs
      // The element at place 0 of the axis stands for all.
      func flatten<E>(_ values: [E]) -> [E] {
        values.indices.map { values[$0 - ($0 / dense[axis] % inputs.shape[axis]) * dense[axis]] }
      }
      switch role {
      case .x: same.x = flatten(inputs.x)
      case .g where inputs.g != nil: same.g = flatten(inputs.g!)
      case .noise where inputs.noise != nil: same.noise = flatten(inputs.noise!)
      case .dy: same.dy = flatten(inputs.dy!)
      default: continue
      }
      let repeated = KernelCall(inputs: same, pass: .fused).run(bound)
      let shared = KernelCall(
        inputs: same, pass: .fused,
        strides: { which, shape in
          if which != role { return nil }
          var shape = shape
          shape[axis] = 1
          var strides = rowMajor(shape)
          strides[axis] = 0
          return strides
        }
      ).run(bound)
      compare(shared, repeated, "\(label), \(role) with stride 0 along axis \(axis)")
    }
  }

  private mutating func compare(_ got: Outputs<T>, _ expected: Outputs<T>, _ label: String) {
    faults.add(got.faults, label)
    if !got.faults.isEmpty { return }
    faults.addDifferences(got, expected, label, dparameters: 0x1p-22)
  }
}

@Suite struct EveryKernelLayouts {
  @Test(arguments: Kernels.all)
  func memoryOrderDoesNotChangeBits(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = LayoutCheck<T>(kernel.activation)
      check.run()
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
