/// Everything that decides a training run: equal configurations give equal bits on one machine.
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// Optimisers by name.
  public enum OptimizerName: String, Codable, CaseIterable, Sendable {
    /// `AdamW` with PyTorch's moments.
    case adamw
    /// `SGD` with `momentum`.
    case sgd
  }

  /// Name in `ModelCatalog`.
  public var model = ModelCatalog.entries[0].name
  /// Name in `DataCatalog`.
  public var data = DataCatalog.entries[0].name
  /// Name of the activation in the zoo.
  public var activation = "relu"
  /// Preset of the activation's parameters; nil for its initial values.
  public var preset: String?
  /// Granularity of the activation's parameters; nil for the descriptor's.
  public var granularity: String?
  /// The activation's counts by name, such as `n` terms; what is left out has its default.
  public var counts: [String: Int] = [:]
  /// Passes over the training part.
  public var epochs = 3
  /// Samples of a step.
  ///
  /// An epoch's last step has what is left.
  public var batchSize = 128
  /// Which optimiser.
  public var optimizer = OptimizerName.adamw
  /// Highest learning rate.
  public var learningRate = 1e-3
  /// Weight decay; biases, and activation parameters that ask for it, are spared.
  public var weightDecay = 0.01
  /// Momentum of `sgd`.
  public var momentum = 0.9
  /// How the rate changes.
  public var schedule = Schedule.cosine
  /// Steps over which the rate first rises.
  public var warmupSteps = 0
  /// Where all randomness comes from: weights, order, noise.
  public var seed: UInt64 = 1
  /// Stops after so many steps, for quick looks; nil to go to the end.
  ///
  /// The schedule is not shortened.
  public var maximumSteps: Int?
  /// Threads, or 0 for as many as there are processors.
  ///
  /// Results do not depend on it.
  public var threads = 0

  /// The defaults: a ReLU network on generated signals.
  public init() {}

  /// Checks what types cannot.
  ///
  /// - Throws: `TrainingError` that says which value is out of range.
  public func validate() throws {
    func require(_ holds: Bool, _ what: String) throws {
      guard holds else { throw TrainingError(what) }
    }
    try require(epochs >= 1, "epochs must be at least 1, not \(epochs)")
    try require(batchSize >= 1, "the batch size must be at least 1, not \(batchSize)")
    try require(
      learningRate > 0 && learningRate.isFinite,
      "the learning rate must be positive, not \(learningRate)")
    try require(
      weightDecay >= 0 && weightDecay.isFinite, "weight decay must not be negative: \(weightDecay)")
    try require(momentum >= 0 && momentum < 1, "momentum must be in 0..<1, not \(momentum)")
    try require(warmupSteps >= 0, "warm-up steps must not be negative: \(warmupSteps)")
    try require(threads >= 0, "threads must not be negative: \(threads)")
    try require((maximumSteps ?? 1) >= 1, "the number of steps must be at least 1")
  }
}
