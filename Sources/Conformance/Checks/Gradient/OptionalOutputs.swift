/// Every choice of outputs.
enum OptionalOutputs {
  static let check = Check(
    "optional-outputs", .grad, rule: "P6",
    summary: """
      Every subset of dx, dg and each parameter's gradient absent (NULL), the list dparam NULL too: the \
      others keep their bits, and nothing is written where nothing is wanted.
      """,
    why: """
      A frozen parameter, or a first layer whose input needs no gradient, leaves outputs out. Kernels that \
      do not expect it write through NULL, or drop the outputs that are still wanted.
      """,
    mend: """
      Test each output's data for NULL on its own: dx[0], dx[1], dparam, dparam[i]. An output must not \
      depend on whether another one is there.
      """,
    mutants: [
      "assumes-dx", "assumes-sums", "sums-need-dx", "sums-change-dx", "gate-needs-both",
    ], run: run)

  private static let extents = [[1, 1, 1, 1], [1, 1, 1, 3], [1, 2, 1, 16], [1, 1, 2, 37]]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let passes = kernel.passes.filter { $0 != .forward }
    if passes.isEmpty { return test.skip("the row has neither backward nor fused.") }
    var outputs: [Role] = kernel.activation.isGated ? [.dx, .dg] : [.dx]
    for (i, parameter) in kernel.activation.parameters.enumerated() where !parameter.isFixed {
      outputs.append(.dparameter(i))
    }
    // More than 2^7 choices would take long: of the rest, one at a time and all.
    let choices =
      outputs.count <= 7
      ? Array(0..<1 << outputs.count)
      : [0, (1 << outputs.count) - 1] + outputs.indices.map { 1 << $0 }
        + outputs.indices.map { (1 << outputs.count) - 1 - 1 << $0 }
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(2 * extents.count) {
      var random = test.random(trial)
      var inputs = BoxInputs.random(kernel, extents[trial / 2], setting, .normal, &random)
      // Kernels have loops of their own for values that vary along a row.
      if trial % 2 == 1 {
        if kernel.activation.parameters.isEmpty { continue }
        inputs.spreadParameters([false, false, false, true])
      }
      for pass in passes {
        var whole = BoxCall(inputs, pass)
        whole.y = BoxCall(inputs, .forward).run(kernel, test.board).y
        let all = whole.run(kernel, test.board)
        guard test.expectServed(all, whole, trial) else { continue }
        // Fewest absent first.
        for choice in choices.sorted(by: { $0.nonzeroBitCount < $1.nonzeroBitCount }) {
          let absent = outputs.indices.filter { choice >> $0 & 1 == 1 }.map { outputs[$0] }
          var call = whole
          call.wants = { !absent.contains($0) }
          call.remark =
            absent.isEmpty
            ? "" : "without \(absent.map { $0.text(kernel) }.joined(separator: ", "))"
          let result = call.run(kernel, test.board)
          guard test.expectServed(result, call, trial) else { continue }
          test.expectSame(
            result, all, call, trial, "compared with all outputs", dparameters: 0x1p-22)
          for (role, element) in result.unwritten {
            test.fail(
              "\(call.text): element \(element) of \(role.name) was not written.",
              test.witness(call, trial, role))
          }
        }
      }
      if test.isDecided { return }
    }
  }
}

extension Role {
  /// "d(eps)" for a parameter's gradient.
  func text(_ kernel: Kernel) -> String {
    if case .dparameter(let i) = self { return "d(\(kernel.activation.parameters[i].name))" }
    return name
  }
}
