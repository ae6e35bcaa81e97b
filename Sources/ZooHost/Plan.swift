import CActZoo

/// What an operand is to the kernel.
enum Role: UInt8 {
  case x = 0
  case g
  case y
  case dy
  case dx
  case dg
  case noise
  case parameter
  /// The caller's tensor for a parameter gradient; kernels never see it.
  case result
  /// The double accumulators behind a result.
  case sum

  /// The name in messages.
  var name: String {
    switch self {
    case .x: return "x"
    case .g: return "g (x[1])"
    case .y: return "y"
    case .dy: return "dy"
    case .dx: return "dx"
    case .dg: return "dg (dx[1])"
    case .noise: return "noise"
    case .parameter: return "parameter"
    case .result, .sum: return "dparameter"
    }
  }
}

/// What a tile of an operand is filled with.
enum Filling: UInt8 {
  /// The operand's own elements.
  case memory
  /// Numbers of a noise stream, by row-major index.
  case stream
  /// One number.
  case constant
  /// Nothing: the kernel writes it and nobody else reads it.
  case none
}

/// One operand of a call.
///
/// Its strides are a row of the plan's table. Plain data.
struct Operand {
  var role: Role
  var filling = Filling.memory
  var isOutput = false
  /// Which parameter.
  var index = 0
  var dtype: actzoo_dtype
  /// Bytes of one element.
  var size: Int
  var data: UnsafeMutableRawPointer?
  /// Elements from `data` to the element with all indices 0.
  var origin = 0
  /// Elements from one coefficient to the next, and how many there are.
  var step = 0
  var count = 1
  /// Where its tile starts in a shard's tile memory, in bytes; -1: the kernel uses it directly.
  var tile = -1
  /// Sums: how many private copies there are, and doubles from one to the next.
  var copies = 1
  var copyStride = 0
}

/// The iteration space of one call and the operands over it, normalised: axes of one element are
/// gone, the output's innermost stride is 1 where it can be, and axes that are one in memory are
/// one here.
///
/// Lives in memory that the evaluation lends it.
struct Plan {
  /// Axes in use, outermost first; at least 1.
  var axes = 0
  /// Axes that there is room for.
  let capacity: Int
  var operandCount = 0
  /// [capacity] elements along each axis; per shard; per kernel call.
  let extents: UnsafeMutablePointer<Int>
  let chunks: UnsafeMutablePointer<Int>
  let pieces: UnsafeMutablePointer<Int>
  private let table: UnsafeMutablePointer<Int>
  let operands: UnsafeMutablePointer<Operand>
  /// The axes that the kernel's four are; -1 for an axis of one element.
  ///
  /// The last is the innermost.
  var box = (-1, -1, -1, -1)
  /// Bytes of tile memory that one shard needs.
  var tileBytes = 0

  /// 8-byte words for so many axes and operands.
  static func words(axes: Int, operands: Int) -> Int {
    axes * 3 + operands * (axes + MemoryLayout<Operand>.stride / 8)
  }

  init(axes: Int, operands count: Int, memory: UnsafeMutablePointer<Int>) {
    capacity = axes
    extents = memory
    chunks = memory + axes
    pieces = memory + 2 * axes
    table = memory + 3 * axes
    operands = UnsafeMutableRawPointer(memory + 3 * axes + count * axes)
      .assumingMemoryBound(to: Operand.self)
  }

  /// The strides of an operand, one per axis, in elements.
  @inline(__always)
  func strides(_ operand: Int) -> UnsafeMutablePointer<Int> { table + operand * capacity }

  /// Adds an operand with all strides 0 and returns its index.
  mutating func add(_ operand: Operand) -> Int {
    let index = operandCount
    (operands + index).initialize(to: operand)
    strides(index).initialize(repeating: 0, count: capacity)
    operandCount += 1
    return index
  }

  /// The operand with that role, or -1.
  func index(of role: Role) -> Int {
    for index in 0..<operandCount where operands[index].role == role { return index }
    return -1
  }

  /// Elements of the box.
  var count: Int {
    var result = 1
    for axis in 0..<axes { result *= extents[axis] }
    return result
  }
}

// MARK: - Normalising

extension Plan {
  /// Removes axes of one element, whose strides mean nothing.
  mutating func dropUnitAxes() {
    var kept = 0
    for axis in 0..<axes where extents[axis] != 1 {
      if kept != axis { move(axis, to: kept) }
      kept += 1
    }
    if kept == 0 {
      extents[0] = 1
      for operand in 0..<operandCount { strides(operand)[0] = 0 }
      kept = 1
    }
    axes = kept
  }

  /// Puts the axes in the order in which `lead` lies in memory, forwards.
  mutating func sortAxes(lead: Int, second: Int) {
    let key = strides(lead)
    let tie = strides(second)
    for axis in 1..<max(axes, 1) {
      var at = axis
      while at > 0 {
        let (outer, inner) = (abs(key[at - 1]), abs(key[at]))
        guard outer < inner || (outer == inner && abs(tie[at - 1]) < abs(tie[at])) else { break }
        swap(at - 1, at)
        at -= 1
      }
    }
    for axis in 0..<axes where key[axis] < 0 {
      for operand in 0..<operandCount {
        operands[operand].origin += (extents[axis] - 1) * strides(operand)[axis]
        strides(operand)[axis] = -strides(operand)[axis]
      }
    }
  }

  /// Gives accumulators their layout: coefficient by coefficient, in each the axes along which the
  /// parameter varies, in the order of the box.
  ///
  /// Until now their strides only say where it varies.
  mutating func layOutSums() {
    for index in 0..<operandCount where operands[index].role == .sum {
      let row = strides(index)
      var running = 1
      for axis in stride(from: axes - 1, through: 0, by: -1) where row[axis] != 0 {
        row[axis] = running
        running *= extents[axis]
      }
      operands[index].step = running
    }
  }

  /// Makes one axis of two wherever every operand walks them as one.
  mutating func mergeAxes() {
    var axis = axes - 2
    while axis >= 0 {
      if canMerge(axis) {
        extents[axis + 1] *= extents[axis]
        for later in axis..<(axes - 1) { move(later + 1, to: later) }
        axes -= 1
      }
      axis -= 1
    }
  }

  private func canMerge(_ axis: Int) -> Bool {
    for operand in 0..<operandCount {
      let row = strides(operand)
      if row[axis] != row[axis + 1] &* extents[axis + 1] { return false }
    }
    return true
  }

  private mutating func move(_ from: Int, to: Int) {
    extents[to] = extents[from]
    for operand in 0..<operandCount { strides(operand)[to] = strides(operand)[from] }
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    (extents[a], extents[b]) = (extents[b], extents[a])
    for operand in 0..<operandCount {
      let row = strides(operand)
      (row[a], row[b]) = (row[b], row[a])
    }
  }
}

// MARK: - Cutting

extension Plan {
  /// Elements of one shard, roughly: enough to hide the cost of handing it out.
  private static var grain: Int { 32_768 }
  /// Doubles of accumulators that one shard adds into: they stay in the first-level cache.
  private static var hotSums: Int { 2_048 }
  /// Elements of one tile: a few operands of it stay in the first-level cache.
  static var tileElements: Int { 1_024 }
  /// Sides and elements of a tile that is transposed.
  static var squareSide: Int { 64 }
  static var squareElements: Int { 4_096 }

  /// Cuts the box into shards, by its shape alone (rule H5), and returns how many there are.
  mutating func cutShards() -> Int {
    let total = count
    for axis in 0..<axes { chunks[axis] = extents[axis] }
    var wanted = min(total / Plan.grain, 1_024)
    guard wanted > 1 else { return 1 }
    var shards = 1
    if index(of: .sum) >= 0 {
      wanted = min(wanted, 256)
      shards = cutForSums()
    }
    for axis in 0..<axes where shards < wanted {
      let had = pieceCount(axis)
      let pieces = min(extents[axis], had * ((wanted + shards - 1) / shards))
      cut(axis, pieces)
      shards = shards / had * pieceCount(axis)
    }
    return shards
  }

  /// Cuts axes along which parameters vary until a shard's accumulators are few.
  private mutating func cutForSums() -> Int {
    var hot = 0
    for index in 0..<operandCount where operands[index].role == .sum {
      hot += operands[index].step * operands[index].count
    }
    var shards = 1
    for axis in 0..<axes where hot > Plan.hotSums && varies(axis) {
      cut(axis, min(extents[axis], (hot + Plan.hotSums - 1) / Plan.hotSums))
      shards *= pieceCount(axis)
      hot /= pieceCount(axis)
    }
    return shards
  }

  private mutating func cut(_ axis: Int, _ pieces: Int) {
    var chunk = (extents[axis] + pieces - 1) / pieces
    // Whole vectors in every row but the last.
    if axis == axes - 1 { chunk = (chunk + 63) / 64 * 64 }
    chunks[axis] = min(chunk, extents[axis])
  }

  private func varies(_ axis: Int) -> Bool {
    for index in 0..<operandCount where operands[index].role == .sum && strides(index)[axis] != 0 {
      return true
    }
    return false
  }

  /// How many shards there are along an axis.
  @inline(__always)
  func pieceCount(_ axis: Int) -> Int { (extents[axis] + chunks[axis] - 1) / chunks[axis] }

  /// Chooses what one kernel call sees: four axes of a shard, or a tile if some operand needs one.
  mutating func cutPieces() {
    let last = axes - 1
    for axis in 0..<axes { pieces[axis] = 1 }
    var tiled = false
    var across = -1
    for index in 0..<operandCount where operands[index].tile >= 0 {
      tiled = true
      let row = strides(index)
      guard across < 0, operands[index].filling == .memory, row[last] != 1 else { continue }
      for axis in 0..<last where abs(row[axis]) == 1 { across = axis }
    }
    var used = 1
    if !tiled {
      for axis in max(0, axes - 4)..<axes { pieces[axis] = chunks[axis] }
    } else {
      // A transposed operand: a square, so that both sides read and write several cache lines at once.
      var room = across >= 0 ? Plan.squareElements : Plan.tileElements
      pieces[last] = min(chunks[last], across >= 0 ? Plan.squareSide : room)
      if across >= 0 {
        pieces[across] = min(chunks[across], room / pieces[last])
        pieces[last] = min(chunks[last], room / pieces[across])
        used += 1
      }
      room /= pieces[last] * (across >= 0 ? pieces[across] : 1)
      for axis in stride(from: last - 1, through: 0, by: -1)
      where room > 1 && used < 4 && axis != across && chunks[axis] > 1 {
        pieces[axis] = min(chunks[axis], room)
        room /= pieces[axis]
        used += 1
      }
    }
    chooseBox()
    layOutTiles()
  }

  private mutating func chooseBox() {
    var chosen = (-1, -1, -1, axes - 1)
    var slot = 2
    for axis in stride(from: axes - 2, through: 0, by: -1) where pieces[axis] > 1 {
      switch slot {
      case 2: chosen.2 = axis
      case 1: chosen.1 = axis
      default: chosen.0 = axis
      }
      slot -= 1
    }
    box = chosen
  }

  private mutating func layOutTiles() {
    var elements = 1
    for axis in 0..<axes { elements *= pieces[axis] }
    tileBytes = 0
    for index in 0..<operandCount where operands[index].tile >= 0 {
      operands[index].tile = tileBytes
      tileBytes += (elements * 8 + 63) / 64 * 64
    }
  }
}
