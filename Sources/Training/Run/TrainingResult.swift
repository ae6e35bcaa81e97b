/// One epoch's figures.
public struct EpochRecord: Codable, Equatable, Sendable {
  /// From 1.
  public let epoch: Int
  /// Mean loss over the epoch's training steps, in nats.
  public let trainLoss: Double
  /// Share of right answers during the epoch's training steps, 0 to 1.
  public let trainAccuracy: Double
  /// Mean loss on the test part after the epoch.
  public let testLoss: Double
  /// Share of right answers on the test part after the epoch, 0 to 1.
  public let testAccuracy: Double
  /// Learning rate of the epoch's last step.
  public let learningRate: Double
  /// Time of the training steps, in seconds.
  public let seconds: Double
}

/// What an activation's parameter became.
public struct LearnedParameter: Codable, Equatable, Sendable {
  /// Path in the network: "activation1.eps".
  public let name: String
  /// The parameter's name in the descriptor: "eps".
  public let parameter: String
  /// Shape: [] per layer, [512] per channel; with the coefficients last for a vector.
  public let shape: [Int]
  /// Values before the first step.
  public let initial: [Float]
  /// Values after the last step.
  public let values: [Float]
}

/// What a run gave.
public struct TrainingResult: Codable, Sendable {
  /// What was asked.
  public let configuration: TrainingConfiguration
  /// Number of trained values in the network.
  public let parameterCount: Int
  /// One record for each epoch.
  public let history: [EpochRecord]
  /// Training steps taken.
  public let steps: Int
  /// Mean time of a training step, in milliseconds.
  public let millisecondsPerStep: Double
  /// The activations' parameters.
  public let learned: [LearnedParameter]
  /// Hash of the bits of all parameters, 16 hexadecimal digits: equal for equal training.
  public let fingerprint: String
  /// OpenBLAS's core.
  public let blasCore: String
  /// Threads that were used.
  public let threads: Int

  /// Share of right answers on the test part after the last epoch, 0 to 1.
  public var testAccuracy: Double { history.last?.testAccuracy ?? 0 }

  /// Mean time of an epoch's training steps, in seconds.
  public var secondsPerEpoch: Double {
    history.reduce(0) { $0 + $1.seconds } / Double(max(history.count, 1))
  }
}

/// What a run tells while it goes on.
public enum TrainingProgress: Sendable {
  /// After a step: its number from 1, the number of steps of the run, its loss, its learning rate.
  case step(number: Int, total: Int, loss: Double, learningRate: Double)
  /// After an epoch and its test.
  case epoch(EpochRecord)
}
