import ArgumentParser
import Training

/// What `train` and `compare` have in common.
struct TrainingOptions: ParsableArguments {
  @Option(help: "The network: \(TrainingOptions.models).")
  var model = ModelCatalog.entries[0].name

  @Option(help: "The data: \(TrainingOptions.dataSets). mnist1d is generated, so always there.")
  var data = "mnist1d"

  @Option(
    help: "How activation parameters vary: layer, channel, group 8, ... Default: the descriptor's.")
  var granularity: String?

  @Option(help: "Passes over the training data.")
  var epochs = 3

  @Option(help: "Samples in a step.")
  var batch = 128

  @Option(help: "Highest learning rate; it falls along a cosine.")
  var lr = 1e-3

  @Option(help: "adamw or sgd.")
  var optimizer = "adamw"

  @Option(help: "Weight decay; spares biases and parameters whose descriptor says so.")
  var weightDecay = 0.01

  @Option(help: "Threads; 0: as many as there are processors. Results do not depend on it.")
  var threads = 0

  private static var models: String { ModelCatalog.entries.map(\.name).joined(separator: ", ") }
  private static var dataSets: String {
    DataCatalog.entries.flatMap { [$0.name] + $0.aliases }.joined(separator: ", ")
  }

  func configuration(activation: String, preset: String?, seed: UInt64) throws(CommandFailure)
    -> TrainingConfiguration
  {
    guard let optimizer = TrainingConfiguration.OptimizerName(rawValue: optimizer) else {
      let known = TrainingConfiguration.OptimizerName.allCases.map(\.rawValue)
      throw CommandFailure(
        "'\(self.optimizer)' is not an optimiser; use \(known.joined(separator: " or ")).")
    }
    var configuration = TrainingConfiguration()
    configuration.model = model
    configuration.data = data
    configuration.activation = activation
    configuration.preset = preset
    configuration.granularity = granularity
    configuration.epochs = epochs
    configuration.batchSize = batch
    configuration.learningRate = lr
    configuration.optimizer = optimizer
    configuration.weightDecay = weightDecay
    configuration.threads = threads
    configuration.seed = seed
    do { try configuration.validate() } catch { throw CommandFailure("\(error).") }
    return configuration
  }
}
