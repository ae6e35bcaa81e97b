import Formula

/// Gradients of a kernel against central differences of its own values: the one comparison that needs no
/// formula, so a formula and a kernel that are wrong alike do not pass together.
struct CentralDifferences {
  private let test: Test
  private let kernel: Kernel
  private(set) var compared = 0
  private(set) var skipped = 0

  /// Half the distance of the two values; wide enough that their rounding does not matter.
  private let step: Double
  /// What differences of this type can tell, relative to slopes of size 1.
  private let tolerance: Double
  /// The rounding of values, relative to them.
  private let rounding: Double

  init(_ test: Test, _ kernel: Kernel) {
    (self.test, self.kernel) = (test, kernel)
    let isDouble = kernel.type == .f64
    step = isDouble ? 0x1p-15 : 0x1p-6
    tolerance = isDouble ? 1e-5 : 4e-3
    rounding = isDouble ? 0x1p-50 : 0x1p-22
  }

  mutating func check(_ outputs: [Output], _ setting: Setting, _ trial: Int) throws {
    let n = test.tier == .quick ? 128 : 256
    var random = test.random(trial)
    var inputs = BoxInputs.random(kernel, [1, 1, 1, n], setting, &random)
    inputs.dy = nil
    // On a grid, so that a step forth and back is exact.
    inputs.x = inputs.x.map { ($0 * 0x1p12).rounded() * 0x1p-12 }
    inputs.g = inputs.g?.map { ($0 * 0x1p12).rounded() * 0x1p-12 }
    for i in inputs.parameters.indices where !inputs.parameters[i].isFixed {
      inputs.parameters[i].varies = [false, false, false, true]
      inputs.parameters[i].values = (0..<n).flatMap { _ in setting.parameters(kernel)[i].values }
    }
    let call = BoxCall(inputs, kernel.backward == nil ? .fused : .backward)
    let gradients = call.run(kernel, test.board)
    test.expectOK(gradients, call, trial)
    if !gradients.isOK { return }
    for output in outputs {
      switch output {
      case .y: continue
      case .dx: compare(output, gradients.dx.map(kernel.type.decode), inputs, setting, trial)
      case .dg: compare(output, gradients.dg.map(kernel.type.decode), inputs, setting, trial)
      case .parameter(let i, let j):
        let length = inputs.parameters[i].length
        compare(
          output, (0..<n).map { gradients.dparameters[i][$0 * length + j] }, inputs, setting, trial)
      }
    }
  }

  /// The inputs with one of them moved, and by how much it really moved at each element.
  private func moved(
    _ inputs: BoxInputs, _ output: Output, by step: Double
  ) -> (inputs: BoxInputs, at: [Double]) {
    var moved = inputs
    let type = kernel.type
    switch output {
    case .y: return (inputs, [])
    case .dx:
      moved.x = inputs.x.map { type.rounded($0 + step) }
      return (moved, moved.x)
    case .dg:
      moved.g = inputs.g?.map { type.rounded($0 + step) }
      return (moved, moved.g ?? [])
    case .parameter(let i, let j):
      let length = inputs.parameters[i].length
      var at: [Double] = []
      for k in stride(from: j, to: inputs.parameters[i].values.count, by: length) {
        moved.parameters[i].values[k] = type.parameterType.rounded(
          inputs.parameters[i].values[k] + step)
        at.append(moved.parameters[i].values[k])
      }
      return (moved, at)
    }
  }

  private mutating func compare(
    _ output: Output, _ gradient: [Double], _ inputs: BoxInputs, _ setting: Setting, _ trial: Int
  ) {
    func values(_ step: Double) -> (y: [Double], at: [Double])? {
      let (inputs, at) = moved(inputs, output, by: step)
      let call = BoxCall(inputs, .forward)
      let result = call.run(kernel, test.board)
      test.expectOK(result, call, trial)
      return result.isOK ? (result.y.map(kernel.type.decode), at) : nil
    }
    guard let up = values(step), let down = values(-step), let halfUp = values(step / 2),
      let halfDown = values(-step / 2)
    else { return }
    let isBeside = kinksBeside(output, inputs, setting)
    for i in gradient.indices {
      if isBeside(i) {
        skipped += 1
        continue
      }
      let whole = (up.y[i] - down.y[i]) / (up.at[i] - down.at[i])
      let half = (halfUp.y[i] - halfDown.y[i]) / (halfUp.at[i] - halfDown.at[i])
      // Richardson's: the step's own error is a third of what halving it changes. Rounding of the values
      // is divided by the step.
      let difference = half + (half - whole) / 3
      let noise = max(up.y[i].magnitude, down.y[i].magnitude) * rounding / step
      let size = max(1, difference.magnitude)
      let bend = (half - whole).magnitude
      if !(bend <= tolerance * size && noise <= tolerance * size / 10) {
        skipped += 1
        continue
      }
      compared += 1
      let slack = kernel.type == .f64 ? 1e-9 : 1e-5
      if (gradient[i] - difference).magnitude <= bend + 8 * noise + slack * size { continue }
      fail(output, i, gradient[i], difference, inputs, setting, trial)
      return
    }
  }

  /// Whether a kink of the formula lies between the values of a difference, at an element.
  private func kinksBeside(
    _ output: Output, _ inputs: BoxInputs, _ setting: Setting
  ) -> (Int) -> Bool {
    guard let formula = try? kernel.activation.formula.instantiate(counts: setting.counts),
      let evaluator = try? ExactEvaluator(formula), evaluator.hasSides
    else { return { _ in false } }
    evaluator.coefficients = setting.values
    let step = step
    return { i in
      func sides(_ step: Double) -> [Int8] {
        var x = inputs.x[i]
        var g = inputs.g?[i] ?? 0
        switch output {
        case .y: break
        case .dx: x += step
        case .dg: g += step
        case .parameter(let p, let j):
          evaluator.overriding[output.variable ?? .x] = setting.values[p][j] + step
        }
        _ = evaluator.evaluate(x: x, g: g, u: inputs.noise?[i] ?? 0)
        return evaluator.sides
      }
      return sides(step) != sides(-step)
    }
  }

  private func fail(
    _ output: Output, _ i: Int, _ got: Double, _ difference: Double, _ inputs: BoxInputs,
    _ setting: Setting, _ trial: Int
  ) {
    let name = output.name(kernel.activation)
    var witness = Witness(trial: trial)
    witness.pass = "backward"
    witness.output = name
    witness.extent = [1, 1, 1, inputs.x.count]
    witness.index = i
    witness.operands = test.operands(BoxCall(inputs, .backward), i, kernel.type)
    witness.parameters = [:]
    for (parameter, values) in zip(kernel.activation.parameters, setting.values) {
      witness.parameters?[parameter.name] = Array(values.prefix(32))
    }
    witness.got = "\(got)"
    witness.want = "\(difference)"
    test.fail(
      "\(setting.label): \(name) at x = \(inputs.x[i]) is \(got), but the values around it rise by "
        + "\(difference).", witness)
  }
}
