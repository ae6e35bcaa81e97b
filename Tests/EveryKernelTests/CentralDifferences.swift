import CActZoo
import CSystem
import Formula
import Testing
import ZooHost

/// f64 gradients of a kernel against central differences of its own values: the one check that needs
/// no formula, so a formula and a kernel that are wrong alike do not pass together.
struct CentralDifferenceCheck {
  let activation: Activation
  private(set) var faults = Faults()
  private(set) var compared = 0
  private(set) var skipped = 0

  init(_ activation: Activation) { self.activation = activation }

  mutating func run() {
    // Moved off their initial values, which may lie on a kink of their own, such as |b| at 0.
    for (i, setting) in Setting.all(activation.descriptor).prefix(3).enumerated() {
      check(setting.perturbed(activation.descriptor, seed: 80 + i))
    }
    // A kink, or noise of the difference itself, excuses a point; not the most of them.
    if compared < 4 * skipped {
      faults.add("only \(compared) of \(compared + skipped) points could be compared")
    }
  }

  private mutating func check(_ setting: Setting) {
    let descriptor = activation.descriptor
    let n = 256
    var random = Random(11)
    var inputs = Inputs<Double>(shape: [n], x: (0..<n).map { _ in 2.5 * random.normal() })
    if descriptor.isGated { inputs.g = (0..<n).map { _ in 2 * random.normal() } }
    if descriptor.usesNoise {
      inputs.noise = (0..<n).map { _ in Float(random.next() >> 40) * 0x1p-24 }
    }
    inputs.parameters = setting.parameters(descriptor, as: Double.self)
    for i in inputs.parameters.indices where !inputs.parameters[i].isFixed {
      inputs.parameters[i].granularity = ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT
      inputs.parameters[i].values = (0..<n).flatMap { _ in setting.values[i] }
    }
    let gradients = KernelCall(inputs: inputs, pass: .backward).run(activation)
    faults.add(gradients.faults, setting.label)
    if !faults.isEmpty { return }

    compare("dx", gradients.dx, setting, inputs) { inputs, i, step in inputs.x[i] += step }
    if descriptor.isGated {
      compare("dg", gradients.dg, setting, inputs) { inputs, i, step in inputs.g![i] += step }
    }
    for (p, parameter) in inputs.parameters.enumerated() where !parameter.isFixed {
      let length = parameter.length
      for j in stride(from: 0, to: length, by: max(1, length / 6)) {
        let gradient = (0..<n).map { gradients.dparameters[p][$0 * length + j] }
        compare("d\(descriptor.parameters[p].name)[\(j)]", gradient, setting, inputs) {
          inputs, i, step in inputs.parameters[p].values[i * length + j] += step
        }
      }
    }
  }

  private mutating func compare(
    _ output: String, _ gradient: [Double], _ setting: Setting, _ inputs: Inputs<Double>,
    move: (inout Inputs<Double>, Int, Double) -> Void
  ) {
    let n = inputs.x.count
    let step = 0x1p-15
    func values(_ step: Double) -> [Double] {
      var moved = inputs
      for i in 0..<n { move(&moved, i, step) }
      let result = KernelCall(inputs: moved, pass: .forward).run(activation)
      faults.add(result.faults, setting.label)
      return result.y
    }
    let (up, down, halfUp, halfDown) = (
      values(step), values(-step), values(step / 2), values(-step / 2)
    )
    if !faults.isEmpty { return }
    for i in 0..<n {
      let whole = (up[i] - down[i]) / (2 * step)
      let half = (halfUp[i] - halfDown[i]) / step
      // Richardson's: the step's own error is a third of what halving it changes. Rounding of the values
      // is divided by the step.
      let difference = half + (half - whole) / 3
      let rounding = max(up[i].magnitude, down[i].magnitude) * 0x1p-50 / step
      let size = max(1, difference.magnitude)
      let bend = (half - whole).magnitude
      if bend > 1e-5 * size || rounding > 1e-6 * size {
        skipped += 1
        continue
      }
      compared += 1
      if !((gradient[i] - difference).magnitude <= bend + 8 * rounding + 1e-9 * size) {
        faults.add(
          """
          \(setting.label): \(output) at x = \(inputs.x[i]) is \(gradient[i]), central differences \
          give \(difference)
          """)
      }
    }
  }
}

@Suite struct EveryKernelCentralDifferences {
  @Test(
    arguments: Kernels.all.filter {
      // A surrogate is the derivative of another function on purpose.
      $0.dtype == ACTZOO_F64 && $0.activation.descriptor.surrogate == nil
    })
  func gradientsAreTheSlopesOfTheValues(_ kernel: KernelUnderTest) {
    var check = CentralDifferenceCheck(kernel.activation)
    check.run()
    check.faults.report(kernel)
  }
}
