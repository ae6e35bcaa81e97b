import CActZoo

/// A tensor as the zoo's contract describes it, in memory that stays where it is: made once, and pointed
/// at other data at every call without allocating.
final class Operand {
  /// What is passed to the zoo.
  let tensor: UnsafeMutablePointer<actzoo_tensor>
  private let extents: UnsafeMutablePointer<Int64>
  private let strides: UnsafeMutablePointer<Int64>
  private static let maximumAxes = 8

  init() {
    tensor = .allocate(capacity: 1)
    extents = .allocate(capacity: Operand.maximumAxes)
    strides = .allocate(capacity: Operand.maximumAxes)
    tensor.initialize(to: actzoo_tensor())
    extents.initialize(repeating: 0, count: Operand.maximumAxes)
    strides.initialize(repeating: 0, count: Operand.maximumAxes)
    tensor.pointee.device_type = 1
    tensor.pointee.dtype = actzoo_dtype(ACTZOO_F32)
    tensor.pointee.shape = extents
    tensor.pointee.strides = strides
  }

  deinit {
    tensor.deallocate()
    extents.deallocate()
    strides.deallocate()
  }

  /// The whole of a tensor.
  func set(_ source: Tensor) { set(source, columns: 0..<source.rowLength) }

  /// Some of the columns (places along the last axis) of a tensor.
  func set(_ source: Tensor, columns: Range<Int>) {
    let axes = source.shape.count
    precondition(axes <= Operand.maximumAxes, "a tensor of \(axes) axes")
    tensor.pointee.data = UnsafeMutableRawPointer(source.data + columns.lowerBound)
    tensor.pointee.ndim = Int32(axes)
    var stride = 1
    for axis in (0..<axes).reversed() {
      extents[axis] = Int64(axis == axes - 1 ? columns.count : source.shape[axis])
      strides[axis] = Int64(stride)
      stride *= source.shape[axis]
    }
  }
}
