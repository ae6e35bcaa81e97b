import Foundation
import Training

/// Mean and sample deviation over seeds; the deviation of one value is 0.
struct Spread: Encodable {
  let mean: Double
  let deviation: Double
  private let isSingle: Bool

  private enum CodingKeys: CodingKey { case mean, deviation }

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    isSingle = values.count < 2
    deviation = isSingle ? 0 : (squares / Double(values.count - 1)).squareRoot()
  }

  /// "0.3412 ± 0.0021"; without a deviation for one seed, which has none.
  var text: String {
    String(format: "%.4f", mean) + (isSingle ? "" : String(format: " ± %.4f", deviation))
  }

  /// "88.31 ± 0.12 %".
  var percentText: String {
    String(format: "%.2f", mean * 100)
      + (isSingle ? " %" : String(format: " ± %.2f %%", deviation * 100))
  }
}

/// One activation's runs over all seeds.
struct Comparison: Encodable {
  let label: String
  let accuracy: Spread
  let testLoss: Spread
  let trainLoss: Spread
  let secondsPerEpoch: Double
  let runs: [TrainingResult]

  init(label: String, results: [TrainingResult]) {
    self.label = label
    runs = results
    accuracy = Spread(results.map(\.testAccuracy))
    testLoss = Spread(results.compactMap { $0.history.last?.testLoss })
    trainLoss = Spread(results.compactMap { $0.history.last?.trainLoss })
    secondsPerEpoch = Spread(results.map(\.secondsPerEpoch)).mean
  }

  /// Each parameter's mean over seeds, layers and channels: "eps 0.0342, theta 0.39 0.41 0.36".
  var learnedText: String {
    var names: [String] = []
    var sums: [String: (sum: [Double], count: Int)] = [:]
    for parameter in runs.flatMap(\.learned) where parameter.initial != parameter.values {
      if sums[parameter.parameter] == nil { names.append(parameter.parameter) }
      // Per layer the shape is the coefficients' own; with channels they come last.
      let coefficients = Self.coefficients(of: parameter)
      var (sum, count) = sums[parameter.parameter] ?? (Array(repeating: 0, count: coefficients), 0)
      guard sum.count == coefficients else { continue }
      for (index, value) in parameter.values.enumerated() {
        sum[index % coefficients] += Double(value)
      }
      count += parameter.values.count / coefficients
      sums[parameter.parameter] = (sum, count)
    }
    return names.compactMap { name in
      sums[name].map { sum, count in
        let means = sum.map { brief($0 / Double(count), digits: 3) }
        return "\(name) " + means.joined(separator: " ")
      }
    }.joined(separator: ", ")
  }

  private static func coefficients(of parameter: LearnedParameter) -> Int {
    let last = parameter.shape.last ?? 1
    // Hundreds in the last axis are channels of a scalar, not coefficients.
    return last <= 32 ? max(1, last) : 1
  }

  /// Mean by epoch with a band of one deviation.
  func curve(_ value: (EpochRecord) -> Double) -> ChartSeries {
    let epochs = runs.map(\.history.count).min() ?? 0
    let spreads = (0..<epochs).map { epoch in Spread(runs.map { value($0.history[epoch]) }) }
    return ChartSeries(
      name: label,
      points: spreads.enumerated().map { ChartPoint(x: Double($0 + 1), y: $1.mean) },
      band: runs.count > 1
        ? spreads.map { ($0.mean - $0.deviation)...($0.mean + $0.deviation) } : nil)
  }
}
