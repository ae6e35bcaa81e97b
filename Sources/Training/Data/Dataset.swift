/// Labelled samples of one shape, in a part to train on and a part to test on.
public struct Dataset: Sendable {
  /// Name on the command line: "fashion-mnist".
  public let name: String
  /// Extents of a sample: [784] or [1, 28, 28].
  public let sampleShape: [Int]
  /// Names of the classes; labels are indices into them.
  public let classes: [String]
  /// Samples to train on.
  public let train: Split
  /// Samples to test on.
  public let test: Split

  /// Elements of one sample.
  public var sampleCount: Int { elementCount(of: sampleShape) }

  /// A data set from its parts.
  public init(name: String, sampleShape: [Int], classes: [String], train: Split, test: Split) {
    self.name = name
    self.sampleShape = sampleShape
    self.classes = classes
    self.train = train
    self.test = test
  }
}

/// Samples with labels.
///
/// What layers see is `element * scale + offset`.
public struct Split: Sendable {
  /// Elements as they were read or made.
  public enum Elements: Sendable {
    /// Images: a quarter of the memory, converted while a batch is gathered.
    case bytes([UInt8])
    /// Signals.
    case floats([Float])
  }

  /// The samples one after another.
  public let elements: Elements
  /// Class of each sample.
  public let labels: [Int32]
  let scale: Float
  let offset: Float

  /// Number of samples.
  public var count: Int { labels.count }

  /// A split whose elements become `element * scale + offset`.
  public init(elements: Elements, labels: [Int32], scale: Float = 1, offset: Float = 0) {
    self.elements = elements
    self.labels = labels
    self.scale = scale
    self.offset = offset
  }

  /// The given samples as layers see them, in a new tensor.
  public func batch(_ range: Range<Int>, sampleShape: [Int]) -> Tensor {
    let batch = Tensor([0] + sampleShape)
    var labels: [Int32] = []
    gather((0..<Int32(count)).map { $0 }, range, into: batch, labels: &labels)
    return batch
  }

  /// Copies samples into a batch.
  ///
  /// - Parameters:
  ///   - order: indices of samples.
  ///   - range: which of `order`.
  ///   - batch: its outermost extent is set to the number of samples; the rest is one sample's shape.
  ///   - labels: receives the classes.
  func gather(
    _ order: [Int32], _ range: Range<Int>, into batch: Tensor, labels batchLabels: inout [Int32]
  ) {
    batch.resize(outermost: range.count)
    let size = range.isEmpty ? 0 : batch.count / range.count
    batchLabels.removeAll(keepingCapacity: true)
    for position in range { batchLabels.append(labels[Int(order[position])]) }
    switch elements {
    case .bytes(let bytes): copy(bytes, order, range, batch.data, size) { Float($0) }
    case .floats(let floats): copy(floats, order, range, batch.data, size) { $0 }
    }
  }

  // Inlined, so that the loop over elements has no call in it and is vectorised.
  @inline(__always)
  private func copy<Element>(
    _ elements: [Element], _ order: [Int32], _ range: Range<Int>,
    _ target: UnsafeMutablePointer<Float>, _ size: Int, _ value: (Element) -> Float
  ) {
    elements.withUnsafeBufferPointer { elements in
      parallel(range.count, by: max(1, 16384 / max(size, 1))) { rows in
        for row in rows {
          let first = Int(order[range.lowerBound + row]) * size
          let line = target + row * size
          let source = UnsafeBufferPointer(rebasing: elements[first..<first + size])
          for index in 0..<size { line[index] = value(source[index]) * scale + offset }
        }
      }
    }
  }
}

/// Scale and offset that give elements mean 0 and variance 1: (1 / deviation, -mean / deviation).
func standardization(mean: Double, variance: Double) -> (scale: Float, offset: Float) {
  let deviation = variance > 0 ? variance.squareRoot() : 1
  return (Float(1 / deviation), Float(-mean / deviation))
}
