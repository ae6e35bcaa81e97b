import CSystem

/// Convolution with a Gaussian of the given deviation (in samples), cut at three deviations and wrapped
/// around the ends.
func blur(_ values: [Double], deviation: Double) -> [Double] {
  let reach = Int((3 * deviation).rounded(.up))
  let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
  let total = weights.reduce(0, +)
  return values.indices.map { center in
    var sum = 0.0
    for (index, weight) in weights.enumerated() {
      let place = (center + index - reach) % values.count
      sum += weight * values[place < 0 ? place + values.count : place]
    }
    return sum / total
  }
}
