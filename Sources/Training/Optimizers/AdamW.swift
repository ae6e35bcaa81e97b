import CSystem
import CTraining

/// Adam with decoupled weight decay, as PyTorch defines it.
///
///     p = p (1 - rate weightDecay)                 (only where the parameter allows decay)
///     m = m + (g - m)(1 - beta1),  v = beta2 v + (1 - beta2) g²
///     p = p - rate / (1 - beta1ᵗ) · m / (√v / √(1 - beta2ᵗ) + epsilon)
///
/// Source: Loshchilov, Hutter, arXiv:1711.05101.
public final class AdamW: Optimizer {
  private let shards: ParameterShards
  private let means: [Tensor]
  private let squares: [Tensor]
  /// Steps taken, as a tensor so that it is saved with the rest.
  private let steps = Tensor([1])
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double

  /// An optimiser of the given parameters, with moments 0.
  ///
  /// The defaults are PyTorch's.
  public init(
    _ parameters: [NetworkParameter], beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8,
    weightDecay: Double = 0.01
  ) {
    shards = ParameterShards(parameters)
    means = shards.parameters.map { Tensor($0.value.shape) }
    squares = shards.parameters.map { Tensor($0.value.shape) }
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// One step.
  public func step(learningRate: Double) {
    steps[0] += 1
    let t = Double(steps[0])
    let update = Update(
      keep: 1, meanGain: Float(1 - beta1), squareKeep: Float(beta2), squareGain: Float(1 - beta2),
      rate: Float(learningRate / (1 - pow(beta1, t))),
      root: Float((1 - pow(beta2, t)).squareRoot()),
      epsilon: Float(epsilon))
    let keep = Float(1 - learningRate * weightDecay)
    shards.forEach { index, range in
      let parameter = shards.parameters[index]
      var update = update
      if parameter.decays { update.keep = keep }
      update.apply(
        parameter.value.data + range.lowerBound, parameter.gradient.data + range.lowerBound,
        means[index].data + range.lowerBound, squares[index].data + range.lowerBound, range.count)
    }
  }

  /// The moments, and the number of steps.
  public var state: [(name: String, value: Tensor)] {
    var all: [(name: String, value: Tensor)] = [("steps", steps)]
    for (index, parameter) in shards.parameters.enumerated() {
      all.append(("\(parameter.name).mean", means[index]))
      all.append(("\(parameter.name).square", squares[index]))
    }
    return all
  }
}

/// One step's constants and the loop over a shard, written in vectors because a loop with a square root
/// is not vectorised by the compiler.
private struct Update {
  var keep: Float
  let meanGain: Float
  let squareKeep: Float
  let squareGain: Float
  let rate: Float
  let root: Float
  let epsilon: Float

  func apply(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    typealias Lanes = SIMD16<Float>
    let vectors = count / Lanes.scalarCount
    // Shards begin at multiples of 16 elements of 64-byte aligned tensors.
    p.withMemoryRebound(to: Lanes.self, capacity: vectors) { p in
      g.withMemoryRebound(to: Lanes.self, capacity: vectors) { g in
        m.withMemoryRebound(to: Lanes.self, capacity: vectors) { m in
          v.withMemoryRebound(to: Lanes.self, capacity: vectors) { v in
            for i in 0..<vectors {
              m[i] += (g[i] - m[i]) * meanGain
              v[i] = v[i] * squareKeep + g[i] * g[i] * squareGain
              let denominator = training_sqrt(v[i]) / root + epsilon
              p[i] = p[i] * keep - m[i] / denominator * rate
            }
          }
        }
      }
    }
    // The same operations in the same order, so that an element's bits do not depend on its place.
    for i in vectors * Lanes.scalarCount..<count {
      m[i] += (g[i] - m[i]) * meanGain
      v[i] = v[i] * squareKeep + g[i] * g[i] * squareGain
      let denominator = v[i].squareRoot() / root + epsilon
      p[i] = p[i] * keep - m[i] / denominator * rate
    }
  }
}
