import CActZoo
import CSystem

/// Runs a finished plan: accumulators and repacked parameters are made, shards run, gradients
/// reduced.
///
/// Returns `ACTZOO_OK`, or `ACTZOO_UNSUPPORTED` if the kernel refused.
func execute(
  _ planned: Plan, row: Row, pass: Pass, arguments: actzoo_arguments, name: Activation
) throws(ZooError) -> actzoo_status {
  var plan = planned
  var message: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)
  let status = withUnsafeMutableBytes(of: &message) { bytes in
    let text = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
    return withDefaultFloatControl {
      runPlan(&plan, row: row, pass: pass, arguments: arguments, message: text, size: bytes.count)
    }
  }
  guard status != ACTZOO_OK, status != ACTZOO_UNSUPPORTED else { return status }
  if status == outOfMemory { throw .failed("there is no memory for tiles or gradients") }
  if status == badExecutor {
    throw .invalid(
      "an executor sets exactly one of parallel_for and schedule, and concurrency >= 1")
  }
  let text = withUnsafeBytes(of: &message) { bytes in
    let end = bytes.firstIndex(of: 0) ?? bytes.count
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
  throw .failed(
    "\(name.path): the kernel of \(name.descriptor.id) refused with status \(status)"
      + (text.isEmpty ? "" : ": " + text))
}

/// Statuses beside the contract's, for this file alone.
private let outOfMemory: actzoo_status = 1_000
private let badExecutor: actzoo_status = 1_001

private func runPlan(
  _ plan: inout Plan, row: Row, pass: Pass, arguments: actzoo_arguments,
  message: UnsafeMutablePointer<CChar>, size: Int
) -> actzoo_status {
  if let executor = arguments.executor?.pointee {
    guard (executor.parallel_for == nil) != (executor.schedule == nil), executor.concurrency >= 1
    else {
      return badExecutor
    }
  }
  guard let packed = packParameters(&plan, row) else { return outOfMemory }
  defer { packed.free() }
  let shards = plan.cutShards()
  plan.cutPieces()
  let doubles = layOutCopies(&plan)
  func run(_ sums: UnsafeMutablePointer<Double>) -> actzoo_status {
    runShards(plan, row, pass, arguments, shards, sums, message, size)
  }
  // On the stack, where they fit: a call costs no memory of the heap.
  if doubles <= 64 {
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { sums in
      sums.initialize(repeating: 0)
      return run(sums.baseAddress!)
    }
  }
  if doubles <= 1024 {
    var sums = InlineArray<1024, Double>(repeating: 0)
    return withUnsafeMutablePointer(to: &sums) { pointer in
      pointer.withMemoryRebound(to: Double.self, capacity: 1024, run)
    }
  }
  guard let sums = calloc(doubles, 8) else { return outOfMemory }
  defer { free(sums) }
  return run(sums.assumingMemoryBound(to: Double.self))
}

private func runShards(
  _ plan: Plan, _ row: Row, _ pass: Pass, _ arguments: actzoo_arguments, _ shards: Int,
  _ sums: UnsafeMutablePointer<Double>, _ message: UnsafeMutablePointer<CChar>, _ size: Int
) -> actzoo_status {
  let runner = ShardRunner(
    plan: plan, row: row, pass: pass, sums: sums,
    noise: Philox(seed: arguments.noise_seed), noiseOffset: arguments.noise_offset)
  var status = ACTZOO_OK
  if shards == 1 {
    status = runner.run(0, message, size)
  } else {
    let failure = ShardFailure(message, size)
    dispatch(shards, arguments.executor) { shard in
      let one = withDefaultFloatControl { runner.run(shard, failure) }
      if one != ACTZOO_OK { failure.record(one) }
    }
    status = failure.status
  }
  guard status == ACTZOO_OK else { return status }
  for index in 0..<plan.operandCount where plan.operands[index].role == .result {
    var sum = -1
    for other in 0..<plan.operandCount
    where plan.operands[other].role == .sum
      && plan.operands[other].index == plan.operands[index].index
    {
      sum = other
    }
    if sum >= 0 { reduce(plan, sum, sums) }
    writeResult(plan, result: index, sum: sum, sums)
  }
  return ACTZOO_OK
}

// MARK: - Parameters

/// Parameters that had to be copied into a layout or type that the kernel takes.
private struct PackedParameters {
  var memory: UnsafeMutableRawPointer?
  func free() { CSystem.free(memory) }
}

/// A kernel takes parameters of its own type whose innermost stride is 0 or 1: others are copied,
/// coefficient by coefficient.
///
/// Nil if there is no memory.
private func packParameters(_ plan: inout Plan, _ row: Row) -> PackedParameters? {
  let wanted = row.dtype == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32
  let last = plan.axes - 1
  func needsPacking(_ index: Int) -> Bool {
    let operand = plan.operands[index]
    guard operand.role == .parameter else { return false }
    let inner = plan.strides(index)[last]
    return operand.dtype != wanted || (inner != 0 && inner != 1)
  }
  func packedCount(_ index: Int) -> Int {
    var result = plan.operands[index].count
    for axis in 0..<plan.axes where plan.strides(index)[axis] != 0 { result *= plan.extents[axis] }
    return result
  }
  var total = 0
  for index in 0..<plan.operandCount where needsPacking(index) { total += packedCount(index) }
  guard total > 0 else { return PackedParameters() }
  guard let memory = malloc(total * 8) else { return nil }
  var at = 0
  for index in 0..<plan.operandCount where needsPacking(index) {
    let count = packedCount(index)
    pack(&plan, index, wanted, memory + at * 8)
    at += count
  }
  return PackedParameters(memory: memory)
}

private func pack(
  _ plan: inout Plan, _ index: Int, _ wanted: actzoo_dtype, _ memory: UnsafeMutableRawPointer
) {
  let operand = plan.operands[index]
  let row = plan.strides(index)
  let values = operand.count > 0 ? operand.count : 1
  withUnsafeTemporaryAllocation(of: Int.self, capacity: 40) { compact in
    var running = 1
    for axis in stride(from: plan.axes - 1, through: 0, by: -1) {
      compact[axis] = row[axis] == 0 ? 0 : running
      if row[axis] != 0 { running *= plan.extents[axis] }
    }
    for coefficient in 0..<values {
      forEachPosition(plan, where: { row[$0] != 0 }) { position in
        var from = operand.origin + coefficient * operand.step
        var to = coefficient * running
        for axis in 0..<plan.axes where row[axis] != 0 {
          from += position[axis] * row[axis]
          to += position[axis] * compact[axis]
        }
        let value: Double
        if operand.dtype == ACTZOO_F64 {
          value = operand.data!.assumingMemoryBound(to: Double.self)[from]
        } else {
          value = Double(operand.data!.assumingMemoryBound(to: Float.self)[from])
        }
        if wanted == ACTZOO_F64 {
          memory.assumingMemoryBound(to: Double.self)[to] = value
        } else {
          memory.assumingMemoryBound(to: Float.self)[to] = Float(value)
        }
      }
    }
    for axis in 0..<plan.axes { row[axis] = compact[axis] }
    plan.operands[index].step = operand.step == 0 && values == 1 ? 0 : running
  }
  plan.operands[index].data = memory
  plan.operands[index].origin = 0
  plan.operands[index].dtype = wanted
  plan.operands[index].size = elementSize(wanted)
}

/// Calls `body` with every position along the chosen axes, the last one fastest.
private func forEachPosition(
  _ plan: Plan, where chosen: (Int) -> Bool, _ body: (UnsafeMutablePointer<Int>) -> Void
) {
  withUnsafeTemporaryAllocation(of: Int.self, capacity: 40) { position in
    position.initialize(repeating: 0)
    while true {
      body(position.baseAddress!)
      var axis = plan.axes - 1
      while axis >= 0 {
        if chosen(axis) {
          position[axis] += 1
          if position[axis] < plan.extents[axis] { break }
          position[axis] = 0
        }
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

// MARK: - Parameter gradients

/// Gives every sum one private copy of its accumulators for each cut along an axis that it does not
/// vary along, and returns how many doubles that is.
///
/// Copies are cache lines apart.
private func layOutCopies(_ plan: inout Plan) -> Int {
  var total = 0
  for index in 0..<plan.operandCount where plan.operands[index].role == .sum {
    var copies = 1
    for axis in 0..<plan.axes where plan.strides(index)[axis] == 0 {
      copies *= plan.pieceCount(axis)
    }
    let values = plan.operands[index].step * plan.operands[index].count
    plan.operands[index].copies = copies
    plan.operands[index].copyStride = (values + 7) / 8 * 8
    plan.operands[index].origin = total
    total += copies * plan.operands[index].copyStride
  }
  return total
}

/// Adds the copies up in their order, which is the same whatever thread made them.
private func reduce(_ plan: Plan, _ index: Int, _ sums: UnsafeMutablePointer<Double>) {
  let operand = plan.operands[index]
  let first = sums + operand.origin
  let values = operand.step * operand.count
  for copy in 1..<max(operand.copies, 1) {
    let other = first + copy * operand.copyStride
    for value in 0..<values { first[value] += other[value] }
  }
}

/// Writes a parameter gradient into the caller's tensor: zeros if there is no sum.
func writeResult(
  _ plan: Plan, result: Int, sum: Int, _ sums: UnsafeMutablePointer<Double>? = nil
) {
  let target = plan.operands[result]
  guard let data = target.data else { return }
  let row = plan.strides(result)
  for coefficient in 0..<max(target.count, 1) {
    forEachPosition(plan, where: { row[$0] != 0 }) { position in
      var to = target.origin + coefficient * target.step
      var value = 0.0
      for axis in 0..<plan.axes { to += position[axis] * row[axis] }
      if sum >= 0, let sums {
        var from = plan.operands[sum].origin + coefficient * plan.operands[sum].step
        for axis in 0..<plan.axes { from += position[axis] * plan.strides(sum)[axis] }
        value = sums[from]
      }
      if target.dtype == ACTZOO_F64 {
        data.assumingMemoryBound(to: Double.self)[to] = value
      } else {
        data.assumingMemoryBound(to: Float.self)[to] = Float(value)
      }
    }
  }
}
