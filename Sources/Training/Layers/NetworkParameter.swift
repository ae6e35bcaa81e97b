/// One tensor that is trained: value, gradient, and how optimisers may treat it.
///
/// Gradients are added, so that several layers may share a parameter; `clearGradient` costs nothing,
/// because the first contribution after it overwrites.
public final class NetworkParameter {
  /// Path from the network's root, for checkpoints and reports: "hidden1.weight".
  public internal(set) var name: String
  /// The current values.
  public let value: Tensor
  /// Sum of the gradients since `clearGradient`.
  ///
  /// Meaningful only if `hasGradient`.
  public let gradient: Tensor
  /// Whether weight decay is meant for it.
  public let decays: Bool
  /// False for constants, which are saved but not trained.
  public let isTrained: Bool
  /// Bounds that values are clamped to after each step; nil if there are none.
  public let bounds: ClosedRange<Float>?
  /// Name of the activation's parameter if it belongs to an activation function: "eps".
  public let activationParameter: String?
  /// Whether anything has been added since `clearGradient`.
  public private(set) var hasGradient = false

  /// A parameter with its initial values.
  public init(
    _ name: String, _ value: Tensor, decays: Bool, isTrained: Bool = true,
    bounds: ClosedRange<Float>? = nil, activationParameter: String? = nil
  ) {
    self.name = name
    self.value = value
    gradient = Tensor(value.shape)
    self.decays = decays
    self.isTrained = isTrained
    self.bounds = bounds
    self.activationParameter = activationParameter
  }

  /// Forgets the gradient.
  ///
  /// The next contribution overwrites.
  public func clearGradient() { hasGradient = false }

  /// Adds a contribution of the value's shape.
  public func addGradient(_ contribution: Tensor) {
    precondition(contribution.count == gradient.count)
    if beginContribution() {
      for index in 0..<gradient.count { gradient[index] += contribution[index] }
    } else {
      gradient.copy(from: contribution)
    }
  }

  /// Says that a contribution is coming: true if it must be added, false if it must overwrite.
  func beginContribution() -> Bool {
    defer { hasGradient = true }
    return hasGradient
  }
}

/// A hash of the bits of all values in order: equal for equal training, whatever the number of threads.
public func fingerprint(of parameters: [NetworkParameter]) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for parameter in parameters {
    hash = fnv1a(
      UnsafeRawBufferPointer(
        start: parameter.value.data, count: parameter.value.count * MemoryLayout<Float>.size),
      from: hash)
  }
  return hash
}
