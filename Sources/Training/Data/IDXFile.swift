/// An array of unsigned bytes in the IDX format of the MNIST family, possibly gzip-compressed.
///
///     bytes 0-1  zero          byte 2  element type, 8 = unsigned byte
///     byte 3     number of axes        then one big-endian 32-bit extent for each axis, then the elements
public struct IDXFile: Sendable {
  /// Extents, outermost first.
  public let shape: [Int]
  /// The elements, row-major.
  public let bytes: [UInt8]

  /// Reads a file with the given number of axes.
  ///
  /// - Throws: `TrainingError` with the path and what is wrong: missing, truncated, damaged, another
  ///   format, another number of axes, absurd or excess size.
  public init(path: String, axes: Int) throws {
    let reader = try GzipReader(path: path)
    func integers(_ count: Int) throws -> [UInt32] {
      var raw = [UInt8](repeating: 0, count: 4 * count)
      try raw.withUnsafeMutableBytes { try reader.read(into: $0) }
      return (0..<count).map { i in raw[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    }
    let magic = try integers(1)[0]
    guard magic >> 8 == 8 else {
      throw TrainingError(
        "\(path): starts with \(hex(magic)), not with 0x000008NN; not an IDX file of bytes")
    }
    guard magic & 255 == axes else {
      throw TrainingError("\(path): has \(magic & 255) axes where \(axes) are expected")
    }
    shape = try integers(axes).map { Int($0) }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow && product <= 1 << 30 else {
        throw TrainingError("\(path): says it holds \(shape) elements, over 1 GiB; it is damaged")
      }
      count = product
    }
    bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
    try reader.expectEnd()
  }
}

private func hex(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
