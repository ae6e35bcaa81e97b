import Testing
import Training
import ZooHost

/// Trains briefly and gives the hash of all parameters.
private func hash(_ configuration: TrainingConfiguration, _ dataset: Dataset) throws
  -> TrainingResult
{
  let zoo = builtZoo ?? textZoo
  let name = builtZoo == nil ? "smooth" : "crrelu"
  return try TrainingRun(configuration, activation: zoo.find(name), dataset: dataset).train()
}

// One suite, one after another: the number of threads belongs to the process.
@Suite(.serialized) struct Determinism {
  @Test func `an epoch on generated signals: same bits with 1, 2 and 3 threads`() throws {
    let dataset = SyntheticSignals.make()
    var configuration = TrainingConfiguration()
    configuration.epochs = 1
    var seen: [String] = []
    for threads in [1, 2, 3, 1] {
      configuration.threads = threads
      seen.append(try hash(configuration, dataset).fingerprint)
    }
    #expect(Set(seen).count == 1, "fingerprints \(seen)")
    configuration.seed = 2
    #expect(try hash(configuration, dataset).fingerprint != seen[0], "the seed changes nothing")
    configuration.seed = 1
    configuration.optimizer = .sgd
    configuration.threads = 2
    let two = try hash(configuration, dataset).fingerprint
    configuration.threads = 1
    #expect(try hash(configuration, dataset).fingerprint == two)
  }

  @Test(.enabled(if: isFashionInstalled))
  func `some steps on Fashion-MNIST: same bits with 1 and 2 threads`() throws {
    let dataset = try FashionMNIST.load()
    var configuration = TrainingConfiguration()
    configuration.maximumSteps = 12
    configuration.threads = 1
    let one = try hash(configuration, dataset)
    configuration.threads = 2
    let two = try hash(configuration, dataset)
    #expect(one.fingerprint == two.fingerprint)
    #expect(one.steps == 12 && one.history.count == 1)
    #expect(one.testAccuracy == two.testAccuracy && one.testAccuracy > 0.5, "\(one.testAccuracy)")
  }

  @Test func `ten epochs on generated signals learn`() throws {
    var configuration = TrainingConfiguration()
    configuration.epochs = 10
    var steps = 0
    var epochs = 0
    let activation = try textZoo.find("rectifier")
    let result = try TrainingRun(
      configuration, activation: activation, dataset: SyntheticSignals.make()
    ).train { progress in
      switch progress {
      case .step: steps += 1
      case .epoch: epochs += 1
      }
    }
    #expect(result.testAccuracy > 0.6, "test accuracy \(result.testAccuracy)")
    #expect(steps == 320 && epochs == 10, "\(steps) steps, \(epochs) epochs")
    #expect(result.learned.isEmpty)
  }

  @Test func `a rate that is far too high ends with a sentence`() throws {
    var configuration = TrainingConfiguration()
    configuration.optimizer = .sgd
    configuration.learningRate = 1e9
    let run = try TrainingRun(
      configuration, activation: textZoo.find("rectifier"), dataset: SyntheticSignals.make())
    #expect(throws: TrainingError.self) { try run.train() }
  }
}
