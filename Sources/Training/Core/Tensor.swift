import CSystem

/// A row-major array of 32-bit floats with a shape: the one kind of value that layers exchange.
///
/// A tensor is a reference to memory that it owns, aligned to 64 bytes (a cache line, and the widest
/// vector). Layers keep the tensors they return and reuse them at the next call, so a training step
/// allocates nothing after the first: whoever wants to keep values beyond that copies them.
///
/// Thread safety: none of its own. Shards of one operation may write disjoint elements.
public final class Tensor {
  /// Extent of each axis, outermost first.
  ///
  /// Empty for a scalar.
  public private(set) var shape: [Int]
  /// Number of elements: the product of the shape.
  public private(set) var count: Int
  /// The elements, row-major.
  public private(set) var data: UnsafeMutablePointer<Float>
  private var capacity: Int

  /// Elements per alignment unit.
  static let alignment = 64

  /// A tensor of zeros.
  ///
  /// - Parameter shape: extents, each at least 0.
  public init(_ shape: [Int]) {
    self.shape = shape
    count = elementCount(of: shape)
    capacity = count
    data = Tensor.allocate(count)
    fill(0)
  }

  /// A tensor with the given elements.
  public convenience init(_ shape: [Int], _ values: [Float]) {
    self.init(shape)
    precondition(values.count == count, "\(values.count) values for shape \(shape)")
    data.update(from: values, count: count)
  }

  deinit { data.deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: alignment
    ).bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// Elements along the last axis; 1 for a scalar.
  public var rowLength: Int { shape.last ?? 1 }

  /// Number of rows: the product of all axes but the last.
  public var rowCount: Int { rowLength == 0 ? 0 : count / rowLength }

  /// The elements as an array.
  public var values: [Float] { Array(UnsafeBufferPointer(start: data, count: count)) }

  /// The i-th element in row-major order.
  public subscript(index: Int) -> Float {
    get { data[index] }
    set { data[index] = newValue }
  }

  /// Sets every element.
  public func fill(_ value: Float) { data.update(repeating: value, count: count) }

  /// Copies the elements of a tensor of the same count.
  public func copy(from other: Tensor) {
    precondition(other.count == count, "copy of \(other.shape) into \(shape)")
    data.update(from: other.data, count: count)
  }

  /// Gives the tensor another shape.
  ///
  /// The elements are undefined where the count changes; memory is allocated only when the tensor
  /// grows beyond what it ever held.
  public func resize(to newShape: [Int]) {
    guard newShape != shape else { return }
    shape = newShape
    adopt(count: elementCount(of: newShape))
  }

  /// As `resize(to:)`, with the shape of `other`, whose last axis is replaced where `rowLength` is
  /// given.
  ///
  /// Does not allocate when nothing changes.
  public func resize(like other: Tensor, rowLength: Int? = nil) {
    let last = rowLength ?? other.rowLength
    let axes = other.shape.count
    var same = shape.count == axes && (axes == 0 || shape[axes - 1] == last)
    var axis = 0
    while same && axis < axes - 1 {
      same = shape[axis] == other.shape[axis]
      axis += 1
    }
    if same { return }
    var newShape = other.shape
    if axes > 0 { newShape[axes - 1] = last }
    resize(to: newShape)
  }

  /// As `resize(to:)`, changing only the outermost axis.
  ///
  /// Does not allocate when nothing changes.
  public func resize(outermost extent: Int) {
    guard shape[0] != extent else { return }
    shape[0] = extent
    adopt(count: elementCount(of: shape))
  }

  private func adopt(count newCount: Int) {
    count = newCount
    guard newCount > capacity else { return }
    data.deallocate()
    data = Tensor.allocate(newCount)
    capacity = newCount
  }
}

/// Product of the extents of a shape; 1 for the empty shape.
func elementCount(of shape: [Int]) -> Int {
  var count = 1
  for extent in shape {
    precondition(extent >= 0, "negative extent in shape \(shape)")
    count *= extent
  }
  return count
}
