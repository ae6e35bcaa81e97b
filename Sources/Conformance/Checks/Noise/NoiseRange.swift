import Formula

/// Noise at the ends of its range.
enum NoiseRange {
  static let check = Check(
    "noise-range", .noise, rule: "P10",
    summary: """
      Noise of 0, of the least value above it and of the largest below 1: where the formula is finite, y \
      and dx are finite.
      """,
    why: """
      Uniform noise is 0 once in 16 million elements: once in a few batches. A kernel that divides by it, \
      or takes its logarithm, gives an infinity then, and the loss is NaN from that step on.
      """,
    mend: """
      Noise lies in [0, 1), 0 included. Write the formula so that both ends are harmless (log1p(-u) \
      instead of log(u), or max with a small number), in the text and in the kernel.
      """,
    mutants: ["noise-zero"], run: run)

  private static let noise = [0, 0x1p-24, 0x1p-23, 0.25, 0.5, 0.75, 1 - 0x1p-23, 1 - 0x1p-24]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    guard kernel.activation.usesNoise else { return test.skip("its formula has no noise.") }
    let settings = Setting.all(kernel.activation).map { $0.rounded(to: kernel.type) }
    for trial in test.trials(settings.count) {
      var random = test.random(trial)
      var inputs = BoxInputs.random(kernel, [1, 1, 1, 256], settings[trial], .normal, &random)
      inputs.noise = inputs.x.indices.map { noise[$0 % noise.count] }
      inputs.dy = nil
      let formula = try? Program(outputs: [
        kernel.activation.formula.instantiate(counts: settings[trial].counts)
      ])
      for pass in kernel.passes {
        let call = BoxCall(inputs, pass)
        let result = call.run(kernel, test.board)
        guard test.expectServed(result, call, trial) else { continue }
        for (role, bits) in [(Role.y, result.y), (.dx, result.dx)] {
          let i = bits.indices.first { !kernel.type.decode(bits[$0]).isFinite }
          guard let i else { continue }
          let exact = formula?.evaluate(
            x: inputs.x[i], g: inputs.g?[i] ?? 0, u: inputs.noise![i],
            coefficients: settings[trial].values)
          var witness = test.witness(call, trial, role)
          witness.index = i
          witness.got = kernel.type.text(bits[i])
          witness.operands = test.operands(call, i, kernel.type)
          let place = "x = \(inputs.x[i]), u = \(inputs.noise![i]) (\(settings[trial].label))"
          if let value = exact?.first, value.isFinite {
            test.fail(
              "\(call.text): \(role.name) is \(kernel.type.text(bits[i])) at \(place), where the "
                + "formula gives \(value).", witness)
          } else {
            test.warn(
              "\(call.text): \(role.name) is \(kernel.type.text(bits[i])) at \(place), and so is the "
                + "formula; noise of this value does occur.", witness)
          }
        }
      }
      if test.isDecided { return }
    }
  }
}
