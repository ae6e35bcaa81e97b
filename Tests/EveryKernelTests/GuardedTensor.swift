import CActZoo

/// Strides of a shape in row-major order.
func rowMajor(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/// Where each element of a strided tensor lies, in row-major order of the elements.
func elementOffsets(_ shape: [Int], _ strides: [Int]) -> [Int] {
  var offsets = [0]
  for (extent, stride) in zip(shape, strides) {
    var next: [Int] = []
    next.reserveCapacity(offsets.count * extent)
    for offset in offsets { for i in 0..<extent { next.append(offset + i * stride) } }
    offsets = next
  }
  return offsets
}

/// A tensor in memory of its own, with guard words before, after and between its elements.
///
/// Outputs start as guard words too, so that an element left out shows like one written too many.
/// The data is aligned to its element and to nothing more (rule P7).
final class GuardedTensor<Element: Scalar> {
  /// What a call is given; valid as long as the object.
  let tensor: UnsafeMutablePointer<actzoo_tensor>
  private let memory: UnsafeMutablePointer<Element.Word>
  private let count: Int
  private let positions: [Int]
  private var before: [Element.Word] = []
  private static var margin: Int { 19 }
  /// A quiet NaN that no computation gives.
  private static var guardWord: Element.Word {
    Element.Word(
      truncatingIfNeeded: Element.self == Float.self ? 0x7fe5_a5a5 : 0x7ffa_5a5a_a5a5_a5a5)
  }

  /// An input with these elements, or with `values` nil an output.
  init(_ values: [Element]?, shape: [Int], strides: [Int]? = nil) {
    let strides = strides ?? rowMajor(shape)
    let offsets = elementOffsets(shape, strides)
    let lowest = min(0, offsets.min() ?? 0)
    let highest = max(0, offsets.max() ?? 0)
    let origin = Self.margin - lowest
    positions = offsets.map { $0 + origin }
    count = origin + highest + 1 + Self.margin
    memory = .allocate(capacity: count)
    memory.initialize(repeating: Self.guardWord, count: count)
    if let values { for (p, value) in zip(positions, values) { memory[p] = value.word } }
    before = Array(UnsafeBufferPointer(start: memory, count: count))

    let extents = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, 2 * shape.count))
    for axis in shape.indices {
      extents[axis] = Int64(shape[axis])
      extents[shape.count + axis] = Int64(strides[axis])
    }
    tensor = .allocate(capacity: 1)
    tensor.initialize(
      to: actzoo_tensor(
        data: memory + origin, device_type: 1, device_id: 0, ndim: Int32(shape.count),
        dtype: Element.dtype, shape: extents, strides: extents + shape.count, byte_offset: 0))
  }

  deinit {
    tensor.pointee.shape.deallocate()
    tensor.deallocate()
    memory.deallocate()
  }

  /// The elements in row-major order.
  var values: [Element] { positions.map { Element(word: memory[$0]) } }

  /// Where a word was changed that belongs to nobody, or, for an input, any word.
  func disturbance(isOutput: Bool) -> String? {
    var isElement = [Bool](repeating: false, count: count)
    if isOutput { for position in positions { isElement[position] = true } }
    guard let i = (0..<count).first(where: { memory[$0] != before[$0] && !isElement[$0] }) else {
      return nil
    }
    return "the word \(i - (positions.min() ?? 0)) elements from the lowest element was changed"
  }

  /// The first element, in row-major order, that was not written.
  var unwritten: Int? { positions.firstIndex { memory[$0] == Self.guardWord } }
}
