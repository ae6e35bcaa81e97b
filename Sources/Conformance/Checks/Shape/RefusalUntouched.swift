import CActZoo

/// Calls that a kernel may or must refuse, and what it does to memory then.
enum RefusalUntouched {
  static let check = Check(
    "refusal-untouched", .shape, rule: "P12",
    summary: """
      Innermost strides of 2 and -1, another element type, another device, x or parameters absent: the \
      call is refused with nothing touched, or, for strides, served rightly. It never crashes.
      """,
    why: """
      After UNSUPPORTED the host evaluates the formula on the same operands. An output that was half \
      written, or an input that was overwritten in place, spoils that, and nobody sees it.
      """,
    mend: """
      Check dtype, device_type, NULLs and innermost strides at the top of the kernel, before any loop, and \
      return UNSUPPORTED or INVALID there; nowhere later.
      """,
    mutants: ["refuses-late"], run: run)

  /// A call that keeps the contract not quite.
  private struct Offence {
    let label: String
    /// False where a kernel that serves it all the same deserves no more than a hint.
    var mustBeRefused = true
    let edit: (RawCall) -> Void
  }

  private static func offences(_ kernel: Kernel, _ pass: Pass) -> [Offence] {
    var offences: [Offence] = []
    for type in ElementType.allCases where type != kernel.type {
      offences.append(
        Offence(label: "dtype of \(type.rawValue)") { $0.call.pointee.dtype = type.dtype })
    }
    offences.append(Offence(label: "dtype 0") { $0.call.pointee.dtype = 0 })
    offences.append(
      Offence(label: "device_type 2", mustBeRefused: false) { $0.call.pointee.device_type = 2 })
    if pass != .backward || kernel.has(ACTZOO_BACKWARD_NEEDS_X) {
      offences.append(Offence(label: "x[0].data NULL") { $0.call.pointee.x.0.data = nil })
    }
    if pass != .backward && kernel.activation.isGated {
      offences.append(Offence(label: "x[1].data NULL") { $0.call.pointee.x.1.data = nil })
    }
    if pass != .backward && kernel.activation.usesNoise {
      offences.append(Offence(label: "noise.data NULL") { $0.call.pointee.noise.data = nil })
    }
    if !kernel.activation.parameters.isEmpty {
      offences.append(Offence(label: "param NULL") { $0.call.pointee.param = nil })
      offences.append(Offence(label: "param[0].data NULL") { $0.parameters[0].data = nil })
    }
    return offences
  }

  private static let extents = [[1, 1, 1, 5], [1, 2, 3, 7], [1, 1, 1, 300], [1, 1, 2, 1000]]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(extents.count) {
      var random = test.random(trial)
      let inputs = BoxInputs.random(kernel, extents[trial], setting, .normal, &random)
      for pass in kernel.passes {
        for offence in offences(kernel, pass) {
          var call = BoxCall(inputs, pass)
          call.remark = offence.label
          call.edit = offence.edit
          let result = call.run(kernel, test.board)
          if !result.isOK {
            expectUntouched(test, result, call, trial)
          } else if offence.mustBeRefused {
            test.fail(
              "\(call.text): the answer is OK; such a call is to be refused with UNSUPPORTED or "
                + "INVALID.", test.witness(call, trial, nil))
          } else if test.isSpotless {
            test.warn(
              "\(call.text): the answer is OK; data that is said to lie on another device should not "
                + "be touched.", test.witness(call, trial, nil))
          }
        }
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
