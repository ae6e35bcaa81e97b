/// Stochastic gradient descent with momentum, as PyTorch defines it.
///
///     d = g + weightDecay p        (decay only where the parameter allows it)
///     v = momentum v + d           (v = d at the first step)
///     p = p - rate v               (Nesterov: p - rate (d + momentum v))
public final class SGD: Optimizer {
  private let shards: ParameterShards
  private let velocities: [Tensor]
  private let momentum: Float
  private let weightDecay: Double
  private let isNesterov: Bool

  /// An optimiser of the given parameters, with velocities 0.
  public init(
    _ parameters: [NetworkParameter], momentum: Double = 0.9, weightDecay: Double = 0,
    isNesterov: Bool = false
  ) {
    shards = ParameterShards(parameters)
    velocities = shards.parameters.map { Tensor($0.value.shape) }
    self.momentum = Float(momentum)
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
  }

  /// One step.
  public func step(learningRate: Double) {
    let rate = Float(learningRate)
    let momentum = self.momentum
    let isNesterov = self.isNesterov
    shards.forEach { index, range in
      let parameter = shards.parameters[index]
      let p = parameter.value.data + range.lowerBound
      let g = parameter.gradient.data + range.lowerBound
      let v = velocities[index].data + range.lowerBound
      let decay = parameter.decays ? Float(weightDecay) : 0
      for i in 0..<range.count {
        let d = g[i] + decay * p[i]
        v[i] = momentum * v[i] + d
        p[i] -= rate * (isNesterov ? d + momentum * v[i] : v[i])
      }
    }
  }

  /// The velocities.
  public var state: [(name: String, value: Tensor)] {
    zip(shards.parameters, velocities).map { ("\($0.name).velocity", $1) }
  }
}
