import CActZoo

/// A contiguous tensor that owns its memory, as the host's contract wants it.
final class Operand {
  let tensor = UnsafeMutablePointer<actzoo_tensor>.allocate(capacity: 1)
  private let count: Int
  private let data: UnsafeMutableRawPointer
  private let shape: UnsafeMutablePointer<Int64>

  /// Zeros.
  ///
  /// `type` is ACTZOO_F32 or ACTZOO_F64.
  init(_ extents: [Int], _ type: actzoo_dtype) {
    count = extents.reduce(1, *)
    data = .allocate(byteCount: max(8, count * 8), alignment: 64)
    data.initializeMemory(as: UInt8.self, repeating: 0, count: count * 8)
    shape = .allocate(capacity: max(1, extents.count))
    for (axis, extent) in extents.enumerated() { shape[axis] = Int64(extent) }
    tensor.initialize(
      to: actzoo_tensor(
        data: data, device_type: 1, device_id: 0, ndim: Int32(extents.count), dtype: type,
        shape: shape, strides: nil, byte_offset: 0))
  }

  convenience init(_ values: [Double], _ extents: [Int], _ type: actzoo_dtype) {
    self.init(extents, type)
    // One value stands for all where the shape has more.
    for index in 0..<count {
      let value = values.count == 1 ? values[0] : values[index]
      if type == ACTZOO_F64 {
        data.storeBytes(of: value, toByteOffset: index * 8, as: Double.self)
      } else {
        data.storeBytes(of: Float(value), toByteOffset: index * 4, as: Float.self)
      }
    }
  }

  deinit {
    tensor.deallocate()
    data.deallocate()
    shape.deallocate()
  }

  /// The elements; exact for both types.
  var numbers: [Double] {
    (0..<count).map { index in
      tensor.pointee.dtype == ACTZOO_F64
        ? data.load(fromByteOffset: index * 8, as: Double.self)
        : Double(data.load(fromByteOffset: index * 4, as: Float.self))
    }
  }
}

/// The array of tensor pointers that arguments carry for parameters.
final class PointerList {
  private let operands: [Operand]
  let pointer: UnsafeMutablePointer<UnsafePointer<actzoo_tensor>?>

  init(_ operands: [Operand]) {
    self.operands = operands
    pointer = .allocate(capacity: max(1, operands.count))
    for (index, operand) in operands.enumerated() {
      (pointer + index).initialize(to: UnsafePointer(operand.tensor))
    }
  }

  deinit { pointer.deallocate() }
}
