import CActZoo
import CSystem
import Synchronization

/// Runs one shard of a plan: kernel calls over its pieces, tiles filled before and emptied after.
struct ShardRunner {
  let plan: Plan
  let row: Row
  let pass: Pass
  let sums: UnsafeMutablePointer<Double>
  let noise: Philox
  let noiseOffset: UInt64

  /// Runs with a message buffer of its own, kept if this is the first failure.
  func run(_ shard: Int, _ failure: borrowing ShardFailure) -> actzoo_status {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { message in
      message[0] = 0
      let status = run(shard, message.baseAddress!, 128)
      if status != ACTZOO_OK { failure.keep(message.baseAddress!) }
      return status
    }
  }

  /// `ACTZOO_OK` or what the kernel said; `ACTZOO_INVALID` also if there is no memory for tiles.
  func run(_ shard: Int, _ message: UnsafeMutablePointer<CChar>, _ size: Int) -> actzoo_status {
    var tiles: UnsafeMutableRawPointer?
    if plan.tileBytes > 0 {
      guard posix_memalign(&tiles, 64, plan.tileBytes) == 0 else {
        strncpy(message, "no memory for tiles", size - 1)
        return ACTZOO_INVALID
      }
    }
    defer { free(tiles) }
    let views = 2 * (plan.operandCount + 1)
    if views <= 16 {
      return withUnsafeTemporaryAllocation(of: actzoo_view.self, capacity: 16) {
        run(shard, tiles, $0.baseAddress!, message, size)
      }
    }
    let memory = UnsafeMutablePointer<actzoo_view>.allocate(capacity: views)
    defer { memory.deallocate() }
    return run(shard, tiles, memory, message, size)
  }

  private func run(
    _ shard: Int, _ tiles: UnsafeMutableRawPointer?, _ views: UnsafeMutablePointer<actzoo_view>,
    _ message: UnsafeMutablePointer<CChar>, _ size: Int
  ) -> actzoo_status {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 120) { positions in
      let cursor = PieceCursor(plan, shard, positions.baseAddress!)
      var call = actzoo_call()
      call.size = UInt32(MemoryLayout<actzoo_call>.size)
      call.dtype = row.dtype
      call.device_type = 1
      call.message = message
      call.message_size = UInt64(size)
      var isFirst = true
      repeat {
        fill(&call, views, cursor, tiles, isFirst: isFirst)
        isFirst = false
        let status = evaluate(&call)
        guard status == ACTZOO_OK else { return status }
        empty(cursor, tiles)
      } while cursor.advance(plan)
      return ACTZOO_OK
    }
  }

  /// The kernel, or the kernels that together make the pass.
  private func evaluate(_ call: inout actzoo_call) -> actzoo_status {
    switch pass {
    case .forward: return row.forward(row.itself, &call)
    case .backward:
      if row.flags & ACTZOO_BACKWARD_NEEDS_Y != 0 {
        let status = row.forward(row.itself, &call)
        guard status == ACTZOO_OK else { return status }
      }
      return row.backward!(row.itself, &call)
    case .fused:
      if let fused = row.fused { return fused(row.itself, &call) }
      // Backward first: y may be x.
      if row.flags & ACTZOO_BACKWARD_NEEDS_Y != 0 {
        let status = row.forward(row.itself, &call)
        return status == ACTZOO_OK ? row.backward!(row.itself, &call) : status
      }
      let status = row.backward!(row.itself, &call)
      return status == ACTZOO_OK ? row.forward(row.itself, &call) : status
    }
  }

  // MARK: Operands of one piece

  /// Points the call at a piece, and fills the tiles that the kernel reads.
  private func fill(
    _ call: inout actzoo_call, _ views: UnsafeMutablePointer<actzoo_view>, _ cursor: PieceCursor,
    _ tiles: UnsafeMutableRawPointer?, isFirst: Bool
  ) {
    let extents = cursor.extents(plan)
    call.extent = (Int64(extents.0), Int64(extents.1), Int64(extents.2), Int64(extents.3))
    var parameters = 0
    var sumViews = false
    for index in 0..<plan.operandCount {
      let operand = plan.operands[index]
      switch operand.role {
      case .x: call.x.0 = view(index, cursor, tiles, isFirst)
      case .g: call.x.1 = view(index, cursor, tiles, isFirst)
      case .y: call.y = view(index, cursor, tiles, isFirst)
      case .dy: call.dy = view(index, cursor, tiles, isFirst)
      case .dx: call.dx.0 = view(index, cursor, tiles, isFirst)
      case .dg: call.dx.1 = view(index, cursor, tiles, isFirst)
      case .noise: call.noise = view(index, cursor, tiles, isFirst)
      case .parameter:
        views[operand.index] = view(index, cursor, tiles, isFirst)
        parameters += 1
      case .sum: sumViews = true
      case .result: break
      }
    }
    call.param = UnsafePointer(views)
    guard sumViews else { return }
    let sumStart = views + parameters
    sumStart.initialize(repeating: actzoo_view(), count: parameters)
    for index in 0..<plan.operandCount where plan.operands[index].role == .sum {
      sumStart[plan.operands[index].index] = sumView(index, cursor)
    }
    call.dparam = UnsafePointer(sumStart)
  }

  @inline(__always)
  private func view(
    _ index: Int, _ cursor: PieceCursor, _ tiles: UnsafeMutableRawPointer?, _ isFirst: Bool
  ) -> actzoo_view {
    let operand = plan.operands[index]
    guard operand.tile < 0 else { return tileView(index, cursor, tiles!, isFirst) }
    let offset = operand.origin + cursor.offset(plan.strides(index), plan.axes)
    let s = strides(plan.strides(index))
    return actzoo_view(
      data: operand.data! + offset * operand.size,
      stride: (Int64(s.0), Int64(s.1), Int64(s.2), Int64(s.3)), step: Int64(operand.step),
      count: Int64(operand.count))
  }

  /// Strides over the kernel's axes.
  @inline(__always)
  private func strides(_ row: UnsafeMutablePointer<Int>) -> Strides {
    let box = plan.box
    return (
      box.0 < 0 ? 0 : row[box.0], box.1 < 0 ? 0 : row[box.1], box.2 < 0 ? 0 : row[box.2], row[box.3]
    )
  }

  /// Row-major strides of a whole tile; pieces at the border use the start of each row.
  private var tileStrides: Strides {
    let box = plan.box
    func extent(_ axis: Int) -> Int { axis < 0 ? 1 : plan.pieces[axis] }
    let inner = extent(box.3)
    let second = inner * extent(box.2)
    return (second * extent(box.1), second, inner, 1)
  }

  private func tileView(
    _ index: Int, _ cursor: PieceCursor, _ tiles: UnsafeMutableRawPointer, _ isFirst: Bool
  ) -> actzoo_view {
    let operand = plan.operands[index]
    let memory = tiles + operand.tile
    let s = tileStrides
    switch operand.filling {
    case .none: break
    case .memory:
      if !operand.isOutput { copyIn(index, cursor, memory) }
    case .stream:
      fillStream(index, cursor, memory.assumingMemoryBound(to: Float.self))
    case .constant:
      if isFirst {
        let values = memory.assumingMemoryBound(to: Float.self)
        let constant = Float(bitPattern: UInt32(truncatingIfNeeded: operand.origin))
        for i in 0..<plan.pieces[plan.box.3] { values[i] = constant }
      }
      return actzoo_view(data: memory, stride: (0, 0, 0, 1), step: 0, count: 1)
    }
    return actzoo_view(
      data: memory, stride: (Int64(s.0), Int64(s.1), Int64(s.2), 1), step: 0, count: 1)
  }

  private func copyIn(_ index: Int, _ cursor: PieceCursor, _ memory: UnsafeMutableRawPointer) {
    let operand = plan.operands[index]
    let offset = operand.origin + cursor.offset(plan.strides(index), plan.axes)
    let target = operand.role == .noise ? ACTZOO_F32 : row.dtype
    BoxCopy(
      extents: cursor.extents(plan), from: UnsafeRawPointer(operand.data! + offset * operand.size),
      fromStrides: strides(plan.strides(index)), to: memory, toStrides: tileStrides
    ).run(operand.dtype, target)
  }

  private func fillStream(
    _ index: Int, _ cursor: PieceCursor, _ values: UnsafeMutablePointer<Float>
  ) {
    let operand = plan.operands[index]
    let start = operand.origin + cursor.offset(plan.strides(index), plan.axes)
    let (e, s, t) = (cursor.extents(plan), strides(plan.strides(index)), tileStrides)
    for i in 0..<e.0 {
      for j in 0..<e.1 {
        for k in 0..<e.2 {
          let first = start + i * s.0 + j * s.1 + k * s.2
          noise.fill(
            values + (i * t.0 + j * t.1 + k * t.2), count: e.3,
            first: noiseOffset &+ UInt64(bitPattern: Int64(first)),
            step: UInt64(bitPattern: Int64(s.3)))
        }
      }
    }
  }

  private func sumView(_ index: Int, _ cursor: PieceCursor) -> actzoo_view {
    let operand = plan.operands[index]
    let row = plan.strides(index)
    var copy = 0
    for axis in 0..<plan.axes where row[axis] == 0 {
      copy = copy * plan.pieceCount(axis) + cursor.start[axis] / plan.chunks[axis]
    }
    let offset = operand.origin + copy * operand.copyStride + cursor.offset(row, plan.axes)
    let s = strides(row)
    return actzoo_view(
      data: sums + offset, stride: (Int64(s.0), Int64(s.1), Int64(s.2), Int64(s.3)),
      step: Int64(operand.step), count: Int64(operand.count))
  }

  /// Copies tiles that the kernel wrote to where the caller wants them.
  private func empty(_ cursor: PieceCursor, _ tiles: UnsafeMutableRawPointer?) {
    guard let tiles else { return }
    for index in 0..<plan.operandCount {
      let operand = plan.operands[index]
      guard operand.isOutput, operand.tile >= 0 else { continue }
      let offset = operand.origin + cursor.offset(plan.strides(index), plan.axes)
      BoxCopy(
        extents: cursor.extents(plan), from: UnsafeRawPointer(tiles + operand.tile),
        fromStrides: tileStrides, to: operand.data! + offset * operand.size,
        toStrides: strides(plan.strides(index))
      ).run(row.dtype, operand.dtype)
    }
  }
}

/// Where a shard is: its first position, one past its last, and the piece it is at.
struct PieceCursor {
  let start: UnsafeMutablePointer<Int>
  private let end: UnsafeMutablePointer<Int>
  private let at: UnsafeMutablePointer<Int>

  /// The first piece of a shard.
  ///
  /// `memory` holds 3 * 40 numbers.
  init(_ plan: Plan, _ shard: Int, _ memory: UnsafeMutablePointer<Int>) {
    start = memory
    end = memory + 40
    at = memory + 80
    var rest = shard
    for axis in Swift.stride(from: plan.axes - 1, through: 0, by: -1) {
      let pieces = plan.chunks[axis] == plan.extents[axis] ? 1 : plan.pieceCount(axis)
      let piece = pieces == 1 ? 0 : rest % pieces
      if pieces > 1 { rest /= pieces }
      start[axis] = piece * plan.chunks[axis]
      end[axis] = min(start[axis] + plan.chunks[axis], plan.extents[axis])
      at[axis] = start[axis]
    }
  }

  /// Moves to the next piece; false after the last.
  func advance(_ plan: Plan) -> Bool {
    var axis = plan.axes - 1
    while axis >= 0 {
      at[axis] += plan.pieces[axis]
      if at[axis] < end[axis] { return true }
      at[axis] = start[axis]
      axis -= 1
    }
    return false
  }

  /// Elements along the kernel's axes of this piece.
  @inline(__always)
  func extents(_ plan: Plan) -> Strides {
    let box = plan.box
    return (extent(plan, box.0), extent(plan, box.1), extent(plan, box.2), extent(plan, box.3))
  }

  @inline(__always)
  private func extent(_ plan: Plan, _ axis: Int) -> Int {
    axis < 0 ? 1 : min(plan.pieces[axis], end[axis] - at[axis])
  }

  /// Elements from an operand's origin to this piece.
  @inline(__always)
  func offset(_ strides: UnsafeMutablePointer<Int>, _ axes: Int) -> Int {
    var result = 0
    for axis in 0..<axes { result += at[axis] * strides[axis] }
    return result
  }
}

/// The first failure among shards that run at once.
struct ShardFailure: ~Copyable, @unchecked Sendable {
  private let first = Atomic<Int32>(ACTZOO_OK)
  private let kept = Atomic<Bool>(false)
  private let text: UnsafeMutablePointer<CChar>
  private let size: Int

  /// `text` has `size` bytes and gets what the kernel said.
  init(_ text: UnsafeMutablePointer<CChar>, _ size: Int) {
    self.text = text
    self.size = size
  }

  var status: actzoo_status { first.load(ordering: .acquiring) }

  func record(_ status: actzoo_status) {
    _ = first.compareExchange(
      expected: ACTZOO_OK, desired: status, ordering: .acquiringAndReleasing)
  }

  func keep(_ message: UnsafePointer<CChar>) {
    guard !kept.exchange(true, ordering: .acquiringAndReleasing) else { return }
    strncpy(text, message, size - 1)
    text[size - 1] = 0
  }
}
