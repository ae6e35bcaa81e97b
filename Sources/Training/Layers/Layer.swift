/// What a layer is told about the call it takes part in.
public struct Pass: Sendable {
  /// Training, where noise is drawn, or evaluation, where noise has its eval value.
  public let isTraining: Bool
  /// Index of the training step: every step draws other noise.
  public let step: Int
  /// Seed of the run, from which layers derive their noise.
  public let seed: UInt64

  /// A training step.
  public static func training(step: Int, seed: UInt64) -> Pass {
    Pass(isTraining: true, step: step, seed: seed)
  }
  /// An evaluation: no randomness.
  public static let evaluation = Pass(isTraining: false, step: 0, seed: 0)
}

/// A differentiable function of one tensor with parameters: a layer, a block or a whole network.
///
/// A layer owns what it returns and reuses it at the next call. It keeps a reference to its input, not a
/// copy, so `backward` must follow its `forward` before anybody writes to the input; every layer writes
/// only what it owns, which makes that hold for chains and for branches that join again.
/// What is not a tensor of the batch (the graph of a graph network, a causal mask) belongs to the layer.
///
/// Thread safety: one call at a time for each layer; a layer uses all threads by itself.
public protocol Layer: AnyObject {
  /// Everything that is trained or saved, in a fixed order, with names that are unique within the layer.
  var parameters: [NetworkParameter] { get }

  /// The layer's value.
  ///
  /// - Returns: a tensor that the layer owns, valid until its next `forward`.
  func forward(_ input: Tensor, _ pass: Pass) throws -> Tensor

  /// The gradient of the loss by the input, from the gradient by the output of the last `forward`.
  /// Gradients by parameters are added to `NetworkParameter.gradient`.
  ///
  /// - Parameter wantsInputGradient: false for what stands on the data itself, where it would be wasted.
  /// - Returns: a tensor that the layer owns, valid until its next `backward`; nil if it was not wanted.
  func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) throws -> Tensor?
}
