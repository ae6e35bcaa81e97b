import CActZoo

/// Boxes without elements.
enum ZeroExtent {
  static let check = Check(
    "zero-extent", .shape, rule: "P12",
    summary: """
      Boxes in which one axis, or several, have no elements, with data of NULL everywhere: the answer is \
      ACTZOO_OK, and nothing is touched.
      """,
    why: """
      Empty batches are everyday: the last part of a data set, an expert that no token chose. Libraries \
      that refuse them, or read their first element, bring a training run down after hours.
      """,
    mend: """
      Before anything else: if one of extent[0...3] is 0, return ACTZOO_OK. Do not look at data pointers, \
      strides or parameters first.
      """,
    mutants: ["zero-extent-read", "zero-extent-refused"], run: run)

  private static let extents = [
    [1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1], [2, 3, 4, 0], [2, 3, 0, 5],
    [2, 0, 4, 5], [0, 3, 4, 5], [0, 0, 0, 0], [0, 3, 0, 17],
  ]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(extents.count) {
      var random = test.random(trial)
      let inputs = BoxInputs.random(kernel, extents[trial], setting, &random)
      for pass in kernel.passes {
        for isNull in [true, false] {
          var call = BoxCall(inputs, pass)
          call.placement = { _ in .endsAtGuard }
          if isNull {
            call.remark = "all data NULL"
            call.edit = { raw in forgetData(raw) }
          }
          let result = call.run(kernel, test.board)
          if !result.isOK {
            let reason = result.message.isEmpty ? "" : ", \"\(result.message)\""
            test.fail(
              "\(call.text): status \(result.status)\(reason); an empty box is answered with "
                + "ACTZOO_OK.", test.witness(call, trial, nil))
          }
          for disturbance in result.disturbances {
            test.fail(
              "\(call.text): \(disturbance.text), though the box is empty.",
              test.witness(call, trial, disturbance.role))
          }
        }
      }
    }
  }

  private static func forgetData(_ raw: RawCall) {
    for i in raw.parameters.indices { raw.parameters[i].data = nil }
    for i in raw.dparameters.indices { raw.dparameters[i].data = nil }
    raw.call.pointee.x.0.data = nil
    raw.call.pointee.x.1.data = nil
    raw.call.pointee.y.data = nil
    raw.call.pointee.dy.data = nil
    raw.call.pointee.dx.0.data = nil
    raw.call.pointee.dx.1.data = nil
    raw.call.pointee.noise.data = nil
  }
}
