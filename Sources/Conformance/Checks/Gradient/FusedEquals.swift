/// Fused against the passes that it joins.
enum FusedEquals {
  static let check = Check(
    "fused-equals", .grad, rule: "P17",
    summary: """
      fused gives forward's y and backward's dx in bits, and the same sums; at all lengths, with \
      parameters shared and of every element's own, with dy and without.
      """,
    why: """
      With activation checkpointing a framework runs forward first and fused later, and takes both for the \
      same function. If they differ by a rounding, the gradient is that of another output.
      """,
    mend: """
      Let the three passes call one function for y and one for dx. Where the compiler contracts a*b+c \
      differently in each, build with -ffp-contract=off.
      """,
    mutants: ["fused-differs", "fused-forgets-sums"], run: run)

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    guard kernel.fused != nil else { return test.skip("the row has no fused.") }
    let lengths = test.tier == .quick ? [1, 2, 7, 8, 16, 21, 33, 100] : Array(1...130) + [1023]
    let settings = Setting.all(kernel.activation)
    for trial in test.trials(2 * lengths.count) {
      var random = test.random(trial)
      let setting = settings[trial % (test.tier == .quick ? 1 : settings.count)]
      var inputs = BoxInputs.random(
        kernel, [1, 1, 2, lengths[trial / 2]], setting, .special, &random)
      if trial % 2 == 1 { inputs.spreadParameters([false, false, false, true]) }
      if trial % 4 > 1 { inputs.dy = nil }
      let forward = BoxCall(inputs, .forward).run(kernel, test.board)
      let call = BoxCall(inputs, .fused)
      let fused = call.run(kernel, test.board)
      guard test.expectServed(fused, call, trial) else { continue }
      test.expectSame(fused, forward, call, trial, "compared with forward")
      if kernel.backward != nil {
        var backward = BoxCall(inputs, .backward)
        backward.y = forward.y
        test.expectSame(
          fused, backward.run(kernel, test.board), call, trial, "compared with backward",
          dparameters: 0x1p-22)
      }
      if test.isDecided { return }
    }
  }
}
