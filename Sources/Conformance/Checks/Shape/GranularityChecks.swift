/// Parameters that vary along any axes of the box.
enum GranularityChecks {
  static let check = Check(
    "granularity", .shape, rule: "P6",
    summary: """
      Each parameter shared by all, or of its own for every channel, group, sample or element, alone and \
      with the others otherwise: results as if every element had been given its own copy of the values; \
      gradients as sums over what shares a value, also where the gradient is kept apart and the value is \
      not.
      """,
    why: """
      A granularity is nothing but strides. A kernel that reads param[0] once is right for a layer, and \
      silently wrong for the first model with a slope per channel.
      """,
    mend: """
      Find a parameter's value with its own strides, as any operand's: stride 0 shares it along that axis, \
      and stride[3] may be 0 or 1. Add to dparam with dparam's strides, which need not be param's.
      """,
    mutants: ["first-parameter", "parameter-of-row"], run: run)

  /// Along which axes: layer, channel innermost and outer, group, sample, sample and channel, element.
  private static let choices = [
    [false, false, false, false], [false, false, false, true], [false, true, false, false],
    [false, false, true, false], [true, false, false, false], [true, true, false, false],
    [true, false, false, true], [false, false, true, true], [true, true, true, true],
  ]

  private static let extents = [
    [1, 1, 1, 2], [1, 1, 2, 2], [2, 3, 2, 5], [3, 2, 4, 17], [2, 8, 1, 33], [1, 3, 5, 1],
  ]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let parameters = kernel.activation.parameters
    let trained = parameters.indices.filter { !parameters[$0].isFixed }
    guard !trained.isEmpty else { return test.skip("it has no parameters that vary.") }
    let setting = Setting.initial(kernel.activation).perturbed(kernel.activation, 1)
    for trial in test.trials(extents.count * choices.count) {
      let extent = extents[trial / choices.count]
      let choice = trial % choices.count
      var random = test.random(trial)
      let plain = BoxInputs.random(kernel, extent, setting, .normal, &random)
      // All alike, each apart from the others, and gradients apart from values.
      for variant in 0..<(trained.count > 1 ? 3 : 2) {
        var inputs = plain
        for (place, i) in trained.enumerated() {
          let shift = variant == 2 ? choice + 4 * place + place : choice
          inputs.spreadParameter(i, choices[shift % choices.count])
          if variant == 1 {
            inputs.parameters[i].gradientVaries = choices[(choice + 3 + place) % choices.count]
          }
        }
        compare(test, kernel, inputs, trial)
      }
      if test.isDecided { return }
    }
  }

  private static func compare(_ test: Test, _ kernel: Kernel, _ inputs: BoxInputs, _ trial: Int) {
    var own = inputs
    own.materializeParameters()
    let reference = Reference(own, kernel, test.board)
    for pass in kernel.passes {
      var call = BoxCall(inputs, pass)
      call.y = reference.y
      call.remark = text(inputs, kernel)
      let result = call.run(kernel, test.board)
      guard test.expectServed(result, call, trial) else { continue }
      test.expectMatches(
        result, reference, call, trial, "compared with values of its own for every element")
      if result.isOK { compareParts(test, kernel, result, call, trial) }
    }
  }

  /// The elements that have the same values, taken out and evaluated with these values shared by all: a
  /// kernel that never looks further than the first value is right in every other comparison.
  private static func compareParts(
    _ test: Test, _ kernel: Kernel, _ all: BoxOutputs, _ call: BoxCall, _ trial: Int
  ) {
    let inputs = call.inputs
    let slots = inputs.parameters.map { $0.slotOfElement(inputs.extent) }
    func values(_ element: Int) -> [[Double]] {
      zip(inputs.parameters, slots).map { parameter, slots in
        let start = slots[element] * parameter.length
        return Array(parameter.values[start..<start + parameter.length])
      }
    }
    let parts = Dictionary(grouping: 0..<inputs.count, by: values)
    for elements in parts.values.sorted(by: { $0[0] < $1[0] }).prefix(10) {
      var part = inputs.taking(elements)
      for (i, own) in values(elements[0]).enumerated() {
        part.parameters[i].varies = [false, false, false, false]
        part.parameters[i].gradientVaries = nil
        part.parameters[i].values = own
      }
      let alone = BoxCall(part, call.pass)
      let result = alone.run(kernel, test.board)
      guard result.isOK else { continue }
      for (role, a, b) in [
        (Role.y, all.y, result.y), (.dx, all.dx, result.dx), (.dg, all.dg, result.dg),
      ] where !a.isEmpty && !b.isEmpty {
        guard
          let k = elements.indices.first(where: { !kernel.type.isSame(a[elements[$0]], b[$0]) })
        else { continue }
        var witness = test.witness(call, trial, role)
        witness.index = elements[k]
        witness.got = kernel.type.text(a[elements[k]])
        witness.want = kernel.type.text(b[k])
        witness.operands = test.operands(call, elements[k], kernel.type)
        test.fail(
          "\(call.text): \(role.name)[\(elements[k])] is \(witness.got!); with its parameters' values "
            + "\(values(elements[k])) shared by all it is \(witness.want!).", witness)
      }
    }
  }

  /// "eps along axes 1 3, sums along axis 3".
  private static func text(_ inputs: BoxInputs, _ kernel: Kernel) -> String {
    func axes(_ varies: [Bool]) -> String {
      let list = varies.indices.filter { varies[$0] }.map(String.init)
      return list.isEmpty
        ? "shared by all"
        : "along ax\(list.count == 1 ? "is" : "es") \(list.joined(separator: " "))"
    }
    return zip(kernel.activation.parameters, inputs.parameters).filter { !$0.1.isFixed }.map {
      "\($0.name) \(axes($1.varies))"
        + ($1.gradientVaries.map { ", its sums \(axes($0))" } ?? "")
    }.joined(separator: ", ")
  }
}
