import CActZoo

/// What backward reads, held against the row's flags.
enum NeedsChecks {
  static let x = Check(
    "needs-x", .grad, rule: "P16",
    summary: """
      Where the row does not say ACTZOO_BACKWARD_NEEDS_X, x is filled with NaN, infinities and other \
      numbers for backward: the results must not change.
      """,
    why: """
      Frameworks keep for backward only what a kernel says that it needs. Memory that it did not ask for \
      has been given to another layer by then.
      """,
    mend: """
      Add ACTZOO_BACKWARD_NEEDS_X to the row's flags, or compute the derivative without x. A flag too many \
      costs memory; a flag too few costs the gradient.
      """,
    mutants: ["reads-x"], run: { try run($0, .x, ACTZOO_BACKWARD_NEEDS_X) })

  static let y = Check(
    "needs-y", .grad, rule: "P16",
    summary: """
      Where the row does not say ACTZOO_BACKWARD_NEEDS_Y, y is absent in backward, or filled with NaN and \
      other numbers: the results must not change.
      """,
    why:
      "A kernel that reads a y that nobody gave it reads NULL, or a buffer that has been reused.",
    mend: """
      Add ACTZOO_BACKWARD_NEEDS_Y to the row's flags, or compute the derivative from x alone.
      """,
    mutants: ["reads-y"], run: { try run($0, .y, ACTZOO_BACKWARD_NEEDS_Y) })

  private static let poisons: [Double] = [.nan, .infinity, -.infinity, 0, 0.75, -1.5]

  private static func run(_ test: Test, _ role: Role, _ flag: UInt32) throws {
    let kernel = try test.kernel
    guard kernel.backward != nil else { return test.skip("the row has no backward.") }
    guard !kernel.has(flag) else {
      return test.skip("the row declares that it reads \(role.name).")
    }
    let lengths = [1, 3, 16, 37, 130]
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(lengths.count) {
      var random = test.random(trial)
      let inputs = BoxInputs.random(
        kernel, [1, 1, 2, lengths[trial]], setting, .normal, &random)
      let call = BoxCall(inputs, .backward)
      let healthy = call.run(kernel, test.board)
      guard test.expectServed(healthy, call, trial) else { continue }
      for poison in poisons {
        var other = call
        other.y = BoxCall(inputs, .forward).run(kernel, test.board).y
        other.poisons = role
        other.poison = poison
        other.remark = "\(role.name) filled with \(poison)"
        let result = other.run(kernel, test.board)
        test.expectOK(result, other, trial)
        test.expectSame(
          result, healthy, other, trial, "though the flags do not say that backward reads it",
          dparameters: 0x1p-40)
      }
      if test.isDecided { return }
    }
  }
}
