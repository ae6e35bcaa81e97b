/// The noise that is given is the noise that is used, in every pass.
enum NoiseAgrees {
  static let check = Check(
    "noise-agrees", .noise, rule: "P17",
    summary: """
      The same noise gives the same bits in forward, backward and fused and in repeated calls; other noise \
      gives other results somewhere; dx is the slope of y at the same noise.
      """,
    why: """
      A stochastic activation whose backward draws its own numbers, or takes 1 - u for u, computes the \
      gradient of a function that was never evaluated. Training goes on, only worse.
      """,
    mend: """
      Read u from call->noise with its strides, in every pass alike. Keep no generator and no state in the \
      plugin.
      """,
    mutants: ["own-noise", "backward-mirrors-noise"], run: run)

  private static let trials = 24

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    guard kernel.activation.usesNoise else { return test.skip("its formula has no noise.") }
    let setting = Setting.initial(kernel.activation)
    var isUsed = false
    for trial in test.trials(trials) {
      var random = test.random(trial)
      let n = [1, 5, 16, 33, 100, 257][trial % 6]
      var inputs = BoxInputs.random(kernel, [1, 1, 1, n], setting, .normal, &random)
      inputs.dy = nil
      let forward = BoxCall(inputs, .forward)
      let first = forward.run(kernel, test.board)
      guard test.expectServed(first, forward, trial) else { continue }
      var slopes: BoxOutputs?
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        call.y = first.y
        call.remark = "called again with the same noise"
        let one = call.run(kernel, test.board)
        let two = call.run(kernel, test.board)
        test.expectSame(two, one, call, trial, "compared with the call before", dparameters: 0)
        if pass != .backward {
          test.expectSame(one, first, call, trial, "compared with forward")
        }
        guard pass != .forward, one.isOK else { continue }
        compareSlopes(test, kernel, inputs, pass, one, trial)
        if let slopes {
          var other = one
          other.y = []
          test.expectSame(
            other, slopes, call, trial, "compared with backward", dparameters: 0x1p-22)
        }
        slopes = one
      }
      var others = inputs
      others.noise = inputs.noise?.map { $0 < 0.5 ? $0 + 0.5 : $0 - 0.5 }
      isUsed = isUsed || BoxCall(others, .forward).run(kernel, test.board).y != first.y
      if test.isDecided { return }
    }
    if !isUsed && test.test.trial == nil {
      test.fail(
        "forward: other noise gave the same bits in all of \(trials) calls; the formula uses u, the "
          + "kernel does not.")
    }
  }

  /// dx against the central difference of forward at the same noise, where the function is smooth enough
  /// for one.
  private static func compareSlopes(
    _ test: Test, _ kernel: Kernel, _ inputs: BoxInputs, _ pass: Pass, _ slopes: BoxOutputs,
    _ trial: Int
  ) {
    // Half types leave no digits in a difference, and a surrogate is another function's slope.
    guard kernel.type == .f32 || kernel.type == .f64, kernel.activation.surrogate == nil else {
      return
    }
    let h = 0x1p-7
    func values(_ shift: Double) -> [Double] {
      var moved = inputs
      moved.x = inputs.x.map { kernel.type.rounded($0 + shift) }
      return BoxCall(moved, .forward).run(kernel, test.board).y.map(kernel.type.decode)
    }
    let (below, at, above) = (values(-h), values(0), values(h))
    guard below.count == inputs.count, above.count == inputs.count else { return }
    for i in 0..<inputs.count {
      let left = (at[i] - below[i]) / h
      let right = (above[i] - at[i]) / h
      // A kink, or curvature, between the points: no statement.
      guard (left - right).magnitude <= 0.01 * max(1, left.magnitude) else { continue }
      let dx = kernel.type.decode(slopes.dx[i])
      if (dx - (left + right) / 2).magnitude <= 0.02 * max(1, left.magnitude) { continue }
      let call = BoxCall(inputs, pass)
      var witness = test.witness(call, trial, .dx)
      witness.index = i
      witness.got = kernel.type.text(slopes.dx[i])
      witness.want = "\((left + right) / 2)"
      witness.operands = test.operands(call, i, kernel.type)
      test.fail(
        "\(pass.rawValue), x = \(inputs.x[i]), u = \(inputs.noise![i]): dx is \(dx), but y rises by "
          + "\((left + right) / 2) for each unit of x at this noise.", witness)
      return
    }
  }
}
