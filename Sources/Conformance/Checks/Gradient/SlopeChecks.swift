import Formula

extension Checks {
  /// Gradients against something else than the formula's own derivative.
  static let slopes: [Check] = [
    Check(
      "gradcheck", .grad, rule: "P10",
      summary: """
        dx and dg against central differences of the kernel's own values, away from kinks; f32 with \
        wider steps and a wider tolerance.
        """,
      why: """
        A derivative that was derived wrongly twice, in the formula's claim and in the kernel, agrees \
        with itself; differences need no derivation.
        """,
      mend: """
        The derivative belongs to another function than the values: derive the formula anew, and claim \
        an accuracy that would have shown it.
        """,
      mutants: ["gradcheck"], run: { try gradcheck($0) { kernel, _ in Output.slopes(kernel) } }),
    Check(
      "gradcheck-params", .grad, rule: "P10",
      summary:
        "Gradients of parameters, element by element, against central differences of the values.",
      why: "A factor of 2 in a parameter's gradient only changes its learning rate, silently.",
      mend: "Derive the formula by the coefficient that is named; look for a factor or a sign.",
      mutants: ["gradcheck-params"],
      run: { try gradcheck($0) { kernel, setting in Output.parameters(kernel, setting, most: 6) } }),
    Check(
      "surrogate", .grad, rule: "P10",
      summary: """
        Where the text has a surrogate, backward is the surrogate's derivative, at points where it \
        differs from the formula's.
        """,
      why: "The derivative of a step is 0 everywhere: with it the layers below never learn.",
      mend: "Let backward compute the derivative of the function on the text's `surrogate` line.",
      mutants: ["surrogate-ignored"], run: surrogate),
  ]

  private static func gradcheck(
    _ test: Test, _ outputs: @escaping (Kernel, Setting) -> [Output]
  ) throws {
    let kernel = try test.kernel
    let activation = kernel.activation
    if kernel.backward == nil, kernel.fused == nil { return test.skip("the row has no backward.") }
    if activation.surrogate != nil {
      return test.skip(
        "backward is the derivative of a surrogate, not of the values (see surrogate).")
    }
    if kernel.type.size == 2 {
      return test.skip("values of \(kernel.type.rawValue) have too few digits for differences.")
    }
    // Moved off their initial values, which may lie on a kink of their own, such as |b| at 0.
    let settings = Setting.all(activation).prefix(test.tier == .quick ? 2 : 4)
      .enumerated().map { i, setting in
        setting.perturbed(activation, 80 + i).rounded(to: kernel.type)
      }
    if outputs(kernel, settings[0]).isEmpty {
      return test.skip("it has no parameters that are trained.")
    }
    var differences = CentralDifferences(test, kernel)
    for trial in test.trials(settings.count) where trial < settings.count {
      try differences.check(outputs(kernel, settings[trial]), settings[trial], trial)
      if test.isDecided { return }
    }
    if differences.compared == 0, test.test.trial == nil {
      test.skip("its values are too coarse, or its kinks too dense, for differences.")
    } else {
      test.note(
        "\(differences.compared) slopes compared, \(differences.skipped) too near a kink or too coarse"
      )
    }
  }

  private static func surrogate(_ test: Test) throws {
    let run = try AccuracyRun(test)
    let kernel = run.kernel
    guard let surrogate = kernel.activation.surrogate else {
      return test.skip("the text has no surrogate.")
    }
    let outputs = Output.slopes(kernel)
    if let obstacle = run.obstacle(outputs) { return test.skip(obstacle) }
    let settings = Setting.all(kernel.activation)
    for trial in test.trials(min(3, settings.count)) {
      let setting = settings[trial].rounded(to: kernel.type)
      var random = test.random(trial)
      do throws(FormulaError) {
        let x = try Self.differing(kernel, surrogate, setting, &random)
        if x.isEmpty { continue }
        let inputs = run.row(setting, x: x, &random)
        do {
          try run.judge(outputs, setting, inputs, trial: trial)
        } catch {
          throw FormulaError("\(error)")
        }
      } catch {
        throw Trouble("the surrogate cannot be evaluated: \(error.message)")
      }
      if test.isDecided { return }
    }
  }

  /// Inputs at which the surrogate's derivative is not the formula's.
  private static func differing(
    _ kernel: Kernel, _ surrogate: Expression, _ setting: Setting, _ random: inout Random
  ) throws(FormulaError) -> [Double] {
    let program = try Program(outputs: [
      try surrogate.instantiate(counts: setting.counts).derivative(by: .x),
      try kernel.activation.formula.instantiate(counts: setting.counts).derivative(by: .x),
    ])
    return (0..<512).map { _ in kernel.type.rounded(2.5 * random.normal()) }.filter { x in
      let slopes = program.evaluate(x: x, g: 0.75, u: 0.5, coefficients: setting.values)
      return (slopes[0] - slopes[1]).magnitude > 1e-3
    }
  }
}
