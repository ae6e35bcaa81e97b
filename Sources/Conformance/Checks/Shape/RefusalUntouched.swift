import CActZoo

/// Calls that a kernel may refuse, and what it does to memory then.
enum RefusalUntouched {
  static let check = Check(
    "refusal-untouched", .shape, rule: "P12",
    summary: """
      Innermost strides of 2 and -1, one operand at a time and several together: the call is refused with \
      nothing touched, or served rightly. Short and long rows.
      """,
    why: """
      After UNSUPPORTED the host evaluates the formula on the same operands. An output that was half \
      written, or an input that was overwritten in place, spoils that, and nobody sees it.
      """,
    mend: """
      Look at the innermost strides of all operands at the top of the kernel, before any loop, and return \
      UNSUPPORTED there; nowhere later.
      """,
    mutants: ["refuses-late"], run: run)

  private static let extents = [[1, 1, 1, 5], [1, 2, 3, 7], [1, 1, 1, 300], [1, 1, 2, 1000]]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(extents.count) {
      var random = test.random(trial)
      let inputs = BoxInputs.random(kernel, extents[trial], setting, .normal, &random)
      for pass in kernel.passes {
        strides(test, kernel, inputs, pass, trial)
        plain(test, kernel, inputs, pass, trial)
      }
      if test.isDecided { return }
    }
  }

  /// Innermost strides that may be refused, one operand at a time and all together.
  private static func strides(
    _ test: Test, _ kernel: Kernel, _ inputs: BoxInputs, _ pass: Pass, _ trial: Int
  ) {
    let reference = Reference(inputs, kernel, test.board)
    for unit in [2, -1] {
      for roles: [Role] in [[.x], [.y], [.dy], [.dx], [.g, .noise, .dg], [.x, .y, .dy, .dx]] {
        var call = BoxCall(inputs, pass)
        call.y = reference.y
        call.remark =
          "innermost stride of \(roles.map(\.name).joined(separator: ", ")): \(unit)"
        call.layout = { role, dense in
          roles.contains(role)
            ? .arranged(inputs.extent, gap: 3, unit: abs(unit)).facing(unit) : dense
        }
        let result = call.run(kernel, test.board)
        if result.isOK {
          test.expectMatches(
            result, reference, call, trial, "answered with OK, compared with stride 1")
        }
        expectUntouched(test, result, call, trial)
      }
    }
  }

  /// A call without fault: if it is refused, then untouched too.
  private static func plain(
    _ test: Test, _ kernel: Kernel, _ inputs: BoxInputs, _ pass: Pass, _ trial: Int
  ) {
    let call = BoxCall(inputs, pass)
    let result = call.run(kernel, test.board)
    if !result.isOK { expectUntouched(test, result, call, trial) }
  }

  private static func expectUntouched(
    _ test: Test, _ result: BoxOutputs, _ call: BoxCall, _ trial: Int
  ) {
    for disturbance in result.disturbances {
      test.fail(
        "\(call.text): \(disturbance.text).", test.witness(call, trial, disturbance.role))
    }
    guard !result.isOK else { return }
    for (role, element) in result.written {
      var witness = test.witness(call, trial, role)
      witness.index = element
      test.fail(
        "\(call.text): refused (\(RefusalConsistent.name(result.status))), but element \(element) of "
          + "\(role.name) had been written by then.", witness)
    }
  }
}
