import ArgumentParser
import Exporting
import Foundation
import Training
import ZooHost

/// `actzoo compare`: several activations, several seeds, one table and one picture.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the same network with several activations and set the results side by side.",
    discussion: """
      Every activation gets the same weights, the same order and the same number of steps for a seed.

      Example: actzoo compare relu gelu crrelu lslu --data fashion-mnist --seeds 2 -o curves.svg
      """)

  @OptionGroup var access: ZooAccess
  @OptionGroup var options: TrainingOptions

  @Argument(help: "Names of activations; NAME:PRESET starts from a preset.")
  var names: [String]

  @Option(help: "How many seeds: 1, 2, ...; mean and deviation are over them.")
  var seeds = 2

  @Option(name: .shortAndLong, help: "Write an SVG of test accuracy and training loss by epoch.")
  var output: String?

  @Flag(help: "Print JSON: a summary for each activation, and every run.")
  var json = false

  func run() throws {
    guard seeds >= 1 else { throw CommandFailure("--seeds is \(seeds); give 1 or more.") }
    let zoo = access.open()
    let chosen = try names.map { try Contestant($0, access, zoo) }
    guard Set(chosen.map(\.label)).count == chosen.count else {
      throw CommandFailure("an activation is named twice; name each once.")
    }
    // The first is checked before minutes are spent on the data and on others.
    let configurations = try chosen.map { contestant in
      try (1...seeds).map {
        try options.configuration(
          activation: contestant.activation.descriptor.name, preset: contestant.preset,
          seed: UInt64($0))
      }
    }
    let dataset = try DataCatalog.load(options.data)
    var outcomes: [Comparison] = []
    for (contestant, configurations) in zip(chosen, configurations) {
      var results: [TrainingResult] = []
      for configuration in configurations {
        let title = "\(contestant.label) seed \(configuration.seed)"
        let training = try TrainingRun(
          configuration, activation: contestant.activation, dataset: dataset)
        results.append(
          try training.watched(title) { record in
            if !json { print("\(title)  \(record.line(of: configuration.epochs))") }
          })
      }
      outcomes.append(Comparison(label: contestant.label, results: results))
    }
    if json { print(try encoded(outcomes)) } else { printTable(outcomes) }
    if let output { try writeChart(outcomes, to: output) }
  }

  private func printTable(_ outcomes: [Comparison]) {
    print()
    var table = Table([
      .init(title: "ACTIVATION"), .init(title: "TEST ACCURACY", isRight: true),
      .init(title: "TEST LOSS", isRight: true), .init(title: "TRAIN LOSS", isRight: true),
      .init(title: "EPOCH", isRight: true), .init(title: "LEARNED", least: 12),
    ])
    let best = outcomes.map(\.accuracy.mean).max()
    for outcome in outcomes {
      table.add(
        [
          outcome.label, outcome.accuracy.percentText,
          outcome.testLoss.text, outcome.trainLoss.text,
          String(format: "%.2f s", outcome.secondsPerEpoch), outcome.learnedText,
        ], inks: outcome.accuracy.mean == best ? [0: .green, 1: .green] : [:])
    }
    table.print()
  }

  private func writeChart(_ outcomes: [Comparison], to path: String) throws(CommandFailure) {
    func chart(_ title: String, _ label: String, _ value: (EpochRecord) -> Double) -> Chart {
      var chart = Chart(
        title: title, xLabel: "epoch", yLabel: label, series: outcomes.map { $0.curve(value) })
      chart.hasWholeX = true
      return chart
    }
    let place = "\(options.model) on \(options.data), \(counted(seeds, "seed"))"
    let svg = Chart.svg([
      chart("Test accuracy: \(place)", "test accuracy, %") { $0.testAccuracy * 100 },
      chart("Training loss: \(place)", "training loss, nats") { $0.trainLoss },
    ])
    try write(svg, to: path)
    if !json { print("\nwrote \(path)") }
  }
}

/// An activation on the command line: NAME or NAME:PRESET.
private struct Contestant {
  let label: String
  let activation: Activation
  let preset: String?

  init(_ text: String, _ access: ZooAccess, _ zoo: Zoo) throws(CommandFailure) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let name = parts.first else { throw CommandFailure("an activation's name is empty.") }
    activation = try access.find(name, in: zoo)
    preset = parts.count > 1 ? parts[1] : nil
    label = activation.descriptor.name + (preset.map { ":\($0)" } ?? "")
  }
}
