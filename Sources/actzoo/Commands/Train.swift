import ArgumentParser
import Exporting
import Foundation
import Training
import ZooHost

/// `actzoo train`: one network with one activation.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network with an activation. Same seed, same bits, whatever the threads.",
    discussion: """
      Example: actzoo train --data fashion-mnist --activation crrelu --epochs 3
      """)

  @OptionGroup var access: ZooAccess
  @OptionGroup var options: TrainingOptions

  @Option(help: "Name, alias or id of the activation.")
  var activation = "relu"

  @Option(help: "Start from the values of this preset of the activation.")
  var preset: String?

  @Option(help: "Where all randomness comes from: weights, order, noise.")
  var seed: UInt64 = 1

  @Flag(help: "Print JSON: configuration, history, learned parameters, fingerprint.")
  var json = false

  func run() throws {
    let plugin = try access.find(activation)
    let configuration = try options.configuration(
      activation: plugin.descriptor.name, preset: preset, seed: seed)
    let dataset = try DataCatalog.load(configuration.data)
    let training = try TrainingRun(configuration, activation: plugin, dataset: dataset)
    if !json { print(heading(plugin, training)) }
    let epochs = configuration.epochs
    let result = try training.watched("\(plugin.descriptor.name)") { record in
      if !json { print(record.line(of: epochs)) }
    }
    if json {
      print(try encoded(result))
      return
    }
    for parameter in result.learned.map(LearnedSummary.init) where parameter.isChanged {
      print("\(parameter.name): \(parameter.change)")
    }
    print(
      "\(brief(result.millisecondsPerStep, digits: 3)) ms a step, \(counted(result.threads, "thread")), "
        + "OpenBLAS \(result.blasCore); bits \(result.fingerprint)".inked(.dim))
  }

  private func heading(_ plugin: Activation, _ training: TrainingRun) -> String {
    let c = training.configuration
    return "\(plugin.descriptor.title)".inked(.bold)
      + " in \(c.model) on \(c.data): \(c.optimizer.rawValue) \(brief(c.learningRate)), "
      + "batch \(c.batchSize), \(counted(training.totalSteps, "step")), seed \(c.seed)"
  }
}

extension TrainingRun {
  /// Trains with a progress bar on a terminal; `epoch` is told each epoch's figures.
  func watched(_ title: String, epoch: @escaping (EpochRecord) -> Void) throws -> TrainingResult {
    var bar = ProgressBar()
    defer { bar.clear() }
    return try train { progress in
      switch progress {
      case .step(let number, let total, let loss, _):
        bar.show(
          Double(number) / Double(total),
          "\(title)  step \(number) of \(total)  loss \(brief(loss))")
      case .epoch(let record):
        bar.clear()
        epoch(record)
        fflush(nil)
      }
    }
  }
}

extension EpochRecord {
  /// "epoch 1 of 3  loss 0.5132  train 81.90 %  test 85.43 %  1.9 s".
  func line(of epochs: Int) -> String {
    "epoch \(epoch) of \(epochs)  loss \(String(format: "%.4f", trainLoss))  "
      + "train \(percent(trainAccuracy))  test \(percent(testAccuracy))  "
      + String(format: "%.1f s", seconds)
  }
}

/// 0.8765 -> "87.65 %".
func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

/// A result as JSON, keys sorted.
func encoded(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// What training made of one parameter, in a few words.
struct LearnedSummary {
  private let parameter: LearnedParameter

  init(_ parameter: LearnedParameter) { self.parameter = parameter }

  var name: String { parameter.name }
  var isChanged: Bool { parameter.initial != parameter.values }

  /// "0.01 -> 0.0342", or the range where there are many values.
  var change: String { "\(Self.text(parameter.initial)) -> \(Self.text(parameter.values))" }

  private static func text(_ values: [Float]) -> String {
    guard values.count > 8 else {
      return values.map { brief(Double($0), digits: 3) }.joined(separator: ", ")
    }
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
    return "\(brief(mean, digits: 3)) (\(brief(low, digits: 3))...\(brief(high, digits: 3)), "
      + "\(values.count) values)"
  }
}
