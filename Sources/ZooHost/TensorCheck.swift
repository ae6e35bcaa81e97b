import CActZoo

/// One tensor of a call, checked: everything that can be wrong with it alone has been said.
struct CheckedTensor {
  let tensor: actzoo_tensor
  let size: Int
  /// Elements.
  let count: Int
  let data: UnsafeMutableRawPointer?

  var axes: Int { Int(tensor.ndim) }

  /// - Throws: `ACTZOO_INVALID` or `ACTZOO_UNSUPPORTED`, naming the tensor.
  init(
    _ pointer: UnsafePointer<actzoo_tensor>, _ name: @autoclosure () -> String
  ) throws(ZooError) {
    tensor = pointer.pointee
    guard tensor.device_type == 1 else {
      throw .unsupported(
        "\(name()) is on device type \(tensor.device_type); only CPU memory (1) is served, copy it there"
      )
    }
    guard (0...32).contains(tensor.ndim) else {
      throw .invalid("\(name()) has \(tensor.ndim) axes; 0 to 32 are possible")
    }
    size = elementSize(tensor.dtype)
    guard size > 0 else {
      throw .invalid(
        "\(name()) has element type \(tensor.dtype), which is none of f16, bf16, f32, f64")
    }
    guard tensor.ndim == 0 || tensor.shape != nil else {
      throw .invalid("\(name()) has \(tensor.ndim) axes and no shape (NULL)")
    }
    var elements = 1
    var isEmpty = false
    for axis in 0..<Int(tensor.ndim) {
      let extent = Int(tensor.shape[axis])
      guard extent >= 0 else {
        throw .invalid("\(name()) has the negative extent \(extent) along axis \(axis)")
      }
      if extent == 0 { isEmpty = true }
      let (product, overflow) = elements.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product <= Int.max / 16 else {
        throw .invalid("\(name()) has more elements than memory has bytes; check its shape")
      }
      elements = product
    }
    count = isEmpty ? 0 : elements
    guard count > 0 else {
      data = nil
      return
    }
    try CheckedTensor.checkReach(tensor, size, name)
    guard let start = tensor.data, tensor.byte_offset <= UInt64(Int.max) else {
      throw .invalid("\(name()) has no data (NULL)")
    }
    let address = start + Int(tensor.byte_offset)
    guard Int(bitPattern: address) % size == 0 else {
      throw .invalid(
        "\(name()) is misaligned: its address is not a multiple of \(size) bytes; copy it")
    }
    data = address
  }

  /// Strides whose products with the extents overflow cannot be those of anything in memory.
  private static func checkReach(
    _ tensor: actzoo_tensor, _ size: Int, _ name: () -> String
  ) throws(ZooError) {
    guard let strides = tensor.strides else { return }
    var reach = 0
    for axis in 0..<Int(tensor.ndim) where tensor.shape[axis] > 1 {
      let (product, overflow) = Int(tensor.shape[axis] - 1).multipliedReportingOverflow(
        by: Int(strides[axis]))
      guard !overflow, product.magnitude < UInt(Int.max / 16) else {
        throw .invalid(
          "\(name()) has stride \(strides[axis]) along axis \(axis), which leads out of memory")
      }
      reach += Int(product.magnitude)
      guard reach < Int.max / 16 else {
        throw .invalid("\(name()) has strides that lead out of memory")
      }
    }
  }

  func extent(_ axis: Int) -> Int { Int(tensor.shape[axis]) }

  /// In elements; of row-major order if the tensor gives none.
  func stride(_ axis: Int) -> Int {
    if let strides = tensor.strides { return Int(strides[axis]) }
    var result = 1
    for later in (axis + 1)..<max(axes, axis + 1) { result *= Int(tensor.shape[later]) }
    return result
  }

  func hasShape(of other: CheckedTensor) -> Bool {
    guard axes == other.axes else { return false }
    for axis in 0..<axes where tensor.shape[axis] != other.tensor.shape[axis] { return false }
    return true
  }

  /// "(2, 3)" for messages.
  var shapeText: String {
    var parts: [String] = []
    for axis in 0..<axes { parts.append("\(extent(axis))") }
    return "(" + joined(parts, ", ") + ")"
  }
}
