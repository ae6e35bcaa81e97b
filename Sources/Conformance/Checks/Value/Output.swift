import Formula

/// A result of a kernel that the formula says something about.
enum Output: Hashable {
  case y, dx, dg
  /// The gradient of one coefficient, at each element by itself.
  case parameter(Int, coefficient: Int)

  /// What the formula is differentiated by; nil for its value.
  var variable: Variable? {
    switch self {
    case .y: nil
    case .dx: .x
    case .dg: .g
    case .parameter(let i, let j): .coefficient(parameter: i, index: j)
    }
  }

  /// The pass of the claims that it is judged by.
  var claimedPass: String {
    switch self {
    case .y: "forward"
    case .dx, .dg: "backward"
    case .parameter: "params"
    }
  }

  /// "dx", "d(theta[2])".
  func name(_ activation: ActivationDescriptor) -> String {
    switch self {
    case .y: "y"
    case .dx: "dx"
    case .dg: "dg"
    case .parameter(let i, let j):
      activation.parameters[i].isVector
        ? "d(\(activation.parameters[i].name)[\(j)])" : "d(\(activation.parameters[i].name))"
    }
  }

  /// The derivatives by the inputs.
  static func slopes(_ kernel: Kernel) -> [Output] {
    kernel.activation.isGated ? [.dx, .dg] : [.dx]
  }

  /// The gradients of parameters: of a long one about `most` coefficients, the first and the last among
  /// them.
  static func parameters(_ kernel: Kernel, _ setting: Setting, most: Int = 8) -> [Output] {
    kernel.activation.parameters.indices.flatMap { i -> [Output] in
      let length = setting.values[i].count
      if kernel.activation.parameters[i].isFixed || length == 0 { return [] }
      let stride = max(1, (length - 1 + most - 1) / most)
      let chosen = Set(Swift.stride(from: 0, to: length, by: stride)).union([length - 1])
      return chosen.sorted().map { .parameter(i, coefficient: $0) }
    }
  }
}
