import ZooHost

/// One training run, from random weights to a tested network.
///
/// Thread safety: one run at a time; it uses all threads by itself.
public final class TrainingRun {
  /// What is done.
  public let configuration: TrainingConfiguration
  /// The network.
  public let model: Model
  /// Training steps of the whole run.
  public let totalSteps: Int

  private let dataset: Dataset
  private let optimizer: any Optimizer
  private let loss = CrossEntropy()
  private let evaluationLoss = CrossEntropy()
  private let batch: Tensor
  private let evaluationBatch: Tensor
  private var labels: [Int32] = []
  private var step = 0
  private let initial: [[Float]]

  /// Prepares a run: builds the model and draws its weights.
  ///
  /// - Parameters:
  ///   - configuration: `data` and `activation` are only recorded; what is used are the next two.
  ///   - activation: the activation, from a zoo.
  ///   - dataset: the data, from `DataCatalog`.
  /// - Throws: `TrainingError` or `ZooError` with a sentence.
  public convenience init(
    _ configuration: TrainingConfiguration, activation: Activation, dataset: Dataset
  ) throws {
    let context = ModelContext(
      sampleShape: dataset.sampleShape, classes: dataset.classes.count, seed: configuration.seed,
      activation: activation,
      options: ActivationOptions(
        preset: configuration.preset, granularity: configuration.granularity,
        counts: configuration.counts))
    try self.init(
      configuration, model: ModelCatalog.build(configuration.model, context), dataset: dataset)
  }

  /// Prepares a run of a model that exists already.
  ///
  /// - Parameters:
  ///   - configuration: how to train; what it says about data, model and activation is only recorded.
  ///   - model: the network with its initial weights.
  ///   - dataset: the data.
  /// - Throws: `TrainingError` if a value of the configuration is out of range.
  public init(_ configuration: TrainingConfiguration, model: Model, dataset: Dataset) throws {
    try configuration.validate()
    ThreadPool.shared.threads = configuration.threads
    self.configuration = configuration
    self.dataset = dataset
    self.model = model
    switch configuration.optimizer {
    case .adamw:
      optimizer = AdamW(model.parameters, weightDecay: configuration.weightDecay)
    case .sgd:
      optimizer = SGD(
        model.parameters, momentum: configuration.momentum, weightDecay: configuration.weightDecay)
    }
    let stepsPerEpoch =
      (dataset.train.count + configuration.batchSize - 1) / configuration.batchSize
    totalSteps = stepsPerEpoch * configuration.epochs
    batch = Tensor([1] + dataset.sampleShape)
    evaluationBatch = Tensor([1] + dataset.sampleShape)
    initial = model.parameters.map { $0.activationParameter == nil ? [] : $0.value.values }
  }

  /// Trains to the end.
  ///
  /// - Parameter progress: called after every step and every epoch, on the calling thread.
  /// - Returns: the figures and the learned activation parameters.
  /// - Throws: `TrainingError` if the loss is no longer a number; what a plugin says if it fails.
  public func train(progress: ((TrainingProgress) -> Void)? = nil) throws -> TrainingResult {
    var history: [EpochRecord] = []
    var seconds = 0.0
    let limit = min(configuration.maximumSteps ?? totalSteps, totalSteps)
    for epoch in 1...configuration.epochs where step < limit {
      let record = try trainEpoch(epoch, limit: limit, progress: progress)
      history.append(record)
      seconds += record.seconds
      progress?(.epoch(record))
    }
    let parameters = model.parameters
    return TrainingResult(
      configuration: configuration,
      parameterCount: parameters.reduce(0) { $0 + ($1.isTrained ? $1.value.count : 0) },
      history: history, steps: step, millisecondsPerStep: 1000 * seconds / Double(max(step, 1)),
      learned: zip(parameters, initial).compactMap { parameter, initial in
        parameter.activationParameter.map {
          LearnedParameter(
            name: parameter.name, parameter: $0, shape: parameter.value.shape, initial: initial,
            values: parameter.value.values)
        }
      },
      fingerprint: hexadecimal(fingerprint(of: parameters)), blasCore: try Blas.shared().core,
      threads: ThreadPool.shared.threads)
  }

  private func trainEpoch(
    _ epoch: Int, limit: Int, progress: ((TrainingProgress) -> Void)?
  ) throws -> EpochRecord {
    // Each epoch's order has a stream of its own, so that a run can be taken up at any epoch.
    var random = RandomStream(seed: configuration.seed, "order of epoch \(epoch)")
    var order = (0..<Int32(dataset.train.count)).map { $0 }
    random.shuffle(&order)
    var clock = Stopwatch()
    var lossSum = 0.0
    var correct = 0
    var seen = 0
    var rate = 0.0
    while step < limit && seen < order.count {
      let range = seen..<min(seen + configuration.batchSize, order.count)
      rate = configuration.schedule.rate(
        step: step, total: totalSteps, base: configuration.learningRate,
        warmup: configuration.warmupSteps)
      let value = try takeStep(order, range, rate: rate)
      lossSum += value.loss * Double(range.count)
      correct += value.correct
      seen = range.upperBound
      step += 1
      guard value.loss.isFinite else {
        throw TrainingError(
          "the loss became \(value.loss) at step \(step); try a lower learning rate than "
            + "\(configuration.learningRate), or another activation")
      }
      progress?(
        .step(number: step, total: totalSteps, loss: value.loss, learningRate: rate))
    }
    let seconds = clock.lap()
    let test = try evaluate(dataset.test)
    return EpochRecord(
      epoch: epoch, trainLoss: lossSum / Double(seen),
      trainAccuracy: Double(correct) / Double(seen),
      testLoss: test.loss, testAccuracy: Double(test.correct) / Double(max(dataset.test.count, 1)),
      learningRate: rate, seconds: seconds)
  }

  private func takeStep(
    _ order: [Int32], _ range: Range<Int>, rate: Double
  ) throws -> CrossEntropy.Value {
    dataset.train.gather(order, range, into: batch, labels: &labels)
    for parameter in model.parameters { parameter.clearGradient() }
    let logits = try model.network.forward(
      batch, .training(step: step, seed: configuration.seed))
    let (value, gradient) = loss.evaluate(logits, labels: labels, wantsGradient: true)
    _ = try model.network.backward(gradient, wantsInputGradient: false)
    optimizer.step(learningRate: rate)
    return value
  }

  /// Loss and right answers on a split, in batches of 1,000: large products run faster, and the size
  /// does not touch the results of single samples' classes.
  ///
  /// - Throws: what a plugin says if it fails.
  public func evaluate(_ split: Split) throws -> CrossEntropy.Value {
    let order = (0..<Int32(split.count)).map { $0 }
    var lossSum = 0.0
    var correct = 0
    for first in stride(from: 0, to: split.count, by: 1000) {
      let range = first..<min(first + 1000, split.count)
      split.gather(order, range, into: evaluationBatch, labels: &labels)
      let logits = try model.network.forward(evaluationBatch, .evaluation)
      let (value, _) = evaluationLoss.evaluate(logits, labels: labels, wantsGradient: false)
      lossSum += value.loss * Double(range.count)
      correct += value.correct
    }
    return CrossEntropy.Value(loss: lossSum / Double(max(split.count, 1)), correct: correct)
  }
}

private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
