/// Changes parameters by their gradients.
///
/// Every trained parameter that has a gradient moves; then it is clamped to its bounds.
public protocol Optimizer: AnyObject {
  /// One step.
  ///
  /// - Parameter learningRate: the step's rate, as the schedule gives it.
  func step(learningRate: Double)

  /// Everything that must be saved to go on with the same bits: names and values, in a fixed order.
  var state: [(name: String, value: Tensor)] { get }
}

/// Fixed pieces of all trained parameters, as units of work for the threads.
///
/// Pieces are multiples of 16 elements (one vector) but for each parameter's last, and small enough that
/// parameter, gradient and two moments (4 x 64 KB) lie in a 2 MB second-level cache together.
struct ParameterShards {
  let parameters: [NetworkParameter]
  private let shards: [(parameter: Int, range: Range<Int>)]

  init(_ parameters: [NetworkParameter]) {
    self.parameters = parameters.filter(\.isTrained)
    var shards: [(parameter: Int, range: Range<Int>)] = []
    for (index, parameter) in self.parameters.enumerated() {
      for first in stride(from: 0, to: parameter.value.count, by: 16384) {
        shards.append((index, first..<min(parameter.value.count, first + 16384)))
      }
    }
    self.shards = shards
  }

  /// Calls `update` for every shard of every parameter with a gradient, then clamps the shard.
  func forEach(_ update: (_ parameter: Int, _ range: Range<Int>) -> Void) {
    parallel(shards.count) { index in
      let shard = shards[index]
      let parameter = parameters[shard.parameter]
      guard parameter.hasGradient else { return }
      update(shard.parameter, shard.range)
      guard let bounds = parameter.bounds else { return }
      let values = parameter.value.data
      for element in shard.range {
        // Comparisons, not min and max: a NaN stays visible.
        if values[element] < bounds.lowerBound { values[element] = bounds.lowerBound }
        if values[element] > bounds.upperBound { values[element] = bounds.upperBound }
      }
    }
  }
}
