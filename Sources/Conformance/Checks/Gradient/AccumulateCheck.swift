/// Sums of parameter gradients that are not zero before the call.
enum AccumulateCheck {
  static let check = Check(
    "accumulate", .grad, rule: "P9",
    summary: """
      dparam holds 1000.5, or 2^24 + 0.5, before the call: it is added to, in double; two calls give twice \
      the gradient.
      """,
    why: """
      The host cuts a tensor into many boxes that share a parameter. Where a kernel overwrites, all parts \
      but the last are lost; where it adds in float, small gradients vanish beside a large sum (FlashKAT \
      found KAT's training spoiled by that).
      """,
    mend: """
      *(double *)place += (double)term. Do not set dparam to zero first, and do not keep the sum in float.
      """,
    mutants: ["overwrites-sums", "float-sums"], run: run)

  private static let extents = [[1, 1, 1, 1], [1, 1, 1, 5], [1, 2, 3, 4], [1, 1, 2, 100]]
  private static let starts = [1000.5, -1000.5, 0x1p24 + 0.5]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    guard kernel.activation.parameters.contains(where: { !$0.isFixed }) else {
      return test.skip("it has no parameters with a gradient.")
    }
    guard kernel.passes.count > 1 else {
      return test.skip("the row has neither backward nor fused.")
    }
    let setting = Setting.initial(kernel.activation)
    let choices = [
      [false, false, false, false], [false, false, false, true], [false, true, false, false],
    ]
    for trial in test.trials(extents.count * starts.count) {
      let (extent, start) = (extents[trial / starts.count], starts[trial % starts.count])
      for varies in choices {
        var random = test.random(trial)
        var inputs = BoxInputs.random(kernel, extent, setting, .normal, &random)
        inputs.spreadParameters(varies)
        let reference = Reference(inputs, kernel, test.board)
        for pass in kernel.passes where pass != .forward {
          var call = BoxCall(inputs, pass)
          call.y = reference.y
          call.dparameterStart = start
          call.remark = "dparam \(start) before"
          let result = call.run(kernel, test.board)
          guard test.expectServed(result, call, trial) else { continue }
          test.expectMatches(result, reference, call, trial)
        }
      }
      if test.isDecided { return }
    }
  }
}
