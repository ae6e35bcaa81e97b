import CConformance
import CSystem

extension Checks {
  static func flushTolerated(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    let type = kernel.type
    var random = test.random(3)
    let word = conformance_control_word(0, 1)
    // Everyday numbers first, then small ones, down to the least normal one.
    let least = type.leastExponent + type.significandBits
    let scales = [0, least / 8, least / 2, least + 8, least + 2]
    for trial in test.trials(scales.count) {
      var inputs = BoxInputs.random(kernel, [1, 1, 1, 400], setting, &random)
      let scale = Double(sign: .plus, exponent: scales[trial], significand: 1)
      inputs.x = inputs.x.map { type.rounded($0 * scale) }
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        let ordinary = call.run(kernel, test.board)
        call.controlWord = word
        let flushed = call.run(kernel, test.board)
        guard ordinary.isOK, flushed.isOK else { continue }
        compare(flushed, ordinary, call, kernel, test, trial)
      }
      if test.isDecided { return }
    }
  }

  private static func compare(
    _ flushed: BoxOutputs, _ ordinary: BoxOutputs, _ call: BoxCall, _ kernel: Kernel, _ test: Test,
    _ trial: Int
  ) {
    let type = kernel.type
    // 16-bit types are computed in float by most, whose least normal number is another one.
    let float: ElementType = type == .f64 ? .f64 : .f32
    let exponent = max(
      type.leastExponent + type.significandBits, float.leastExponent + float.significandBits)
    let normal = Double(sign: .plus, exponent: exponent, significand: 1)
    for (role, pass, got, want) in [
      (Role.y, "forward", flushed.y, ordinary.y), (.dx, "backward", flushed.dx, ordinary.dx),
      (.dg, "backward", flushed.dg, ordinary.dg),
    ] {
      let claim = kernel.activation.claims.first { $0.dtype == type.rawValue && $0.pass == pass }
      // A subnormal input is 0 to such a caller, and what follows from that is the formula's.
      for i in got.indices
      where !type.isSame(got[i], want[i]) && call.inputs.x[i].magnitude >= normal {
        let (a, b) = (type.decode(got[i]), type.decode(want[i]))
        let spacing =
          b.magnitude * Double(sign: .plus, exponent: -type.significandBits, significand: 1)
        let allowed = 2 * (claim?.ulp ?? 4) * spacing + 2 * (claim?.absolute ?? 0) + 64 * normal
        if (a - b).magnitude <= allowed || (a.isNaN && b.isNaN) { continue }
        var witness = test.witness(call, trial, role)
        witness.index = i
        witness.got = type.text(got[i])
        witness.want = type.text(want[i])
        witness.operands = test.operands(call, i, type)
        test.fail(
          "\(call.text): \(role.name)[\(i)] is \(type.text(got[i])) where the caller flushes subnormals "
            + "to zero, and \(type.text(want[i])) where it does not.", witness)
        break
      }
    }
  }
}
