import CActZoo

extension Test {
  /// Fails where a call that every kernel must serve was refused.
  func expectOK(_ result: BoxOutputs, _ call: BoxCall, _ trial: Int) {
    if result.isOK { return }
    let reason = result.message.isEmpty ? "with no message" : "\"\(result.message)\""
    fail(
      "\(call.text): the call was refused (status \(result.status), \(reason)).",
      witness(call, trial, nil))
  }

  /// Fails where two results differ in bits.
  ///
  /// Sums of parameter gradients may be added up in another order: they may differ by `dparameters`
  /// times the largest sum of the parameter, or of 1.
  func expectSame(
    _ got: BoxOutputs, _ expected: BoxOutputs, _ call: BoxCall, _ trial: Int,
    _ label: @autoclosure () -> String, dparameters tolerance: Double = 0
  ) {
    guard got.isOK, expected.isOK else { return }
    let type = ElementType(rawValue: test.dtype ?? "f32") ?? .f32
    for (role, a, b) in [
      (Role.y, got.y, expected.y), (.dx, got.dx, expected.dx), (.dg, got.dg, expected.dg),
    ] where !a.isEmpty && !b.isEmpty {
      guard let i = a.indices.first(where: { $0 >= b.count || !type.isSame(a[$0], b[$0]) }) else {
        continue
      }
      var witness = witness(call, trial, role)
      witness.index = i
      witness.got = type.text(a[i])
      witness.want = type.text(b[i])
      witness.operands = operands(call, i, type)
      let origin =
        a[i] & ~0x11 == Operand.canary(type) & ~0x11
        ? ", the pattern of memory that is not the operand's" : ""
      let strides = call.layout(role, .dense(call.inputs.extent)).strides
      let place =
        strides == Layout.dense(call.inputs.extent).strides ? "" : " (its strides \(strides))"
      fail(
        "\(call.text), \(label()): \(role.name)[\(i)]\(place) is \(type.text(a[i]))\(origin), and "
          + "\(type.text(b[i])) otherwise.", witness)
    }
    for (p, (a, b)) in zip(got.dparameters, expected.dparameters).enumerated()
    where !a.isEmpty && !b.isEmpty {
      let size = b.reduce(1) { Swift.max($0, $1.magnitude) }
      let i = a.indices.first {
        $0 >= b.count
          || !(a[$0] == b[$0] || a[$0].isNaN && b[$0].isNaN
            || tolerance > 0 && (a[$0] - b[$0]).magnitude <= tolerance * size)
      }
      guard let i else { continue }
      var witness = witness(call, trial, .dparameter(p))
      witness.index = i
      fail(
        "\(call.text), \(label()): dparam[\(p)][\(i)] is \(a[i]), and \(b[i]) otherwise.", witness)
    }
  }

  /// The witness of a call, with the strides of the operand concerned.
  func witness(_ call: BoxCall, _ trial: Int, _ role: Role?) -> Witness {
    var witness = Witness(trial: trial)
    witness.pass = call.pass.rawValue
    witness.extent = call.inputs.extent
    if let role {
      witness.output = role.name
      if !role.isParameter {
        witness.strides = call.layout(role, .dense(call.inputs.extent)).strides
      }
    }
    return witness
  }

  /// The inputs at one element, as text.
  func operands(_ call: BoxCall, _ index: Int, _ type: ElementType) -> [String: String] {
    var operands: [String: String] = [:]
    let inputs = call.inputs
    guard index < inputs.x.count else { return operands }
    operands["x"] = type.text(type.encode(inputs.x[index]))
    operands["g"] = inputs.g.map { type.text(type.encode($0[index])) }
    operands["dy"] = inputs.dy.map { type.text(type.encode($0[index])) }
    operands["u"] = inputs.noise.map { "\($0[index])" }
    return operands
  }
}
