import CActZoo

/// Outputs on the memory of inputs: y on x, dx on dy.
enum InPlaceChecks {
  static let forward = Check(
    "inplace-forward", .alias, rule: "P16",
    summary: """
      Where the row declares ACTZOO_INPLACE_FORWARD: y is x, same data and same strides; the bits must be \
      those of two buffers. All lengths, several layouts.
      """,
    why: """
      Half the memory of a training step is activations; frameworks write y over x wherever a kernel says \
      that they may. If it then reads x after writing y, training goes wrong without an error.
      """,
    mend: """
      Read every input of an element (of a vector) before you write its outputs, do not clear outputs \
      first, and do not declare y `restrict`; or take ACTZOO_INPLACE_FORWARD out of the row's flags.
      """,
    mutants: ["clears-output"], run: { try run($0, .y) })

  static let backward = Check(
    "inplace-backward", .alias, rule: "P16",
    summary: """
      Where the row declares ACTZOO_INPLACE_BACKWARD: dx[0] is dy, same data and same strides; the bits \
      must be those of two buffers, and the gradients of parameters the same sums.
      """,
    why: """
      Gradients flow backward through one buffer. A kernel that writes dx and then reads dy for a parameter \
      or for the second input takes its own result for the gradient.
      """,
    mend: """
      Read dy once for each element, before dx is written, and use that value for dx[0], dx[1] and dparam; \
      or take ACTZOO_INPLACE_BACKWARD out of the row's flags.
      """,
    mutants: ["clears-slope", "rereads-dy"], run: { try run($0, .dx) })

  static let undeclared = Check(
    "inplace-undeclared", .alias, rule: "P16", isAdvice: true,
    summary: """
      Where a row does not declare that it works in place, and yet gives the right bits every time, its \
      author may want to declare it.
      """,
    why: "The host makes a copy of the input for every call in place that a row does not declare.",
    mend: """
      If the kernel reads each input before it writes the output over it, for certain and not only with \
      this compiler, add ACTZOO_INPLACE_FORWARD or ACTZOO_INPLACE_BACKWARD to the row's flags.
      """,
    mutants: ["inplace-undeclared"], run: runUndeclared)

  private static func flag(_ inPlace: InPlace) -> UInt32 {
    inPlace == .y ? ACTZOO_INPLACE_FORWARD : ACTZOO_INPLACE_BACKWARD
  }

  private static func passes(_ kernel: Kernel, _ inPlace: InPlace) -> [Pass] {
    kernel.passes.filter { $0 != (inPlace == .y ? .backward : .forward) }
  }

  private static func extents(_ tier: Tier) -> [[Int]] {
    (tier == .quick ? Array(1...20) + [31, 33, 47, 63, 65, 70] : Array(1...257)).map {
      [1, 1, 1, $0]
    }
      + [[1, 1, 1, 1023], [1, 1, 3, 5], [2, 3, 2, 17], [2, 1, 3, 33]]
  }

  private static func run(_ test: Test, _ inPlace: InPlace) throws {
    let kernel = try test.kernel
    guard kernel.has(flag(inPlace)) else {
      return test.skip("the row does not declare it.")
    }
    guard !passes(kernel, inPlace).isEmpty else {
      return test.skip("the row has neither backward nor fused.")
    }
    let extents = extents(test.tier)
    for trial in test.trials(extents.count) {
      try compare(test, kernel, extents[trial], inPlace, trial)
      if test.isDecided { return }
    }
  }

  private static func compare(
    _ test: Test, _ kernel: Kernel, _ extent: [Int], _ inPlace: InPlace, _ trial: Int
  ) throws {
    for (call, remark) in calls(test, kernel, extent, inPlace, trial) {
      let apart = call.run(kernel, test.board)
      guard test.expectServed(apart, call, trial) else { continue }
      for together in joined(call, kernel, inPlace) {
        let result = together.run(kernel, test.board)
        if !result.isOK {
          test.fail(
            "\(together.text)\(remark): refused, though the row's flags declare such calls.",
            test.witness(together, trial, nil))
          continue
        }
        test.expectSame(
          result, apart, together, trial, "compared with buffers apart", dparameters: 0x1p-22)
      }
    }
  }

  /// Calls with buffers apart, in several layouts; parameters shared, then one for each element.
  private static func calls(
    _ test: Test, _ kernel: Kernel, _ extent: [Int], _ inPlace: InPlace, _ trial: Int
  ) -> [(BoxCall, String)] {
    var random = test.random(trial)
    let setting = Setting.initial(kernel.activation)
    let shared = BoxInputs.random(kernel, extent, setting, .special, &random)
    var own = shared
    own.spreadParameters([false, false, false, true])
    var calls: [(BoxCall, String)] = []
    for inputs in kernel.activation.parameters.isEmpty ? [shared] : [shared, own] {
      for pass in passes(kernel, inPlace) {
        calls.append((BoxCall(inputs, pass), ""))
        if extent[2] > 1 {
          var call = BoxCall(inputs, pass)
          call.layout = { role, dense in
            role.isParameter
              ? dense : .arranged(extent, order: [1, 2, 0], gap: 3, backwards: [1])
          }
          calls.append((call, ", outer axes in another order"))
        }
      }
    }
    return calls
  }

  /// In place; for dx in fused also together with y, where the row declares both.
  private static func joined(_ call: BoxCall, _ kernel: Kernel, _ inPlace: InPlace) -> [BoxCall] {
    var one = call
    one.inPlace = inPlace
    one.remark = inPlace == .y ? "y is x" : "dx[0] is dy"
    guard inPlace == .dx, call.pass == .fused, kernel.has(ACTZOO_INPLACE_FORWARD) else {
      return [one]
    }
    var both = call
    both.inPlace = .all
    both.remark = "y is x and dx[0] is dy"
    return [one, both]
  }

  private static func runUndeclared(_ test: Test) throws {
    let kernel = try test.kernel
    if kernel.isForeign { return test.skip("a declaration of C does not say it.") }
    let missing = [InPlace.y, .dx].filter {
      !kernel.has(flag($0)) && !passes(kernel, $0).isEmpty
    }
    if missing.isEmpty { return test.skip("the row declares all that it can.") }
    for inPlace in missing {
      let extents = extents(.quick)
      let isRight = extents.indices.allSatisfy { trial in
        calls(test, kernel, extents[trial], inPlace, trial).allSatisfy { call, _ in
          let apart = call.run(kernel, test.board)
          var together = call
          together.inPlace = inPlace
          let result = together.run(kernel, test.board)
          return apart.isOK && result.isOK && isSame(result, apart, kernel.type)
        }
      }
      if isRight {
        test.fail(
          inPlace == .y
            ? "y on x gave the right bits in every call, but the row does not declare "
              + "ACTZOO_INPLACE_FORWARD: the host copies where it need not."
            : "dx[0] on dy gave the right bits in every call, but the row does not declare "
              + "ACTZOO_INPLACE_BACKWARD: the host copies where it need not.")
      }
    }
  }

  private static func isSame(_ a: BoxOutputs, _ b: BoxOutputs, _ type: ElementType) -> Bool {
    func same(_ a: [UInt64], _ b: [UInt64]) -> Bool { zip(a, b).allSatisfy { type.isSame($0, $1) } }
    return same(a.y, b.y) && same(a.dx, b.dx) && same(a.dg, b.dg)
      && a.dparameters.map { $0.map(\.bitPattern) } == b.dparameters.map { $0.map(\.bitPattern) }
  }
}
