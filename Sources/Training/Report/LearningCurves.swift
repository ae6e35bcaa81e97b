/// Runs of the same configuration but for the seed, taken together.
public struct RunGroup: Sendable {
  /// What distinguishes the group: the activation, with preset and granularity where they are set.
  public let name: String
  /// The runs.
  public let results: [TrainingResult]

  /// Test accuracy of the runs after the last epoch, 0 to 1.
  public var testAccuracy: Statistics { Statistics(results.map(\.testAccuracy)) }
  /// Time of an epoch's training steps, in seconds.
  public var secondsPerEpoch: Statistics { Statistics(results.map(\.secondsPerEpoch)) }

  /// Sorts results into groups, in order of first appearance.
  public static func groups(of results: [TrainingResult]) -> [RunGroup] {
    var names: [String] = []
    var members: [String: [TrainingResult]] = [:]
    for result in results {
      let configuration = result.configuration
      let name = [configuration.activation, configuration.preset, configuration.granularity]
        .compactMap { $0 }.joined(separator: ", ")
      if members[name] == nil { names.append(name) }
      members[name, default: []].append(result)
    }
    return names.map { RunGroup(name: $0, results: members[$0] ?? []) }
  }
}

/// Mean and spread of repeated measurements.
public struct Statistics: Sendable {
  /// Arithmetic mean; NaN of nothing.
  public let mean: Double
  /// Sample standard deviation (divisor n - 1); 0 of a single value.
  public let deviation: Double

  /// The statistics of the values.
  public init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }
}

/// Charts of test accuracy and training loss over the epochs, one curve for each group: the mean over its
/// seeds, with a band of one standard deviation where there are several.
public func learningCurves(_ groups: [RunGroup], data: String) -> [Chart] {
  func chart(_ title: String, _ yLabel: String, _ value: (EpochRecord) -> Double) -> Chart {
    let series = groups.map { group in
      let epochs = group.results.map(\.history.count).min() ?? 0
      let figures = (0..<epochs).map { epoch in
        Statistics(group.results.map { value($0.history[epoch]) })
      }
      return ChartSeries(
        name: group.name,
        points: figures.enumerated().map { ChartPoint(x: Double($0 + 1), y: $1.mean) },
        band: group.results.count > 1
          ? figures.map { $0.mean - $0.deviation...$0.mean + $0.deviation } : nil)
    }
    var chart = Chart(title: title, xLabel: "epoch", yLabel: yLabel, series: series)
    chart.hasWholeX = true
    return chart
  }
  return [
    chart("Test accuracy on \(data)", "test accuracy, %") { 100 * $0.testAccuracy },
    chart("Training loss on \(data)", "cross-entropy, nats") { $0.trainLoss },
  ]
}
