/// One-dimensional signals of 40 samples in ten classes, made on the spot: what `train` uses when no data
/// set is installed, and small enough for tests.
///
/// In the style of MNIST-1D (Greydanus, Kobak, arXiv:2011.14439): a template of 12 points for each class
/// is padded, stretched, scaled, sheared, moved around a circle, disturbed by smooth and by white noise,
/// and resampled to 40 points. The recipe is theirs; the templates and the random numbers are ours, so
/// accuracies are not those of the paper. 4,000 signals to train on, 1,000 to test on, each class equally
/// often; standardised with the training part's mean and deviation.
public enum SyntheticSignals {
  /// Points of a signal.
  public static let length = 40

  // Heights of one stroke for each class, between -1 and 1: ramps, bumps, steps and waves which differ
  // in shape, not in position or size.
  private static let templates: [[Double]] = [
    [0.0, 0.4, 0.7, 0.9, 1.0, 1.0, 1.0, 1.0, 0.9, 0.7, 0.4, 0.0],  // one wide hill
    [0.0, 0.7, 0.9, 0.5, 0.0, -0.2, -0.2, 0.0, 0.5, 0.9, 0.7, 0.0],  // two hills
    [0.0, 0.5, 0.9, 1.0, 0.7, 0.2, -0.3, -0.7, -1.0, -0.9, -0.5, 0.0],  // one wave
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.0],  // slow rise, sudden fall
    [0.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0],  // sudden rise, slow fall
    [0.0, 0.9, 0.9, 0.9, 0.9, 0.9, -0.8, -0.8, -0.8, -0.8, -0.8, 0.0],  // square wave
    [0.0, -0.4, -0.7, -0.9, -1.0, -0.5, 0.5, 1.0, 0.9, 0.7, 0.4, 0.0],  // wave, reversed
    [0.0, 0.8, 0.0, -0.8, 0.0, 0.8, 0.0, -0.8, 0.0, 0.8, 0.0, 0.0],  // quick oscillation
    [0.0, 0.2, 0.3, 0.3, 0.4, 0.4, 1.0, 1.0, 0.9, 0.9, 0.8, 0.0],  // two steps
    [0.0, -0.3, -0.5, -0.2, 0.3, 0.8, 1.0, 0.4, -0.5, -1.0, -0.5, 0.0],  // uneven wave
  ]

  /// Makes the data set.
  ///
  /// - Parameter seed: another seed gives other signals of the same kind.
  public static func make(seed: UInt64 = 0) -> Dataset {
    var random = RandomStream(seed: seed, "synthetic signals")
    var train = signals(400, &random)
    var test = signals(100, &random)
    var sum = 0.0
    var squares = 0.0
    for value in train.values {
      sum += value
      squares += value * value
    }
    let mean = sum / Double(train.values.count)
    let (scale, offset) = standardization(
      mean: mean, variance: squares / Double(train.values.count) - mean * mean)
    func split(_ part: inout (values: [Double], labels: [Int32])) -> Split {
      Split(
        elements: .floats(part.values.map { Float($0) }), labels: part.labels, scale: scale,
        offset: offset)
    }
    return Dataset(
      name: "synthetic", sampleShape: [length], classes: (0..<10).map { "shape \($0)" },
      train: split(&train), test: split(&test))
  }

  private static func signals(
    _ perClass: Int, _ random: inout RandomStream
  ) -> (values: [Double], labels: [Int32]) {
    var labels = (0..<Int32(10)).flatMap { [Int32](repeating: $0, count: perClass) }
    random.shuffle(&labels)
    var values: [Double] = []
    values.reserveCapacity(labels.count * length)
    for label in labels { values += signal(templates[Int(label)], &random) }
    return (values, labels)
  }

  private static func signal(_ template: [Double], _ random: inout RandomStream) -> [Double] {
    // Pad: 36 to 60 points of nothing after the stroke, 48 to 72 in all.
    let padded = template + [Double](repeating: 0, count: 36 + random.index(below: 25))
    // Stretch to 72 points, scale by 0.6 to 1.4, shear by up to ±0.25 over the length.
    let points = 72
    let scale = random.uniform(0.6, 1.4)
    let shear = random.uniform(-0.25, 0.25)
    let drawn = resampled(padded, points).enumerated().map { index, value in
      scale * value - shear * (Double(index) / Double(points - 1) - 0.5)
    }
    // Move around the circle by up to 24 points.
    let shift = random.index(below: 25)
    let moved = (0..<points).map { drawn[($0 + points - shift) % points] }
    // Smooth noise is white noise blurred by a Gaussian of deviation 2, brought to deviation 0.15.
    let blurred = blur((0..<points).map { _ in random.normal() }, deviation: 2)
    let power = (blurred.reduce(0) { $0 + $1 * $1 } / Double(points)).squareRoot()
    let noisy = (0..<points).map { moved[$0] + 0.15 * blurred[$0] / power + 0.02 * random.normal() }
    return resampled(noisy, length)
  }

  /// Linear interpolation at `count` equally spaced places from the first value to the last.
  private static func resampled(_ values: [Double], _ count: Int) -> [Double] {
    (0..<count).map { index in
      let place = Double(index) * Double(values.count - 1) / Double(count - 1)
      let left = min(Int(place), values.count - 2)
      let share = place - Double(left)
      return values[left] * (1 - share) + values[left + 1] * share
    }
  }
}
