import CActZoo
import CSystem
import Foundation

extension Checks {
  /// What one thread does and what must come of it.
  private struct Task {
    let call: BoxCall
    let expected: BoxOutputs
  }

  static func threadsHammer(_ test: Test) throws {
    let kernel = try test.kernel
    let count = 8
    let seconds = test.tier == .quick ? 0.004 : 0.05
    var random = test.random(1)
    // Alone and on this thread first: also what is computed on first use is there then.
    var tasks: [[Task]] = []
    for thread in 0..<count {
      let inputs = BoxInputs.random(
        kernel, [1, 1, 1 + thread % 3, 400 + 37 * thread],
        Setting.initial(kernel.activation).perturbed(kernel.activation, thread), &random)
      tasks.append(
        kernel.passes.map { pass in
          let call = BoxCall(inputs, pass)
          return Task(call: call, expected: call.run(kernel, test.board))
        })
    }
    for task in tasks[0] { test.expectOK(task.expected, task.call, 0) }
    if test.isDecided { return }

    // First whole calls, operands and all; then the kernel alone, as often as it goes.
    nonisolated(unsafe) let (shared, row) = (tasks, kernel)
    nonisolated(unsafe) var results = [[[BoxOutputs]]](repeating: [], count: count)
    test.doing("8 threads, each calling \(kernel.passes.map(\.rawValue).joined(separator: ", "))")
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      onThreads(count) { thread in
        // A board of its own: what lies where is then not known, but not mixed up either.
        let board = Board()
        results[thread] = shared[thread].map { task in
          (0..<2).map { round in
            var call = task.call
            let least = round == 0 ? 0 : seconds
            let expected = task.expected.bytes(row.type)
            call.invoke = { invocation in repeated(invocation, expected, least) }
            return call.run(row, board)
          }
        }
      }
    }
    for thread in 0..<count {
      for (task, outcome) in zip(tasks[thread], results[thread]) {
        for (round, result) in outcome.enumerated() {
          test.expectOK(result, task.call, thread)
          // Sums are added to at every repetition, so that only those of the first round are the same.
          test.expectSame(
            result, task.expected.without(dparameters: round > 0), task.call, thread,
            "on thread \(thread) of 8 at once")
        }
      }
      if test.isDecided { return }
    }
  }

  /// The kernel for so many seconds on the same operands, at least once, or until its outputs are not
  /// what they should be, which leaves them for the comparison.
  ///
  /// Seconds and not a number of calls: threads must be taken from their processors in the middle.
  private static func repeated(
    _ invocation: Invocation, _ expected: [[UInt8]], _ seconds: Double
  ) -> actzoo_status {
    let call = invocation.call.pointee
    let end = ProcessInfo.processInfo.systemUptime + seconds
    repeat {
      let status = invocation()
      if status != ACTZOO_OK { return status }
      for (place, bytes) in zip([call.y.data, call.dx.0.data, call.dx.1.data], expected) {
        if let place, memcmp(place, bytes, bytes.count) != 0 { return status }
      }
    } while ProcessInfo.processInfo.systemUptime < end
    return ACTZOO_OK
  }
}

extension BoxOutputs {
  /// The bytes of y, dx and dg as they lie in dense operands; of none that was not written.
  fileprivate func bytes(_ type: ElementType) -> [[UInt8]] {
    [y, dx, dg].map { values in
      values.flatMap { value in (0..<type.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      }
    }
  }

  /// Without the gradients of parameters, where they are not to be compared.
  func without(dparameters isLeftOut: Bool) -> BoxOutputs {
    var other = self
    if isLeftOut { other.dparameters = [] }
    return other
  }
}
