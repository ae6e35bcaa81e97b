import Formula

/// Where the coefficients of vector parameters lie.
enum CoefficientStep {
  static let check = Check(
    "coefficient-step", .shape, rule: "P6",
    summary: """
      Coefficients of a vector parameter side by side, far apart, in front of each other or backwards, the \
      gradient's otherwise than the values'; every count that the text allows at its ends.
      """,
    why: """
      A rational function's coefficients lie side by side in one framework and a channel apart in the \
      next. A kernel that takes step to be 1 computes with other channels' numbers.
      """,
    mend: """
      Coefficient k lies view.step * k elements behind the first; the view's count says how many there \
      are. dparam has a step of its own.
      """,
    mutants: ["coefficient-step", "sum-step"], run: run)

  /// Axes along which the parameters vary, and the layout of a vector then.
  private static let variants: [(varies: [Bool], label: String, isInner: Bool, scale: Int)] = [
    ([false, false, false, false], "coefficients side by side", true, 1),
    ([false, false, false, false], "coefficients 97 apart", true, 97),
    ([false, false, false, false], "coefficients backwards", true, -3),
    ([false, true, false, false], "coefficients side by side, channels behind", true, 1),
    ([false, true, false, false], "channels side by side, coefficients behind", false, 1),
    ([true, true, false, false], "coefficients 5 apart", true, 5),
    ([false, false, false, true], "coefficients in rows far apart", false, 3),
    ([true, true, true, true], "coefficients in planes far apart", false, 2),
  ]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    guard kernel.activation.parameters.contains(where: \.isVector) else {
      return test.skip("it has no vector parameters.")
    }
    let settings = settings(kernel.activation)
    for trial in test.trials(settings.count * variants.count) {
      let variant = variants[trial % variants.count]
      var random = test.random(trial)
      for extent in [[1, 1, 1, 3], [2, 3, 2, 19]] {
        var inputs = BoxInputs.random(
          kernel, extent, settings[trial / variants.count], .normal, &random)
        inputs.spreadParameters(variant.varies)
        let reference = Reference(inputs, kernel, test.board)
        for pass in kernel.passes {
          var call = BoxCall(inputs, pass)
          call.y = reference.y
          call.remark = "\(variant.label) (\(settings[trial / variants.count].label))"
          call.layout = { role, dense in
            guard role.isParameter, dense.step != 0 else { return dense }
            // Values and their gradients lie otherwise.
            let isValue: Bool = if case .parameter = role { true } else { false }
            return layout(
              extent, variant.varies, role.length(inputs),
              isInner: variant.isInner, variant.scale + (isValue ? 0 : variant.scale.signum()))
          }
          let result = call.run(kernel, test.board)
          guard test.expectServed(result, call, trial) else { continue }
          test.expectMatches(result, reference, call, trial)
          for disturbance in result.disturbances {
            test.fail(
              "\(call.text): \(disturbance.text).", test.witness(call, trial, disturbance.role))
          }
        }
      }
      if test.isDecided { return }
    }
  }

  private static func layout(
    _ extent: [Int], _ varies: [Bool], _ length: Int, isInner: Bool, _ scale: Int
  ) -> Layout {
    if isInner {
      var layout = Layout.arranged(extent, varies: varies, unit: length * abs(scale) + 1)
      layout.step = scale
      return layout
    }
    var layout = Layout.arranged(extent, varies: varies)
    layout.step = layout.span(extent) * scale + scale - 1
    return layout
  }

  /// Initial values at the default, the least and larger counts.
  private static func settings(_ activation: ActivationDescriptor) -> [Setting] {
    Setting.all(activation).filter { $0.label == "initial" || $0.label.hasPrefix("counts") }
  }
}

extension Role {
  /// Coefficients of a parameter.
  fileprivate func length(_ inputs: BoxInputs) -> Int {
    switch self {
    case .parameter(let i), .dparameter(let i): inputs.parameters[i].length
    default: 1
    }
  }
}
