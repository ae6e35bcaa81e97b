/// Backward without dy.
enum DyAbsent {
  static let check = Check(
    "dy-absent", .grad, rule: "P17",
    summary: "dy.data NULL gives the bits of a dy that is 1 everywhere, in backward and in fused.",
    why: """
      Plots, tests and forward-mode code ask for the derivative itself; allocating ones for it costs a \
      third of the traffic. A kernel that does not expect it reads NULL, or returns zeros.
      """,
    mend: "Where call->dy.data is NULL, take 1 for dy: dx is the derivative, and dparam its sums.",
    mutants: ["assumes-dy", "dy-absent-is-zero"], run: run)

  private static let lengths = [1, 2, 7, 16, 33, 100]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let passes = kernel.passes.filter { $0 != .forward }
    if passes.isEmpty { return test.skip("the row has neither backward nor fused.") }
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(2 * lengths.count) {
      var random = test.random(trial)
      var ones = BoxInputs.random(
        kernel, [1, 1, 2, lengths[trial / 2]], setting, .special, &random)
      if trial % 2 == 1 { ones.spreadParameters([false, false, false, true]) }
      ones.dy = ones.x.map { _ in 1 }
      var absent = ones
      absent.dy = nil
      for pass in passes {
        let present = BoxCall(ones, pass).run(kernel, test.board)
        var call = BoxCall(absent, pass)
        call.remark = "dy absent"
        guard test.expectServed(present, BoxCall(ones, pass), trial) else { continue }
        let result = call.run(kernel, test.board)
        if !test.expectServed(result, call, trial) { continue }
        test.expectSame(
          result, present, call, trial, "compared with a dy of 1", dparameters: 0x1p-22)
      }
      if test.isDecided { return }
    }
  }
}
