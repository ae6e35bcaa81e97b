import Formula

// The checks of numbers that are chosen one by one.
extension Checks {
  static func specialValues(_ test: Test) throws {
    let kernel = try test.kernel
    try points(test) { _, _ in
      let special = Samples.special(kernel.type)
      guard kernel.activation.isGated else { return (special, nil) }
      // Every pair, but not infinity times what may have become 0 on the way.
      let pairs = special.flatMap { x in special.map { (x, $0) } }.filter { x, g in
        let (large, small) = (max(x.magnitude, g.magnitude), min(x.magnitude, g.magnitude))
        return !(large.isInfinite && small > 0 && small <= kernel.type.leastNormal)
      }
      return (pairs.map(\.0), pairs.map(\.1))
    }
  }

  static func kinks(_ test: Test) throws {
    let kernel = try test.kernel
    let activation = kernel.activation
    try points(test) { setting, _ in
      let expressions = [activation.formula, activation.surrogate].compactMap {
        try? $0?.instantiate(counts: setting.counts)
      }
      let x = Samples.kinks(expressions, setting, kernel.type)
      guard activation.isGated else { return (x, nil) }
      let g = [0, -0.0, kernel.type.least, -kernel.type.least, 0.75, -0.75]
      return (x.flatMap { x in g.map { _ in x } }, x.flatMap { _ in g })
    }
  }

  static func subnormals(_ test: Test) throws {
    let kernel = try test.kernel
    let activation = kernel.activation
    let type = kernel.type
    try points(test, dy: { random in type.rounded(type.least * (1 + 99 * random.uniform())) }) {
      setting, random in
      do throws(FormulaError) {
        let value = try activation.formula.instantiate(counts: setting.counts)
        let slope = try (activation.surrogate ?? activation.formula)
          .instantiate(counts: setting.counts).derivative(by: .x)
        let program = try Program(outputs: [value, slope])
        let x = Samples.subnormal(type, program, gate: 0.75, setting, &random)
        return (x, activation.isGated ? x.map { _ in 0.75 } : nil)
      } catch {
        throw Trouble("the formula cannot be evaluated: \(error.message)")
      }
    }
  }

  /// Values, derivatives and gradients of parameters on inputs that are chosen for each setting.
  ///
  /// `dy` makes what derivatives are multiplied by; normal numbers if nil.
  private static func points(
    _ test: Test, dy: ((inout Random) -> Double)? = nil,
    _ choose: (Setting, inout Random) throws -> (x: [Double], g: [Double]?)
  ) throws {
    let run = try AccuracyRun(test)
    let kernel = run.kernel
    let settings = Setting.all(kernel.activation)
    let chosen = test.tier == .quick ? min(3, settings.count) : settings.count
    var judged = 0
    for trial in test.trials(chosen) where trial < settings.count {
      let setting = settings[trial].rounded(to: kernel.type)
      var random = test.random(trial)
      let (x, g) = try choose(setting, &random)
      let inputs = run.row(setting, x: x, g: g, &random)
      let weights = x.map { _ in dy?(&random) ?? kernel.type.rounded(random.normal()) }
      let outputs =
        [.y] + Output.slopes(kernel) + Output.parameters(kernel, setting, most: 4)
      for output in outputs where run.obstacle([output]) == nil {
        try run.judge(
          [output], setting, inputs, dy: output == .y ? nil : weights, trial: trial)
        judged += 1
      }
      if test.isDecided { break }
    }
    if judged == 0 { test.skip("the text claims nothing on \(kernel.type.rawValue).") }
  }
}
