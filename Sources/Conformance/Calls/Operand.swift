import CActZoo
import CConformance
import Foundation

/// The part that an operand plays in a call.
enum Role: Hashable, Sendable {
  case x, g, noise, y, dy, dx, dg
  case parameter(Int), dparameter(Int)

  var name: String {
    switch self {
    case .parameter(let i): "param[\(i)]"
    case .dparameter(let i): "dparam[\(i)]"
    default: String(describing: self)
    }
  }
}

/// Where an operand lies in its pages.
enum Placement: Sendable, Equatable {
  /// Amid canaries, this many elements behind an address that is a multiple of 64.
  case loose(offset: Int)
  /// Its last element ends where a page that cannot be touched begins.
  case endsAtGuard
  /// Its first element begins where a page that cannot be touched ends.
  case startsAtGuard
}

/// How the elements of an operand are laid out: strides of the four axes in elements, and for vector
/// parameters the distance from one coefficient to the next.
struct Layout: Sendable, Equatable {
  var strides: [Int]
  var step = 0

  /// Row-major over the axes along which it varies; 0 along the others.
  static func dense(_ extent: [Int], varies: [Bool] = [true, true, true, true], length: Int? = nil)
    -> Layout
  {
    var strides = [0, 0, 0, 0]
    var next = 1
    for axis in (0..<4).reversed() where varies[axis] {
      strides[axis] = next
      next *= extent[axis]
    }
    // Coefficients outermost, so that the innermost stride stays 0 or 1.
    return Layout(strides: strides, step: length == nil ? 0 : max(next, 1))
  }
}

/// Memory for one operand of a call, with canaries around and between its elements and pages behind and
/// before that kill whoever touches them.
///
/// Outputs start as a NaN that no computation gives, so that an element left out shows.
final class Operand {
  let role: Role
  let type: ElementType
  let layout: Layout
  let count: Int
  /// Byte offsets of the elements from `first`, row-major; coefficients innermost.
  private let offsets: [Int]
  private let pages: Pages
  private let isProtected: Bool
  private let first: UnsafeMutableRawPointer
  private var before: [UInt8] = []
  private let isInput: Bool
  private var lowest = 0
  private var highest = 0

  /// - Parameters:
  ///   - content: the elements' bits in row-major order of `extent`, coefficients innermost; nil for an
  ///     output.
  ///   - length: coefficients of a vector parameter, else 1.
  ///   - isProtected: map an input read-only, so that a write kills.
  init(
    _ role: Role, _ type: ElementType, extent: [Int], layout: Layout, length: Int = 1,
    content: [UInt64]?, isInput: Bool, placement: Placement, isProtected: Bool = false
  ) {
    (self.role, self.type, self.layout, self.isInput) = (role, type, layout, isInput)
    count = length
    // Along an axis that does not vary there is one element, however long the axis.
    let steps = (0..<4).map { layout.strides[$0] == 0 ? min(extent[$0], 1) : extent[$0] }
    var offsets: [Int] = []
    offsets.reserveCapacity(steps.reduce(length, *))
    let s = layout.strides
    for i0 in 0..<steps[0] {
      for i1 in 0..<steps[1] {
        for i2 in 0..<steps[2] {
          let row = i0 * s[0] + i1 * s[1] + i2 * s[2]
          for i3 in 0..<steps[3] {
            for k in 0..<length { offsets.append(row + i3 * s[3] + k * layout.step) }
          }
        }
      }
    }
    let size = type.size
    self.offsets = offsets.map { $0 * size }
    lowest = self.offsets.min() ?? 0
    highest = (self.offsets.max() ?? -size) + size
    let span = max(highest - lowest, 0)
    let margin = 256
    pages = Pages.take(span + 2 * margin)
    self.isProtected = isInput && isProtected
    let (start, usable) = (pages.start, pages.count)
    let lowestAddress: UnsafeMutableRawPointer =
      switch placement {
      case .loose(let offset): start + margin + offset % 16 * size
      case .endsAtGuard: start + usable - span
      case .startsAtGuard: start
      }
    first = lowestAddress - lowest
    // Another pattern around inputs: most kernels hand a NaN on, and what is written would look like
    // what was there.
    fill(start, usable, Self.canary(type) ^ (isInput ? 0x11 : 0))
    if let content {
      for (offset, bits) in zip(self.offsets, content) { store(bits, at: offset) }
    }
    before = [UInt8](UnsafeRawBufferPointer(start: start, count: usable))
    if self.isProtected { pages.protect() }
  }

  deinit { pages.giveBack(isProtected: isProtected) }

  /// A quiet NaN that no computation gives.
  static func canary(_ type: ElementType) -> UInt64 {
    switch type {
    case .f16: 0x7f5a
    case .bf16: 0x7fda
    case .f32: 0x7fe5_a5a5
    case .f64: 0x7ffa_5a5a_a5a5_a5a5
    }
  }

  private func fill(_ start: UnsafeMutableRawPointer, _ count: Int, _ word: UInt64) {
    // Canaries are aligned to the elements, which start at a multiple of their size.
    switch type.size {
    case 2:
      start.initializeMemory(
        as: UInt16.self, repeating: UInt16(truncatingIfNeeded: word), count: count / 2)
    case 4:
      start.initializeMemory(
        as: UInt32.self, repeating: UInt32(truncatingIfNeeded: word), count: count / 4)
    default: start.initializeMemory(as: UInt64.self, repeating: word, count: count / 8)
    }
  }

  private func store(_ bits: UInt64, at offset: Int) {
    let place = first + offset
    switch type.size {
    case 2: place.storeBytes(of: UInt16(truncatingIfNeeded: bits), as: UInt16.self)
    case 4: place.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
    default: place.storeBytes(of: bits, as: UInt64.self)
    }
  }

  private func load(at offset: Int) -> UInt64 {
    let place = first + offset
    switch type.size {
    case 2: return UInt64(place.loadUnaligned(as: UInt16.self))
    case 4: return UInt64(place.loadUnaligned(as: UInt32.self))
    default: return place.loadUnaligned(as: UInt64.self)
    }
  }

  var view: actzoo_view {
    let s = layout.strides.map(Int64.init)
    return actzoo_view(
      data: first, stride: (s[0], s[1], s[2], s[3]), step: Int64(layout.step),
      count: Int64(role.isParameter ? count : 0))
  }

  /// The elements in row-major order, coefficients innermost.
  var values: [UInt64] { offsets.map(load) }

  /// The first element that was not written, in row-major order.
  var unwritten: Int? { offsets.firstIndex { load(at: $0) == Self.canary(type) } }

  /// The first element of an output that holds something else than before.
  var written: Int? {
    if isInput { return nil }
    let base = UnsafeRawPointer(first) - UnsafeRawPointer(pages.start)
    return offsets.firstIndex { offset in
      before.withUnsafeBytes { before in
        memcmp(before.baseAddress! + base + offset, first + offset, type.size) != 0
      }
    }
  }

  /// What was changed that is not the kernel's to change: nil, or where.
  var disturbance: Disturbance? {
    let start = UnsafeRawPointer(pages.start)
    let base = UnsafeRawPointer(first) - start
    // An output's own elements may change: taken back before the comparison.
    let now = isInput ? nil : ownElementsTakenBack(start, base)
    defer { now?.deallocate() }
    let bytes = now.map { UnsafeRawPointer($0) } ?? start
    let byte: Int? = before.withUnsafeBytes { before in
      memcmp(bytes, before.baseAddress!, before.count) == 0
        ? nil
        : before.indices.first { before[$0] != bytes.load(fromByteOffset: $0, as: UInt8.self) }
    }
    guard let byte else { return nil }
    let place = byte - base
    if let element = offsets.firstIndex(where: { place >= $0 && place < $0 + type.size }) {
      return Disturbance(role: role, kind: .element(element))
    }
    if place < lowest { return Disturbance(role: role, kind: .before(lowest - place)) }
    if place >= highest { return Disturbance(role: role, kind: .after(place - highest)) }
    return Disturbance(role: role, kind: .between(place))
  }

  /// A copy of the pages as they would be if no element of its own had changed.
  private func ownElementsTakenBack(_ start: UnsafeRawPointer, _ base: Int)
    -> UnsafeMutableRawPointer
  {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: before.count, alignment: 64)
    copy.copyMemory(from: start, byteCount: before.count)
    before.withUnsafeBytes { before in
      for offset in offsets {
        (copy + base + offset).copyMemory(
          from: before.baseAddress! + base + offset, byteCount: type.size)
      }
    }
    return copy
  }

  /// Says on the board where it lies, for a fault that kills.
  func enter(_ board: Board) {
    let index = Int(board.pointer.pointee.operands_count)
    guard index < Int(CONFORMANCE_OPERANDS) else { return }
    var entry = conformance_operand()
    entry.begin = UInt64(UInt(bitPattern: first + lowest))
    entry.end = UInt64(UInt(bitPattern: first + highest))
    entry.reserve_begin = UInt64(UInt(bitPattern: pages.reserve.begin))
    entry.reserve_end = UInt64(UInt(bitPattern: pages.reserve.end))
    entry.element_size = UInt32(type.size)
    entry.is_input = isInput ? 1 : 0
    withUnsafeMutableBytes(of: &entry.name) { bytes in
      for (i, byte) in role.name.utf8.prefix(bytes.count - 1).enumerated() { bytes[i] = byte }
    }
    withUnsafeMutablePointer(to: &board.pointer.pointee.operands) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: conformance_operand.self)[index] = entry
    }
    board.pointer.pointee.operands_count = UInt64(index + 1)
  }
}

/// A byte that a kernel changed and that was not its to change.
struct Disturbance: Equatable {
  enum Kind: Equatable {
    /// An element of an input.
    case element(Int)
    /// Bytes before the first or behind the last element.
    case before(Int), after(Int)
    /// In a gap between elements, bytes from the first.
    case between(Int)
  }
  let role: Role
  let kind: Kind

  var text: String {
    switch kind {
    case .element(let i): "element \(i) of \(role.name), which is an input, was changed"
    case .before(let n):
      "\(role.name) was written \(n) byte\(n == 1 ? "" : "s") before its first element"
    case .after(let n): "\(role.name) was written behind its last element (byte \(n) from its end)"
    case .between(let n):
      "\(role.name) was written between its elements, byte \(n) from the first, in a gap that belongs to the caller"
    }
  }
}

extension Role {
  var isParameter: Bool {
    switch self {
    case .parameter, .dparameter: true
    default: false
    }
  }
}
