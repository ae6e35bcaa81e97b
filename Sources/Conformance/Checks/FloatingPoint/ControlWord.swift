import CConformance
import CSystem

extension Checks {
  static func controlWord(_ test: Test) throws {
    let kernel = try test.kernel
    var random = test.random(1)
    let setting = Setting.initial(kernel.activation)
    let extents = [[1, 1, 1, 7], [1, 1, 3, 40]]
    let modes = csystem_float_mode_bits()
    let long = conformance_x87_control()
    defer { conformance_set_x87_control(long) }
    for trial in test.trials(8 * extents.count) {
      let extent = extents[trial / 8]
      let word = conformance_control_word(Int32(trial % 4), trial % 8 >= 4 ? 1 : 0)
      let inputs = BoxInputs.random(kernel, extent, setting, &random)
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        call.controlWord = word
        conformance_set_x87_control(long)
        let result = call.run(kernel, test.board)
        let (before, after) = (result.controlBefore & modes, result.controlAfter & modes)
        if before != after {
          test.fail(
            "\(call.text): the control word was \(ProcessState.controlText(before)) when the kernel "
              + "was called, and \(ProcessState.controlText(after)) when it returned.",
            test.witness(call, trial, nil))
        }
        let longAfter = conformance_x87_control()
        if longAfter != long {
          test.fail(
            "\(call.text): the control word of long double (x87) was 0x\(String(long, radix: 16)) "
              + "when the kernel was called, and 0x\(String(longAfter, radix: 16)) when it returned.",
            test.witness(call, trial, nil))
        }
      }
      if test.isDecided { return }
    }
  }

  static func exceptionFlags(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    var random = test.random(2)
    let lengths = Array(1...36) + [64, 67, 130, 1000]
    for trial in test.trials(lengths.count) {
      let inputs = BoxInputs.random(kernel, [1, 1, 1, lengths[trial]], setting, &random)
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        var raised: Int32 = 0
        call.invoke = { invocation in
          conformance_clear_exceptions()
          let status = invocation()
          raised = conformance_exceptions()
          conformance_clear_exceptions()
          return status
        }
        let result = call.run(kernel, test.board)
        // Where the formula itself has no finite value the data is the cause.
        guard raised != 0, result.isOK, result.isFinite(kernel.type) else { continue }
        let names = [1: "invalid", 2: "division by zero", 3: "invalid and division by zero"]
        test.fail(
          "\(call.text): the call raised \(names[Int(raised)]!), and all of its results are finite.",
          test.witness(call, trial, nil))
      }
      if test.isDecided { return }
    }
  }
}

extension BoxOutputs {
  fileprivate func isFinite(_ type: ElementType) -> Bool {
    (y + dx + dg).allSatisfy { type.decode($0).isFinite }
      && dparameters.allSatisfy { $0.allSatisfy(\.isFinite) }
  }
}
