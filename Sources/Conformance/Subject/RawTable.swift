import CActZoo
import CSystem

/// The table of kernels as it lies in memory, rows that cannot be called included.
struct RawTable {
  let pointer: UnsafePointer<actzoo_plugin>
  let rows: [RawRow]

  /// Fields are read where `size` says that they are there.
  init(_ pointer: UnsafePointer<actzoo_plugin>) throws(Trouble) {
    self.pointer = pointer
    guard pointer.pointee.size >= Self.leastSize else {
      throw Trouble("the table of kernels is of size \(pointer.pointee.size) (check table-sizes).")
    }
    let count = pointer.pointee.kernels_count
    guard count <= 65_536 else {
      throw Trouble("the table says that it has \(count) rows (check rows-complete).")
    }
    guard let first = pointer.pointee.kernels else {
      throw Trouble("the table's `kernels` is NULL (check rows-complete).")
    }
    rows = (0..<Int(count)).map { RawRow(index: $0, pointer: first[$0]) }
  }

  /// Bytes of the fields that no table can do without.
  static let leastSize = 24

  /// The bytes of the table, of its list of rows and of the rows, to compare them with later.
  var bytes: [UInt8] {
    var bytes = Self.bytes(pointer, min(Int(pointer.pointee.size), 4096))
    bytes += Self.bytes(pointer.pointee.kernels, rows.count * MemoryLayout<Int>.size)
    for row in rows {
      guard let pointer = row.pointer else { continue }
      bytes += Self.bytes(pointer, min(row.size, 4096))
      if let id = row.id { bytes += Array(id.utf8) }
    }
    return bytes
  }

  private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }
}

/// One row, by its position.
struct RawRow {
  let index: Int
  let pointer: UnsafePointer<actzoo_kernels>?

  /// Bytes of the fields up to and with forward.
  static let leastSize = 40
  /// An id is shorter than this.
  static let longestID = 1024

  var size: Int { pointer.map { Int($0.pointee.size) } ?? 0 }
  /// The row's fields can be read.
  var isWhole: Bool { size >= Self.leastSize }

  var fields: actzoo_kernels? { isWhole ? pointer?.pointee : nil }

  /// The activation, if there is a string of reasonable length.
  var id: String? {
    guard let name = fields?.activation, strnlen(name, Self.longestID) < Self.longestID else {
      return nil
    }
    return String(cString: name)
  }

  var type: ElementType? { fields.flatMap { ElementType($0.dtype) } }
  var hasBackward: Bool { size >= 48 && pointer?.pointee.backward != nil }

  /// "row 3 (org.zoo.silu/1 f32)".
  var name: String {
    let words = [id, type?.rawValue].compactMap { $0 }
    return "row \(index)" + (words.isEmpty ? "" : " (\(words.joined(separator: " ")))")
  }
}

extension PluginUnderTest {
  /// The table as the entry hands it out.
  func rawTable() throws(Trouble) -> RawTable { try RawTable(try table()) }
}
